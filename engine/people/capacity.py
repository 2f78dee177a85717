"""In which capacity an officer signs: oneself, TM., Q., KT., TL. or TUQ. (NĐ 30/2020 Đ13, phụ lục I), with a reason.

One pure function over the organisation, the matter and the time. It grants what a rule allows and nothing else; what
cannot be decided is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.calendar import VIETNAM
from engine.capacities import told
from engine.feel import FeelError, compile_expression
from engine.people.mandates import misshapen, passed_on
from engine.people.organisation import Appointment, Mandate, Organisation, Position, Scope, Unit, day_of

OWN = ""
_RANKS = {"KT": 1, "TL": 2, "TUQ": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is to be signed: whose `role` is competent in which unit, the procedure, the kind of document, the data.

    `met`: the mandates whose condition was found to hold before; then the data are not asked.
    """

    role: str
    unit: str
    procedure: str | None = None
    kind: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    met: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The officer signs as `kind` (empty: in their own position) for the position `authority`.

    `block` are the lines above the signature. `mandates` are the ids that it rests on, the giver's own first.
    """

    kind: str
    authority: str
    block: tuple[str, ...]
    mandates: tuple[str, ...] = ()
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Why the officer may not sign; `code` is stable: `absent`, `no-position`, `no-mandate`, `mandate-…`."""

    code: str
    reason: str


def capacity(
    organisation: Organisation,
    officer: str,
    matter: Matter,
    now: datetime,
    *,
    allowed: Collection[str] | None = None,
) -> Capacity | Denied:
    """In which capacity the officer signs this matter now; the strongest: own position, then KT., TL., TUQ.

    Of those that the step allows (None: all); who has others alone is denied.
    """
    day = day_of(now)
    if (absence := organisation.away(officer, now)) is not None:
        until = absence.until.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
        return Denied(code="absent", reason=f"{officer} is away until {until} ({absence.document})")
    authorities = authorities_of(organisation, matter.role, matter.unit)
    own = _own(organisation, officer, matter, authorities, day)
    if own is not None and (allowed is None or own.kind in allowed):
        return own
    competent = {each.id for each in authorities}
    given = [each for _, held in organisation.held(officer, day) for each in organisation.mandates_of(held.id)]
    found = [
        by_mandate(organisation, each, matter, now)
        for each in sorted(given, key=lambda each: (_RANKS[each.kind], each.since, each.id))
        if _leads_to(organisation, each) in competent
    ]
    granted = [each for each in (own, *found) if isinstance(each, Capacity)]
    if granted:
        able = (each for each in granted if allowed is None or each.kind in allowed)
        return next(able, None) or excluded(granted[0], allowed or ())
    denied = [each for each in found if isinstance(each, Denied)]
    return denied[0] if denied else _stranger(organisation, officer, matter, authorities, day)


def excluded(found: Capacity, allowed: Collection[str]) -> Denied:
    """The denial of a capacity that the officer has, and that the step does not allow."""
    reason = f"it would be signed {told([found.kind])} ({found.reason}), and may be signed {told(allowed)} only"
    return Denied(code="capacity-excluded", reason=reason)


def authorities_of(organisation: Organisation, role: str, unit: str) -> tuple[Position, ...]:
    """The positions that are competent: those with the role in the unit or in one around it, the nearest first."""
    around = organisation.upwards(unit)
    return tuple(each for above in around for each in organisation.positions_of(above.id) if role in each.roles)


def _own(
    organisation: Organisation, officer: str, matter: Matter, authorities: tuple[Position, ...], day: date
) -> Capacity | None:
    held = {position.id: (appointment, position) for appointment, position in organisation.held(officer, day)}
    for authority in authorities:
        if authority.id in held:
            return _in_position(*held[authority.id], organisation.unit(authority.unit))
    around = {each.id for each in organisation.upwards(matter.unit)}
    for grant in organisation.granted(officer, day):
        if grant.role == matter.role and grant.unit in around:
            reason = f"{officer} has the role {matter.role} in {grant.unit} ({grant.document})"
            return Capacity(kind=OWN, authority=matter.role, block=(), reason=reason)
    return None


def _in_position(appointment: Appointment, position: Position, unit: Unit) -> Capacity:
    title = position.title.upper()
    reason = f"{appointment.officer} is {position.title} ({appointment.document})"
    if appointment.acting:
        return Capacity(kind="Q.", authority=position.id, block=(*_body(unit), f"Q. {title}"), reason=reason)
    if unit.collective and position.rank == "head":
        return Capacity(kind="TM.", authority=position.id, block=(*_body(unit), title), reason=reason)
    return Capacity(kind=OWN, authority=position.id, block=(title,), reason=reason)


