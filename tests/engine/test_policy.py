"""The policy: roles count in their unit and nowhere else; auditors change nothing; programs do jobs."""

import pytest

from engine.errors import Kind
from engine.officer import ADMINISTRATOR, AUDITOR, INTEGRATOR, MONITOR, OPERATOR, RELAY, WORKER, Officer
from engine.policy import RIGHTS, Nature, Where, refuses, refuses_early


def officer(**rights: set[str]) -> Officer:
    """Somebody with these roles in these units."""
    return Officer(id="x", name="X", position="CV", unit="a", rights={unit: frozenset(r) for unit, r in rights.items()})


def code(who: Officer, act: str, unit: str | None = None) -> str | None:
    refusal = refuses(who, act, unit)
    if refusal is None:
        return None
    assert refusal.kind == Kind.FORBIDDEN
    assert refusal.remedy
    assert act in refusal.message
    return refusal.code


LOCAL = sorted(act for act, right in RIGHTS.items() if right.where != Where.ANYWHERE)


@pytest.mark.parametrize("act", LOCAL)
def test_a_role_counts_in_its_unit_alone(act: str) -> None:
    """Whoever works in another unit, with another role there, may not do it there; its message names role and unit."""
    role = RIGHTS[act].roles[0]
    who = officer(a={role}, b={"chuyen-vien"})
    assert code(who, act, "a") is None
    for elsewhere in ("b", "c"):
        assert code(who, act, elsewhere) == "right-missing"
        found = refuses(who, act, elsewhere)
        assert found is not None
        assert f"role {' or '.join(RIGHTS[act].roles)} in the unit {elsewhere}" in found.message


def test_an_auditor_reads_all_wherever_they_are_one() -> None:
    """Others' devices in another unit, too; an administrator sees those of their own people."""
    assert code(officer(b={AUDITOR}), "see others' devices", "a") is None
    assert code(officer(b={ADMINISTRATOR}), "see others' devices", "a") == "right-missing"


@pytest.mark.parametrize("act", sorted(RIGHTS))
def test_an_auditor_changes_nothing_whatever_else_they_are(act: str) -> None:
    """Not what they could do by another role; they read, and look after their own sign-in."""
    every = officer(a={AUDITOR, ADMINISTRATOR, INTEGRATOR, OPERATOR, WORKER, "head"})
    expected = "auditor-changes-nothing" if RIGHTS[act].nature == Nature.CHANGES else None
    assert code(every, act, "a") == expected
    early = refuses_early(every, act)
    assert (early.code if early else None) == expected


@pytest.mark.parametrize("act", sorted(RIGHTS))
def test_a_worker_does_jobs_alone(act: str) -> None:
    """Beside jobs: sign in, see who they are, keep their device. With another role they are an officer as any other."""
    right = RIGHTS[act]
    for program in (WORKER, RELAY, MONITOR):
        theirs = right.programs and (not right.roles or program in right.roles)
        assert (code(officer(a={program}), act) is None) == theirs, "none does another's work"
    if not RIGHTS[act].roles:
        assert code(officer(a={WORKER, "chuyen-vien"}), act) is None


def test_what_a_dossiers_trail_must_tell_is_not_refused_early() -> None:
    """Somebody without the role who tries to suspend a dossier is refused by the act itself, which records it."""
    who = officer(a={"chuyen-vien"})
    assert refuses_early(who, "suspend dossiers") is None
    assert code(who, "suspend dossiers", "a") == "right-missing"
    early = refuses_early(who, "add units")
    assert early is not None
    assert early.code == "right-missing"
