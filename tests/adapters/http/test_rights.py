"""The table of rights, called: each route as each role alone, over HTTP and with `hoso`; the policy comes true."""

import base64
import itertools
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from adapters.application import notes, people
from adapters.application.answer import Request
from adapters.cli.errors import USAGE
from adapters.cli.language import activate
from adapters.main import run
from engine.officer import AUDITOR, WORKER
from engine.outcome import SYSTEM
from engine.people.changes import PositionAdded
from engine.policy import RIGHTS, Nature, Where
from signing.canonical import sha256_hex
from signing.certificates import fingerprint
from tests import rights
from tests.adapters.application import bundles
from tests.adapters.application.world import RESULT, World, procedure
from tests.adapters.http.client import Caller, problem
from tests.adapters.http.serving import Serving, serving
from tests.adapters.http.test_stale_cli import sign_in
from tests.pki import PIN, file_of, known
from tests.rights import COLUMNS, OFFICER, PIXEL, ROWS, Row, acts, bare, expected

NAMED = ("code", "task", "device", "proposal", "attachment")
NUMBERS = itertools.count(1)
POLICY = {"right-missing", "auditor-changes-nothing"}
CODE = r'(?:"code": "|\[)([a-z-]+)["\]]'


def test_every_route_declares_an_act_and_stands_in_the_table() -> None:
    """And the page says what routes and policy say."""
    assert list(rights.problems()) == []


def cast(world: World, roles: tuple[str, ...] = COLUMNS, unit: str = "agency") -> None:
    """An officer for each role, who has it alone, in that unit."""
    for role in roles:
        hire(world, f"{role}-{unit}", unit, role)


def hire(world: World, id: str, unit: str, *roles: str) -> str:
    """An officer with that id; gives their device."""
    new = people.Newcomer(id=id, name=id, position="CV", unit=unit, roles=frozenset(roles))
    with world.app.store.write() as tx:
        token = str(people.appoint(world.app, tx, SYSTEM, new, with_token=True)["token"])
    world.tokens = {**world.tokens, id: token}
    signed_in = people.sign_in(world.app, token)
    assert signed_in is not None
    return signed_in.device


Told = Mapping[str, str]


def at_hand(world: World, each: Row, last: Told | None = None) -> Told:
    """What the row's path and command name. A dossier and a proposal are fresh, unless they are those of the last."""
    number = str(next(NUMBERS))
    told = {"id": "lan", "key": "cho", "procedure": "khong-ky", "incident": "1", "mail": "1", "handover": "BG-1"}
    told |= {"job": "999999", "parcel": "999999", "carrier": "khong", "consent": "1", "n": number}
    told |= {"sha256": sha256_hex(RESULT), "unit": "van-phong", "mandate": "khong", "file": "a", "secret": "x" * 30}
    told |= {"fingerprint": fingerprint(known("lan").certificate)}
    if "dispatches" in each.route:
        return {**told, "id": "x"}
    if "{device}" in each.route:
        told["device"] = (last or {}).get("device") or hire(world, f"nguoi-{number}", "agency", "chuyen-vien")
    if "{proposal}" in each.route:
        told["proposal"] = (last or {}).get("proposal") or proposed(world, number)
    if "{code}" in each.route or "{task}" in each.route or "{sha256}" in each.route:
        told["code"] = (last or {}).get("code") or world.start("rut")
        told["task"] = (last or {}).get("task") or world.task(told["code"], "work")
    if "{attachment}" in each.route:
        told["attachment"] = (last or {}).get("attachment") or attached(world, told["code"])
    return told


def proposed(world: World, number: str) -> str:
    """What the administrator an proposes: a position that has a role."""
    new = PositionAdded(id=f"vi-tri-{number}", title="CV", unit="agency", roles=frozenset({"chuyen-vien"}))
    answer = world.reorganise("an", new)
    return str(answer.body_or_raise()["proposal"]["id"])


def attached(world: World, code: str) -> str:
    """What lan lays beside the dossier."""
    paper = ("a.pdf", "application/pdf", world.upload("lan"))
    answer = notes.attach(world.app, world.officer("lan"), Request(officer="lan"), code, paper, None)
    return str(answer.body_or_raise()["id"])


