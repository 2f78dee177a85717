"""An administrator at the command line, against the real server: what is shown first, what is asked, what is done."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.application.bundles import task
from tests.adapters.application.intervening import BROKEN, FIRST, OTHER_ROLE, SECOND, WHY, tokens
from tests.adapters.application.test_calls import calling, row
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result, signing
from tests.adapters.http.serving import serving

Hoso = Callable[..., Result]


@pytest.fixture
def office(world: World, hoso: Hoso) -> Iterator[World]:
    """A served agency; the administrator is signed in."""
    with serving(world) as server:
        assert hoso("login", "--server", server.url, "--token", world.tokens["an"]).code == 0
        yield world


@pytest.fixture
def sign(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, ...]:
    """The administrator's own key."""
    return signing(monkeypatch, tmp_path)


Sign = tuple[str, ...]


def test_a_dossier_is_suspended_moved_resumed_and_cancelled(office: World, hoso: Hoso, sign: Sign) -> None:
    """One walk: nothing is done without consent, the plan is shown, the history tells each act with its reason."""
    code = office.start("cho")
    asked = hoso("dossier", "suspend", code, "--reason", WHY)
    assert (asked.code, "[no-terminal]" in asked.err) == (2, True)
    assert "open task: " in asked.err
    assert office.dossier(code)["suspended"] is None
    assert hoso("dossier", "suspend", code, "--reason", WHY, "--yes").out == f"Dossier {code} is suspended.\n"
    assert "suspended" in hoso("dossier", "list").out
    shown = hoso("dossier", "show", code, "--tokens").out
    assert "Suspended since: 2026-11-21 15:30" in shown
    [item] = json.loads(hoso("dossier", "show", code, "--tokens", "--json").out)["tokens"]
    assert f"- {item['number']}  work (work), task, within 1" in shown
    move = ("dossier", "modify", code, "--end", item["number"], "--begin", "file", "--reason", WHY)
    plan = hoso(*move, "--dry-run")
    assert plan.code == 0
    assert [line.partition(":")[0] for line in plan.out.splitlines()] == ["ends", "begins", "opens"]
    done = hoso(*move, "--set", "note=x", "--json", *sign)
    assert json.loads(done.out)["opened"][0]["element"] == "file"
    assert hoso("dossier", "resume", code, "--reason", WHY, "--yes").code == 0
    refused = hoso("dossier", "resume", code, "--reason", WHY, "--yes")
    assert (refused.code, "[not-suspended]" in refused.err) == (3, True)
    assert "ends: " in hoso("dossier", "cancel", code, "--reason", WHY, "--dry-run").out
    assert hoso("dossier", "cancel", code, "--reason", WHY, "--yes").code == 0
    assert office.dossier(code)["status"] == 8
    story = hoso("dossier", "history", code).out
    for told in (
        "suspended the dossier",
        "moved the dossier by hand",
        "let the dossier go on",
        "cancelled the dossier",
    ):
        assert f"An (Chức vụ) {told}: “{WHY}”" in story


def test_an_element_of_a_called_process_is_begun_by_its_name(office: World, hoso: Hoso, sign: Sign) -> None:
    """`key@version/id`, perhaps within a live scope: the `@` of the version names no scope."""
    office.deploy(row("ho-tro", task("look", "chuyen-vien"), task("check", "chuyen-vien"))).body_or_raise()
    office.deploy(calling("goi", "ho-tro")).body_or_raise()
    code = office.start("goi", files={})
    live = tokens(office, code)
    move = ("dossier", "modify", code, "--reason", WHY, *sign, "--begin")
    assert hoso(*move, "ho-tro@1/check", "--end", live["ho-tro@1/look"]).code == 0
    assert [item["element"] for item in office.dossier(code)["tasks"]] == ["ho-tro@1/check"]
    assert hoso(*move, f"ho-tro@1/look@{live['k']}").code == 0
    assert [item["element"] for item in office.dossier(code)["tasks"]] == ["ho-tro@1/check", "ho-tro@1/look"]


def test_all_dossiers_of_a_version_are_migrated(office: World, hoso: Hoso, sign: Sign) -> None:
    """Those that can, go on; the one that cannot is named with its reason, and the exit code says so."""
    office.deploy(FIRST).body_or_raise()
    codes = [office.start("doi", files={}) for _ in range(3)]
    office.deploy(SECOND).body_or_raise()
    office.deploy(OTHER_ROLE).body_or_raise()
    hoso("dossier", "migrate", codes[0], "--to", "2", "--map", "look=inspect", "--reason", WHY, *sign)
    assert office.dossier(codes[0])["version"] == 2
    office.do("lan", codes[0], "inspect", {"note": "x"})  # "check" has no place in version 3
    everyone = ("dossier", "migrate", "--process", "doi", "--to", "3", "--reason", WHY)
    dry = hoso(*everyone, "--from", "1", "--dry-run")
    assert (dry.code, dry.out.splitlines()) == (0, [f"{code}: version 3" for code in codes[1:]])
    assert [office.dossier(code)["version"] for code in codes] == [2, 1, 1]
    done = hoso(*everyone, "--from", "1", *sign)
    assert done.code == 0, done.err
    assert [office.dossier(code)["version"] for code in codes] == [2, 3, 3]
    last = hoso(*everyone, "--from", "2", "--json", *sign)
    assert last.code == 6
    [result] = json.loads(last.out)["items"]
    assert (result["dossier"], result["code"]) == (codes[0], "migration-unmapped")
    assert json.loads(last.err)["code"] == "some-refused"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--to", "two"), "expected a number"),
        (("--to", "2"), "neither a dossier nor a process"),
        (("--to", "2", "--map", "look"), "expected old=new"),
    ],
)
def test_what_is_typed_wrongly_is_said_so(hoso: Hoso, monkeypatch: pytest.MonkeyPatch, arguments, says) -> None:
    """Before any server is asked."""
    monkeypatch.setenv("HOSO_SERVER", "http://127.0.0.1:1")
    monkeypatch.setenv("HOSO_TOKEN", "hs_x")
    result = hoso("dossier", "migrate", *arguments, "--reason", WHY)
    assert (result.code, says in result.err) == (2, True)


def test_an_incident_is_found_retried_and_resolved(office: World, hoso: Hoso, sign: Sign) -> None:
    """Listed with its reason; a retry over the same data stands still again; with the right data it goes on."""
    office.deploy(BROKEN).body_or_raise()
    code = office.start("hong", data={"copies": "ba"}, files={})
    listed = hoso("incident", "list").out
    assert code in listed
    assert "Đếm" in listed
    [item] = json.loads(hoso("incident", "list", "--json").out)["items"]
    assert "Since: 2026-11-21 15:30" in hoso("incident", "show", code, item["id"]).out
    again = hoso("incident", "retry", code, item["id"])
    assert (again.code, "Still standing in it: " in again.err) == (0, True)
    [item] = json.loads(hoso("incident", "list", "--json").out)["items"]
    mend = ("incident", "resolve", code, item["id"], "--set", "copies:=3", "--reason", WHY)
    assert hoso(*mend).code == 2
    assert hoso(*mend, "--yes").code == 2
    assert hoso(*mend, *sign).out == f"Incident {item['id']} of {code} is resolved.\n"
    assert hoso("incident", "show", code, item["id"]).code == 1
    assert office.task(code, "file")
    assert f"put “Đếm” right: “{WHY}”" in hoso("dossier", "history", code).out