def _body(unit: Unit) -> tuple[str, ...]:
    """The line of a body that decides together."""
    return (f"TM. {unit.name.upper()}",) if unit.collective else ()


# Mandates


def _leads_to(organisation: Organisation, mandate: Mandate) -> str:
    """For which position it lets sign: the one that gave it, or that gave what it was given under."""
    above = organisation.mandate(mandate.under) if mandate.under is not None else None
    return mandate.given_by if above is None else above.given_by


def by_mandate(organisation: Organisation, mandate: Mandate, matter: Matter, now: datetime) -> Capacity | Denied:
    """What the mandate gives whoever holds the position that it is given to; the matter's competence is not asked."""
    chain = [mandate]
    if mandate.under is not None:
        above = organisation.mandate(mandate.under)
        if above is None:
            return Denied(
                code="mandate-unknown", reason=f"{mandate.id} is given under {mandate.under}, which is unknown"
            )
        chain = [above, mandate]
    if (wrong := passed_on(chain)) is not None:
        return Denied(code="mandate-passed-on", reason=wrong)
    denied = next((found for each in chain if (found := _refuses(organisation, each, matter, now)) is not None), None)
    return denied if denied is not None else _signed_for(organisation, chain)


def _refuses(organisation: Organisation, mandate: Mandate, matter: Matter, now: datetime) -> Denied | None:
    day = day_of(now)
    if not mandate.on(day):
        when = "ended" if mandate.until is not None and day > mandate.until else "has not begun"
        return Denied(code="mandate-not-in-force", reason=f"{mandate.id} ({mandate.document}) {when}")
    if (wrong := misshapen(organisation, mandate)) is not None:
        return Denied(code="mandate-void", reason=f"{mandate.id} ({mandate.document}) is void: {wrong}")
    givers = [each.officer for each in organisation.holders(mandate.given_by, day)]
    if not givers:
        return Denied(code="mandate-vacant", reason=f"nobody holds {mandate.given_by}, for which {mandate.id} signs")
    there = [each for each in givers if organisation.there(each, now)]
    if mandate.when_away and there:
        return Denied(code="mandate-giver-there", reason=f"{mandate.id} counts while {', '.join(there)} is away")
    if (outside := _outside(mandate, matter, now)) is not None:
        return Denied(code="mandate-out-of-scope", reason=f"{mandate.id} ({mandate.document}) does not cover {outside}")
    return None


def _outside(mandate: Mandate, matter: Matter, now: datetime) -> str | None:
    """What of the matter lies outside the scope; None if nothing does."""
    scope = mandate.scope
    if scope.procedures is not None and matter.procedure not in scope.procedures:
        return f"procedure {matter.procedure or 'none'}"
    if scope.kinds is not None and matter.kind not in scope.kinds:
        return f"documents of kind {matter.kind or 'none'}"
    met = holds(scope, matter.data, now) if matter.met is None else scope.condition is None or mandate.id in matter.met
    return None if met else f"this case (its condition is {scope.condition!r})"


def holds(scope: Scope, data: Mapping[str, object], now: datetime) -> bool:
    """Whether the scope's condition holds over the data; what cannot be evaluated does not."""
    if scope.condition is None:
        return True
    try:
        return compile_expression(scope.condition).evaluate(data, now=now.astimezone(VIETNAM)) is True
    except FeelError:
        return False


def _signed_for(organisation: Organisation, chain: list[Mandate]) -> Capacity:
    first, last = chain[0], chain[-1]
    authority = organisation.position(first.given_by)
    return Capacity(
        kind=f"{first.kind}.",
        authority=authority.id,
        block=(*_for(organisation, first, authority), *_lines(organisation, chain)),
        mandates=tuple(each.id for each in chain),
        reason=f"{last.id} ({last.document})",
    )


def _for(organisation: Organisation, mandate: Mandate, authority: Position) -> Iterator[str]:
    yield from _body(organisation.unit(authority.unit)) if mandate.kind == "KT" else ()


def _lines(organisation: Organisation, chain: list[Mandate]) -> Iterator[str]:
    for each in chain:
        yield f"{each.kind}. {organisation.position(each.given_by).title.upper()}"
    yield organisation.position(chain[-1].given_to).title.upper()


def _stranger(
    organisation: Organisation, officer: str, matter: Matter, authorities: tuple[Position, ...], day: date
) -> Denied:
    competent = ", ".join(each.title for each in authorities) or f"nobody (no position has the role {matter.role})"
    if not organisation.held(officer, day):
        return Denied(
            code="no-position", reason=f"{officer} holds no position on {day:%d/%m/%Y}; competent: {competent}"
        )
    return Denied(code="no-mandate", reason=f"{officer} has no mandate to sign for {competent}")