def filled(text: str, told: Mapping[str, str]) -> str:
    """The text with what it names in place."""
    for name, value in told.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def call(caller: Caller, who: str, each: Row, told: Told) -> Response:
    """Do what the row says."""
    method, _, path = filled(each.route, told).partition(" ")
    body: Any = json.loads(filled(json.dumps(each.body), told))
    if "revision" in each.body:
        body["revision"] = caller.world.dossier(told["code"])["revision"]
    sent: dict[str, Any] = (
        {"json": body} if method == "POST" else {"content": b"other bytes"} if method == "PUT" else {}
    )
    return caller.client.request(method, path, headers=caller.headers(who), **sent)


def changes_something(each: Row, role: str) -> bool:
    """Whether the row does anything for that role to what is at hand."""
    return not each.route.startswith("GET") and any(end.startswith("2") for end in each.ends_for(role))


def telling(each: Row) -> list[str]:
    """The roles that something tells from a mere officer there, and that officer."""
    named = {OFFICER, AUDITOR, WORKER, *RIGHTS[acts()[bare(each.route)]].roles, *each.by}
    return [role for role in COLUMNS if role in named]


def label(answer: Response) -> str:
    """How it ended: the status, and the code of a problem."""
    return str(answer.status_code) if answer.is_success else f"{answer.status_code} {answer.json()['code']}"


def test_each_route_answers_each_role_as_the_policy_says(caller: Caller) -> None:
    """Allowed: it ends as its row says, which is no refusal of the policy. Refused: 403 with exactly that code.

    On the second database, a role that nothing tells from a mere officer is left out.
    """
    cast(caller.world)
    declared = acts()
    for each in ROWS:
        told, changed = None, True
        for role in COLUMNS if caller.world.app.store.engine.dialect.name == "sqlite" else telling(each):
            refusal = expected(declared[bare(each.route)], role)
            told = at_hand(caller.world, each, None if changed else told)
            changed = refusal is None and changes_something(each, role)
            answer = call(caller, f"{role}-agency", each, told)
            if refusal:
                assert label(answer) == f"403 {refusal.code}", (each.route, role)
                assert answer.json()["remedy"]
            else:
                assert label(answer) in each.ends_for(role), (each.route, role, answer.text)
                assert not POLICY & set(each.ends.split())


def test_strangers_sign_in_and_do_nothing_else(caller: Caller) -> None:
    """Without a token every route is 401, but for those of signing in."""
    caller.world.tokens = {**caller.world.tokens, "stranger": ""}
    for each in ROWS:
        told = {**at_hand(caller.world, ROWS[0]), **dict.fromkeys(NAMED, "1")}
        answer = call(caller, "stranger", replace(each, body={}), told)
        opened = RIGHTS[acts()[bare(each.route)]].nature == Nature.OPEN
        assert (label(answer) == "401 not-signed-in") != opened, each.route


LOCAL = [each for each in ROWS if each.by or RIGHTS[acts()[bare(each.route)]].where != Where.ANYWHERE]


def test_a_role_elsewhere_is_no_role_here(caller: Caller) -> None:
    """In another unit, what needs a role in its unit or the top one is refused; what is out of sight is unknown."""
    cast(caller.world, unit="khu-pho-3")
    cast(caller.world, ("administrator",))
    for each in LOCAL:
        right = RIGHTS[acts()[bare(each.route)]]
        role = "administrator" if each.by else right.roles[0]
        ended = label(call(caller, f"{role}-khu-pho-3", each, at_hand(caller.world, each)))
        unseen = "404 dossier-unknown" if right.where == Where.DOSSIER else "403 right-missing"
        assert ended == (each.elsewhere or unseen), each.route


