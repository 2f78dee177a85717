"""What programs do for a dossier: timers, messages, letters, numbers."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters import bundles
from adapters.application import message, work
from adapters.application.answer import Answer, Request
from adapters.database import definitions, tables
from adapters.jobs import handlers
from adapters.jobs.worker import work_once
from adapters.letters.fields import fill_fields
from engine.acts.deploy import CheckedBundle
from engine.errors import Kind
from signing.canonical import sha256_hex
from signing.pdf.signed_additions import only_signed_additions
from tests.adapters.application.bundles import bundle, job, task
from tests.adapters.application.world import CITIZEN, World, refusal_of
from tests.adapters.database.test_concurrency import at_once
from tests.adapters.jobs.rewriting import replace_result
from tests.engine.bpmn.models import chain, end, start_event

OUTGOING = Path(__file__).parents[3] / "processes" / "van-ban-di"
DRAFT = {
    "subject": "trả lời kiến nghị",
    "body": "Ủy ban nhân dân phường đã nhận kiến nghị.",
    "recipient_name": "Sở Nội vụ",
    "recipient_email": "vanthu@sonoivu.example",
    "signer_capacity": "KT.",
    "signer_title": "Phó Chủ tịch",
    "signer_name": "Trần Thị Thu Hằng",
}


# -- timers


def test_a_timer_fires_when_its_time_has_come(world: World) -> None:
    """Not before; once; the leader's task stays open beside the reminder."""
    code = world.start("cho")
    world.clock.go(days=1, seconds=-1)
    assert world.work() == 0
    world.clock.go(seconds=1)
    assert world.work() == 1
    assert {item["element"] for item in world.dossier(code)["tasks"]} == {"work", "remind"}
    assert world.acts(code) == ["dossier-started", "timer-fired"]
    world.clock.go(days=30)
    assert world.work() == 0


def test_a_timer_of_a_task_that_is_done_does_not_fire(world: World) -> None:
    """It is called off in the act that completes the task."""
    code = world.start("cho")
    world.do("lan", code, "work")
    world.clock.go(days=2)
    assert world.work() == 0
    assert world.dossier(code)["tasks"] == []


def test_of_a_timer_and_a_completion_at_once_both_or_one_happen(world: World) -> None:
    """Whichever is first in the dossier; the other finds what is true then, and the trail has one order."""
    code = world.start("cho")
    current = world.task(code, "work")
    world.claim("lan", current).body_or_raise()
    world.clock.go(days=1)
    at_once(2, lambda n: work_once(world.app) if n == 0 else world.complete("lan", current).body_or_raise())
    told = world.acts(code)[2:]
    elements = {item["element"] for item in world.dossier(code)["tasks"]}
    assert (told, elements) in (
        (["timer-fired", "task-completed"], {"remind"}),
        (["task-completed"], set()),
    )


def test_a_timer_taken_before_its_task_was_done_records_nothing(world: World) -> None:
    """The worker had it in hand when the officer completed."""
    code = world.start("cho")
    world.clock.go(days=1)
    leased = work.take(world.app, "w")
    assert leased is not None
    world.do("lan", code, "work")
    told = world.acts(code)
    handlers.timer(world.app, leased)
    assert world.acts(code) == told


# -- messages


def send(world: World, code: str, name: str, **request: str) -> Answer:
    asked = Request(officer="lan", **request)
    return message.send(world.app, world.officer("lan"), asked, code, name, {"answer": "có"})


def test_a_message_moves_the_dossier_that_waits_for_it(world: World) -> None:
    """Its data join the dossier's; a second one is refused, and changes nothing. Refused the same twice is counted."""
    code = world.start("cho")
    refusal = refusal_of(send(world, code, "bo-sung"))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "message-unexpected")
    world.do("lan", code, "work")
    assert send(world, code, "bo-sung").refusal is None
    shown = world.dossier(code)
    assert ([item["element"] for item in shown["tasks"]], shown["data"]["answer"]) == (["file"], "có")
    assert refusal_of(send(world, code, "bo-sung")).code == "message-unexpected"
    assert world.acts(code)[-1] == "message-received"
    world.clock.go(hours=1)
    world.work()
    assert world.last(code)["act"] == "refusals-counted"


def test_a_repeated_message_arrives_once(world: World) -> None:
    """The first answer again, though nothing waits any more."""
    code = world.start("cho")
    world.do("lan", code, "work")
    first = send(world, code, "bo-sung", key="k", fingerprint="f").body_or_raise()
    assert send(world, code, "bo-sung", key="k", fingerprint="f").body_or_raise() == first
    assert world.acts(code).count("message-received") == 1


