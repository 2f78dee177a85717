"""Procedure records with dates: which one governs a dossier, and what an administrator is told before adopting one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import update

from adapters.application import procedures, signed_acts
from adapters.application.answer import Request
from adapters.application.start import Intake, start_dossier
from adapters.database import definitions, tables
from engine.errors import Kind
from tests.adapters.application.bundles import signed, straight, task
from tests.adapters.application.world import World, procedure, refusal_of

# The world's clock stands at 2026-11-21 in Vietnam.
PAST, YESTERDAY, TODAY, TOMORROW = "2026-10-01", "2026-11-20", "2026-11-21", "2026-11-22"


def warnings_of(world: World, body: Mapping[str, Any]) -> list[str]:
    """The codes of what an administrator is told before signing the record."""
    an = world.officer("an")
    answer = signed_acts.prepare(world.app, an, Request(officer="an"), "procedure-adopted", body["code"], body)
    return [item["code"] for item in answer.body_or_raise().get("warnings", ())]


def listed(world: World, code: str) -> list[tuple[str, str | None, str]]:
    """The records of that code: from, until, state."""
    items = procedures.list_procedures(world.app, -1, 200).body_or_raise()["items"]
    return [(each["valid_from"], each["valid_until"], each["state"]) for each in items if each["code"] == code]


def started(world: World, process: str = "cho", code: str | None = None) -> Any:
    """The answer to starting a dossier."""
    intake = Intake(
        process=process,
        procedure=code,
        title="Hồ sơ",
        channel="direct",
        applicant={},
        submitter="Bà Ánh",
        data={},
        documents=[],
    )
    return start_dossier(world.app, world.officer("lan"), Request(officer="lan"), intake)


def governs(world: World, process: str = "cho") -> str | None:
    """The name of the record under which a dossier is received now."""
    code = started(world, process).body_or_raise()["code"]
    with world.app.store.read() as tx:
        digest = world.dossier(code)["procedure_record"]
        row = definitions.find_procedure(tx, digest) if digest else None
    return str(row["body"]["name"]) if row else None


def test_records_follow_each_other_by_their_dates(world: World) -> None:
    """The newest that has begun is in force; of one date the last adopted; one to come is not yet."""
    for name, begins in (("cũ", PAST), ("nay", TODAY), ("sửa", TODAY), ("mai", TOMORROW)):
        world.adopt("cho", name=name, valid_from=begins).body_or_raise()
    found = [
        (PAST, None, "replaced"),
        (TODAY, None, "replaced"),
        (TODAY, None, "in force"),
        (TOMORROW, None, "to come"),
    ]
    assert listed(world, "cho")[-4:] == found
    assert governs(world) == "sửa"
    world.clock.go(days=1)
    assert governs(world) == "mai"


def test_after_its_last_day_none_is_in_force(world: World) -> None:
    """An older record does not come back: what is then received has no rule by which its result could go."""
    world.adopt("cho", name="cũ", valid_from=PAST).body_or_raise()
    world.adopt("cho", name="thí điểm", valid_from=YESTERDAY, valid_until=TODAY).body_or_raise()
    assert governs(world) == "thí điểm"
    world.clock.go(days=1)
    assert governs(world) is None
    assert listed(world, "cho")[-2:] == [(PAST, None, "replaced"), (YESTERDAY, TODAY, "ended")]
    assert refusal_of(started(world, code="cho")).code == "procedure-unknown"
    shown = procedures.show_procedure(world.app, "cho", None)
    assert refusal_of(shown).kind == Kind.NOT_FOUND
    then = procedures.show_procedure(world.app, "cho", date.fromisoformat(TODAY)).body_or_raise()
    assert (then["body"]["name"], then["state"]) == ("thí điểm", "ended")
    assert [each["state"] for each in then["versions"]][-2:] == ["replaced", "ended"]


def test_a_record_that_is_never_in_force_is_refused(world: World) -> None:
    """It begins before the one in force, it has ended, or it was replaced by another of its date."""
    world.adopt("cho", name="nay", valid_from=YESTERDAY).body_or_raise()
    world.adopt("cho", name="sửa", valid_from=YESTERDAY).body_or_raise()
    for changes in (
        {"name": "cũ", "valid_from": PAST},
        {"name": "hết", "valid_from": YESTERDAY, "valid_until": YESTERDAY},
        {"name": "nay", "valid_from": YESTERDAY},
    ):
        refusal = refusal_of(world.adopt("cho", **changes))
        assert (refusal.kind, refusal.code) == (Kind.INVALID, "procedure-past"), changes
    assert governs(world) == "sửa"


def test_a_record_for_another_process_takes_the_old_ones_place(world: World) -> None:
    """The procedure moved to another process: the first one is governed by it no more."""
    world.deploy(straight("moi", task("look", "chuyen-vien"))).body_or_raise()
    world.adopt("cho", name="cũ", valid_from=PAST).body_or_raise()
    world.adopt("moi", code="cho", name="mới", valid_from=TODAY).body_or_raise()
    assert governs(world) is None
    assert governs(world, "moi") == "mới"


def test_of_several_procedures_the_intake_names_one(world: World) -> None:
    """One process may serve two; which law applies is not guessed."""
    world.adopt("cho").body_or_raise()
    assert warnings_of(world, procedure("cho", code="cho-2")) == ["procedure-unmet"] * 2 + ["procedure-second"]
    world.adopt("cho", code="cho-2").body_or_raise()
    refusal = refusal_of(started(world))
    assert (refusal.code, "cho, cho-2" in refusal.message) == ("procedure-unclear", True)
    assert started(world, code="cho-2").refusal is None


def test_what_the_process_cannot_give_is_told_before_signing(world: World) -> None:
    """No such process, no such step, a date before today; a record that fits has no warning."""
    assert warnings_of(world, procedure("nowhere")) == ["process-unknown"]
    fits = straight("vua", signed("decide", "lanh-dao", "approval", form="decide"), signed("seal", "van-thu", "organ"))
    world.deploy(fits).body_or_raise()
    assert warnings_of(world, procedure("vua")) == []
    other = {"document": "result", "approvals": [{"purpose": "approval", "role": "chu-tich"}]}
    assert warnings_of(world, procedure("vua", result=other)) == ["procedure-unmet"]
    world.adopt("vua").body_or_raise()
    assert warnings_of(world, procedure("vua", name="sửa")) == ["procedure-backdated"]


def test_a_deployment_is_told_what_its_procedures_miss(world: World) -> None:
    """Those in force and those to come; it can be deployed, as the record may follow."""
    decide = signed("decide", "lanh-dao", "approval", form="decide")
    world.adopt("tiep", valid_from=TOMORROW).body_or_raise()
    told = world.deploy(straight("tiep", decide)).body_or_raise()["warnings"]
    assert [each["code"] for each in told] == ["procedure-unmet"]
    told = world.deploy(straight("tiep", decide, signed("seal", "van-thu", "organ"))).body_or_raise()["warnings"]
    assert told == []


def test_a_record_that_is_no_longer_read_lets_nothing_out(world: World) -> None:
    """Adopted under an earlier release with a field that this one does not know: refused with the reason."""
    code = world.approved(channel="email")
    body = procedure("tra-ket-qua")
    body["result"]["approval"] = []
    with world.app.store.write() as tx:
        tx.execute(update(tables.procedure).where(tables.procedure.c.code == "tra-ket-qua").values(body=body))
    world.work()
    assert world.dossier(code)["dispatches"] == []
    [incident] = world.dossier(code)["incidents"]
    assert "procedure-invalid" in str(incident)


def test_before_the_first_record_none_is_shown(world: World) -> None:
    """Nor is any code that was never adopted."""
    assert refusal_of(procedures.show_procedure(world.app, "tra-ket-qua", date(2025, 12, 31))).kind == Kind.NOT_FOUND
    assert refusal_of(procedures.show_procedure(world.app, "nowhere", None)).kind == Kind.NOT_FOUND