def test_an_administrator_acts_on_the_people_of_their_unit_alone(caller: Caller) -> None:
    """Signed acts are checked by what they do: certificates of their own people; procedures only from the top."""
    cast(caller.world, ("administrator",), "khu-pho-3")
    who = "administrator-khu-pho-3"
    certificates = caller.get(who, "/certificates").json()["items"]
    for of, missing in (("lan", "right-missing"), ("nam", None)):
        [print_] = [item["fingerprint"] for item in certificates if item["officer"] == of]
        sent = {"act": "certificate-revoked", "subject": print_, "body": {"reason": "mất"}}
        answer = caller.post(who, "/statements", sent)
        if missing:
            problem(answer, 403, missing)
        else:
            assert answer.status_code == 201, answer.text
    adopted = {"act": "procedure-adopted", "subject": "cho", "body": procedure("cho", code="cho")}
    problem(caller.post(who, "/statements", adopted), 403, "right-missing")
    assert caller.post("an", "/statements", adopted).status_code == 201
    ward = {"id": "to-1", "name": "Tổ 1", "parent": "khu-pho-3", "sign": True}
    assert caller.post(who, "/units", ward).status_code == 201
    granted = {"kind": "role-granted", "officer": "nam", "unit": "khu-pho-3", "document": "QĐ", "since": "2026-11-21"}
    for role in ("auditor", "worker"):
        problem(
            caller.post(who, "/organisation/changes", {"changes": [{**granted, "role": role}]}), 403, "right-missing"
        )
    answer = caller.post(who, "/organisation/changes", {"changes": [{**granted, "role": "van-thu"}], "sign": True})
    assert answer.status_code == 201, answer.text


def test_nothing_makes_an_auditor_change_anything(caller: Caller) -> None:
    """Not even the administrator's role beside it; they still read every office's dossiers."""
    cast(caller.world, ("administrator",))
    caller.world.give("kiem", "auditor", "administrator", "operator", "integrator", "worker")
    declared = acts()
    for each in ROWS:
        answer = call(caller, "kiem", each, at_hand(caller.world, each))
        if expected(declared[bare(each.route)], "auditor"):
            problem(answer, 403, "auditor-changes-nothing")
        else:
            assert label(answer) in each.ends_for("auditor"), (each.route, answer.text)


@pytest.fixture
def server(world: World) -> Iterator[Serving]:
    with serving(world) as running:
        yield running


def test_the_command_ends_as_its_route(
    server: Serving, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`hoso … --json`: exit code 6 with the code where it is refused, another one or none where it is allowed."""
    monkeypatch.setenv("HOSO_LANG", "en")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HOSO_PIN", PIN)
    activate("en")
    cast(server.world)
    for role in COLUMNS:
        sign_in(server, f"{role}-agency")
    declared = acts()
    for each in ROWS:
        told, changed = None, True
        for role in telling(each) if each.words else ():
            refusal = expected(declared[bare(each.route)], role)
            told = at_hand(server.world, each, None if changed else told)
            changed = refusal is None and changes_something(each, role)
            capfd.readouterr()
            words = filled(each.words, {**told, **files(tmp_path, told["n"])})
            code = run(["--profile", f"{role}-agency", *shlex.split(words), "--json"])
            written = capfd.readouterr()
            found = next(iter(re.findall(CODE, written.err)), "")
            if refusal:
                assert (code, found) == (6, refusal.code), (each.command, role, written)
            elif each.by and role not in each.by:
                assert found == each.otherwise.split()[1], (each.command, role, written)
            else:
                assert code != USAGE, (each.command, role, written.err)
                assert found not in POLICY, (each.command, role, written.err)


def files(folder: Path, number: str) -> Told:
    """The files that commands read, and where one writes."""
    (folder / "units.csv").write_text(f"id,name,parent\nds-{number},Tổ,agency\n", encoding="utf-8")
    (folder / "words.csv").write_text("item,status,time\nx,đã phát,2026-11-21 15:30\n", encoding="utf-8")
    (folder / "paper.pdf").write_bytes(RESULT)
    for name, content in bundles.ALL[0].items():
        (folder / "bundle" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "bundle" / name).write_bytes(content)
    (folder / "image.png").write_bytes(base64.b64decode(PIXEL))
    (folder / "key.p12").write_bytes(file_of(known("an")))
    named = {
        "image": "image.png",
        "bundle": "bundle",
        "lists": "units.csv",
        "words": "words.csv",
        "file": "paper.pdf",
        "folder": f"lists-{number}",
        "keyfile": "key.p12",
    }
    return {name: str(folder / each) for name, each in named.items()}