def test_a_message_may_call_a_task_off(world: World) -> None:
    """Who holds it learns so when completing."""
    code = world.start("rut")
    current = world.task(code, "work")
    world.claim("lan", current).body_or_raise()
    send(world, code, "rut").body_or_raise()
    assert world.dossier(code)["finished"]
    assert refusal_of(world.complete("lan", current)).code == "task-closed"


# -- signals


def elements(world: World, code: str) -> list[str]:
    """The elements of the dossier's open tasks, sorted."""
    return sorted(item["element"] for item in world.dossier(code)["tasks"])


def test_a_signal_reaches_every_dossier_that_listens_once(world: World) -> None:
    """Its own within the act, the others by a job each; it brings what is accepted there, and no more."""
    first, second, third = (world.start("bao-tin") for _ in range(3))
    other = world.start("cho")
    world.do("lan", third, "work")
    world.do("lan", first, "tell", {"note": "sập cầu", "copies": 1})
    assert (elements(world, first), elements(world, second)) == (["read", "work"], ["tell", "work"])
    assert world.work() == 2  # one that finds who listens, and one delivery
    assert elements(world, second) == ["read", "tell", "work"]
    assert (elements(world, first), elements(world, third)) == (["read", "work"], ["tell"])
    assert elements(world, other) == ["work"]
    assert world.acts(second) == ["dossier-started", "signal-received"]
    assert "signal-received" not in world.acts(first) + world.acts(third) + world.acts(other)
    shown = world.dossier(second)["data"]
    assert (shown["note"], shown["appointment"]) == ("sập cầu", CITIZEN["appointment"])
    told = world.last(second)["details"]
    assert (told["name"], told["data"]) == ("tin", {"note": "sập cầu"})


def test_a_signal_that_comes_too_late_records_nothing(world: World) -> None:
    """What listened is gone when the delivery's turn comes; the other dossier still gets its own."""
    first, second, third = (world.start("bao-tin") for _ in range(3))
    world.do("lan", first, "tell", {"note": "a", "copies": 1})
    assert work_once(world.app)
    world.do("lan", second, "work")
    told = world.acts(second)
    assert world.work() == 2
    assert (world.acts(second), elements(world, second)) == (told, ["tell"])
    assert elements(world, third) == ["read", "tell", "work"]


def test_a_message_of_a_signals_name_is_another_thing(world: World) -> None:
    """What listens for a signal takes no message from an officer."""
    code = world.start("bao-tin")
    assert refusal_of(send(world, code, "tin")).code == "message-unexpected"
    assert elements(world, code) == ["tell", "work"]


def test_what_began_and_ended_in_one_act_never_was(world: World) -> None:
    """No ghost of a task, job, timer or subscription stays where the step took it away again."""
    code = world.start("khong-can")
    assert elements(world, code) == ["file"]
    assert [(item["type"], item["state"]) for item in world.dossier(code)["jobs"]] == []
    with world.app.store.read() as tx:
        assert tx.execute(select(tables.subscription)).all() == []
    world.clock.go(days=2)
    assert world.work() == 0


def test_a_start_that_waits_for_all_its_triggers_is_refused() -> None:
    """With the element, its line and what to draw instead."""
    trigger = '<bpmn:signalEventDefinition signalRef="n"/><bpmn:messageEventDefinition messageRef="m"/>'
    body = (
        start_event("s", trigger).replace('id="s"', 'id="s" parallelMultiple="true"')
        + task("a", "chuyen-vien")
        + end()
        + chain("s", "a", "e")
    )
    before = '<bpmn:signal id="n" name="tin"/><bpmn:message id="m" name="thư"/>'
    problems = bundles.check(bundle("p", body, before))
    assert isinstance(problems, tuple)
    [problem] = [item for item in problems if item.severity == "error"]
    assert (problem.element, problem.code) == ("s", "start-parallel")
    assert problem.line > 0
    assert problem.remedy


@pytest.mark.parametrize(
    ("starts", "throws", "told"),
    [("message", "message", ["s"]), ("signal", "signal", ["s"]), ("signal", "message", []), ("message", "signal", [])],
)
def test_a_process_that_starts_itself_is_told(starts: str, throws: str, told: list[str]) -> None:
    """Each dossier may start the next, without end."""
    before = '<bpmn:signal id="signal" name="tin"/><bpmn:message id="message" name="tin"/>'
    by, thrown = (f'<bpmn:{kind}EventDefinition {kind}Ref="{kind}"/>' for kind in (starts, throws))
    body = start_event("s", by) + task("a", "chuyen-vien") + end("e", thrown) + chain("s", "a", "e")
    checked = bundles.check(bundle("p", body, before))
    assert isinstance(checked, CheckedBundle)
    assert [item.element for item in checked.warnings if item.code == "starts-itself"] == told


