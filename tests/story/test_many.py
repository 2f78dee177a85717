"""An officer's morning at the real server: the key is checked and unlocked, what waits is signed in one go."""

import json
from collections.abc import Iterator

import pytest

from tests.story.office import Office, open_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_office(tmp_path_factory.mktemp("many") / "run")
    yield opened
    opened.hoso("minh", "key", "lock")
    opened.stage.close()


def test_a_pile_is_signed_with_one_pin(office: Office) -> None:
    """`key check` finds the key bound and leading to the agency's root; unlocked, three initials need no PIN."""
    tasks = {office.signing, office.new_task("initial"), office.new_task("initial")}
    key, root = office.key("minh"), next(office.stage.folder.rglob("*root*.pem"))
    checked = office.hoso("minh", "key", "check", key, "--root", root, "--json")
    assert checked.exit == 0, checked.err + checked.out
    assert json.loads(checked.out)["reasons"] == []
    other = office.hoso("minh", "key", "check", office.key("lan"), "--json", HOSO_PIN=office.stage.people["lan"].pin)
    assert {item["code"] for item in json.loads(other.out)["reasons"]} == {"certificate-of-another"}
    assert office.hoso("minh", "profile", "set", "--key", key).exit == 0
    assert office.hoso("minh", "key", "unlock").exit == 0
    signed = office.hoso("minh", "task", "sign", "--all", "--decision", "approve", "--yes", "--json", HOSO_PIN="nope")
    assert signed.exit == 0, signed.err
    assert {(item["task"], item["result"]) for item in json.loads(signed.out)["items"]} == {
        (task, "signed") for task in tasks
    }
    again = office.hoso("minh", "task", "sign", "--all", "--decision", "approve", "--yes", "--json", HOSO_PIN="nope")
    assert json.loads(again.out)["items"] == []
    held = office.hoso("lan", "task", "sign", office.drafting, next(iter(tasks)), "--yes", "--json")
    assert (held.exit, {item["result"] for item in json.loads(held.out)["items"]}) == (6, {"left", "refused"}), held.err