def test_a_start_by_message_beside_another_is_walked_by_one_engine_alone() -> None:
    """The second engine wants one start; that is told."""
    body = start_event() + start_event("m1", '<bpmn:messageEventDefinition messageRef="m"/>') + end()
    body += task("a", "chuyen-vien") + chain("s", "a", "e") + chain("m1", "a")
    checked = bundles.check(bundle("p", body, '<bpmn:message id="m" name="thư"/>'))
    assert isinstance(checked, CheckedBundle)
    assert [(item.severity, item.element, item.code) for item in checked.warnings] == [
        ("warning", "m1", "not-comparable"),
    ]


@pytest.mark.parametrize("what", ["message", "signal"])
def test_a_name_that_the_store_has_no_room_for_is_refused(what: str) -> None:
    """Wherever it stands in the process: here within a subprocess."""
    before = f'<bpmn:{what} id="n" name="{"x" * 201}"/>'
    caught = f'<bpmn:{what}EventDefinition {what}Ref="n"/>'
    inner = (
        start_event("i1") + f'<bpmn:intermediateCatchEvent id="c">{caught}</bpmn:intermediateCatchEvent>' + end("i9")
    )
    body = start_event() + f'<bpmn:subProcess id="i">{inner}{chain("i1", "c", "i9")}</bpmn:subProcess>' + end()
    problems = bundles.check(bundle("p", body + chain("s", "i", "e"), before))
    assert isinstance(problems, tuple)
    assert [(item.element, item.code) for item in problems if item.severity == "error"] == [("c", "name-too-long")]


# -- numbers


def test_numbers_run_within_the_year_in_vietnam(world: World) -> None:
    """NĐ 30/2020 Đ15: from 01 on 1 January, which begins there seven hours before UTC."""
    for _ in range(2):
        world.start("cap-so")
    world.work()
    world.clock.now = world.clock.now.replace(year=2026, month=12, day=31, hour=16, minute=59)
    world.start("cap-so")
    world.work()
    world.clock.go(minutes=1)
    code = world.start("cap-so")
    world.work()
    with world.app.store.read() as tx:
        rows = tx.execute(select(tables.number.c.year, tables.number.c.value).order_by(tables.number.c.issued)).all()
    assert sorted(map(tuple, rows)) == [(2026, 1), (2026, 2), (2026, 3), (2027, 1)]
    assert world.dossier(code)["data"]["number"] == "01"


def test_a_repeated_job_gets_the_same_number(world: World) -> None:
    """Killed between the number and the rest: the number is the job's, and its date too."""
    code = world.start("cap-so")
    leased = work.take(world.app, "w")
    assert leased is not None
    issued = handlers._issue(world.app, leased, "van-ban-di")
    assert issued is not None
    world.clock.go(days=1)
    other = world.start("cap-so")
    assert world.work() == 2
    assert [world.dossier(item)["data"]["number"] for item in (code, other)] == ["01", "02"]
    assert world.dossier(code)["data"]["date"] != world.dossier(other)["data"]["date"]
    assert world.acts(code).count("number-issued") == 1


def test_numbers_at_once_have_neither_holes_nor_doubles(world: World) -> None:
    """Many workers, one register."""
    codes = [world.start("cap-so") for _ in range(8)]

    def do(_number: int) -> None:
        while work_once(world.app):
            pass

    at_once(4, do)
    world.clock.go(minutes=2)
    do(0)
    assert sorted(world.dossier(code)["data"]["number"] for code in codes) == [f"{n:02d}" for n in range(1, 9)]


def test_a_sleeper_issues_no_second_number(world: World) -> None:
    """Two workers with one job: the one whose lease was taken over leaves it to the other."""
    world.start("cap-so")
    sleeper = work.take(world.app, "w")
    assert sleeper is not None
    world.clock.now += work.LEASE + timedelta(seconds=1)
    taker = work.take(world.app, "w")
    assert taker is not None
    at_once(2, lambda n: handlers.number(world.app, (sleeper, taker)[n]))
    with world.app.store.read() as tx:
        assert tx.execute(select(tables.number.c.value)).scalars().all() == [1]
        assert tx.execute(select(tables.job.c.state)).scalars().all() == ["done"]


# -- letters


def test_a_letter_is_made_from_the_data(world: World) -> None:
    """The real outgoing letter: a PDF that becomes the dossier's document, with its leaf."""
    world.deploy(bundles.read_folder(OUTGOING)).body_or_raise()
    code = world.start("van-ban-di", data={}, files={})
    world.do("lan", code, "draft", DRAFT)
    assert world.work() == 1
    [draft] = world.dossier(code)["documents"]
    assert (draft["name"], draft["media_type"]) == ("result.pdf", "application/pdf")
    with world.app.store.read() as tx:
        assert (definitions.get_content(tx, draft["sha256"]) or b"").startswith(b"%PDF-")
    assert world.acts(code)[-1] == "letter-made"


def test_a_letter_that_cannot_be_made_is_an_incident(world: World) -> None:
    """A template that breaks stops its own dossier only."""
    broken = bundle(
        "thu-hong",
        start_event()
        + job("letter", "hoso.letter", template="letters/x.typ", document="result")
        + task("file", "chuyen-vien")
        + end()
        + chain("s", "letter", "file", "e"),
    )
    world.deploy({**broken, "letters/x.typ": b"#panic(1)"}).body_or_raise()
    code = world.start("thu-hong", data={}, files={})
    assert world.work() == 1
    assert world.acts(code)[1:] == ["job-failed", "incident-raised"]
    [failed] = world.dossier(code)["jobs"]
    assert failed["state"] == "failed"


def numbering(world: World) -> str:
    """A dossier whose letter was made, and which is next looked at and numbered."""
    letter = bundle(
        "thu",
        start_event()
        + job("letter", "hoso.letter", ("body",), template="letters/x.typ", document="result", fields="number,date")
        + task("look", "chuyen-vien")
        + job("number", "hoso.number", register="van-ban-di", document="result")
        + task("file", "chuyen-vien")
        + end()
        + chain("s", "letter", "look", "number", "file", "e"),
    )
    template = (OUTGOING / "letters" / "cong-van.typ").read_bytes()
    agency = (OUTGOING / "letters" / "agency.typ").read_bytes()
    files = {**letter, "letters/x.typ": template, "letters/agency.typ": agency}
    world.deploy(files).body_or_raise()
    code = world.start("thu", data={"body": "Kính gửi"}, files={})
    if world.work() and world.dossier(code)["jobs"]:
        pytest.fail(str(world.dossier(code)["jobs"]))
    return code


def test_a_number_fills_the_fields_of_the_approved_letter(world: World) -> None:
    """And nothing else of it changes: the approval of the draft holds for the numbered letter."""
    code = numbering(world)
    [draft] = world.dossier(code)["documents"]
    world.do("lan", code, "look")
    world.work()
    [numbered] = world.dossier(code)["documents"]
    with world.app.store.read() as tx:
        before, after = (definitions.get_content(tx, item["sha256"]) for item in (draft, numbered))
    assert before is not None
    assert after is not None
    assert after.startswith(before)
    assert after != before
    only_signed_additions(before, after, frozenset({"number", "date"}))
    assert world.acts(code)[-2:] == ["number-issued", "number-filled"]


def test_a_document_changed_while_it_is_numbered_is_not_undone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another revision came while the number was typeset: the number goes into that one, under the same number."""
    code = numbering(world)
    [draft] = world.dossier(code)["documents"]
    honest, changed = fill_fields, world.content(draft["sha256"]) + b"\n"
    seen: list[Mapping[str, str]] = []

    def slow(pdf: bytes, values: Mapping[str, str]) -> bytes:
        filled = honest(pdf, values)
        if not seen:
            replace_result(world, code, changed)
        seen.append(values)
        return filled

    monkeypatch.setattr(handlers, "fill_fields", slow)
    world.do("lan", code, "look")
    assert work_once(world.app)
    [between] = world.dossier(code)["documents"]
    assert between["sha256"] == sha256_hex(changed)
    assert world.dossier(code)["incidents"] == []
    world.clock.go(minutes=1)
    world.work()
    [numbered] = world.dossier(code)["documents"]
    assert world.content(numbered["sha256"]).startswith(changed)
    assert seen == [seen[0]] * 2
    assert world.acts(code).count("number-issued") == world.acts(code).count("number-filled") == 1


def test_a_job_type_that_nobody_does_is_refused_at_deploy(world: World) -> None:
    """Not found out when the first dossier comes there."""
    unknown = bundle("la", start_event() + job("x", "hoso.fly") + end() + chain("s", "x", "e"))
    refusal = refusal_of(world.deploy(unknown))
    assert "job-type-unknown" in {item["code"] for item in refusal.problems}
