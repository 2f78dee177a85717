"""Changes of the organisation: a list that is signed as one act, of which each change is a leaf of its own.

A pack holds the leaves that somebody in it rests on, not all of a list: each must be a line of what was signed, at its
own place, so that none comes twice. What gives no rights goes unsigned; what gives some and is unsigned counts only as
the operator's word: before the first certificate was bound, or where the last administrator had to be replaced.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.errors import Invalid, Undecidable
from signing.evidence.contents import Opened, digest_of, stored_object
from signing.evidence.people import ADMINISTRATOR, day_of, gives_rights, roles_told
from signing.evidence.persons import Persons, judge_persons
from signing.evidence.report import Deed
from signing.evidence.story import CHANGED, ON_SERVER, UNSIGNED, Batch, Story
from signing.evidence.submissions import Signature
from signing.record import ActRecord, parse_time

CHANGES = frozenset(
    f"{what}-{done}"
    for what, how in {
        "unit": ("added", "changed"),
        "position": ("added", "changed"),
        "officer": ("added", "changed", "appointed"),
        "appointment": ("ended",),
        "role": ("granted", "ended"),
        "mandate": ("given", "ended"),
        "absence": ("recorded", "ended"),
    }.items()
    for done in how
)
SEVERAL = "organisation"  # what a list is about that is about more than one
SERVER = "hoso"
WIDE = frozenset({"auditor", "worker"})  # roles that count in the whole agency, wherever they are held
_BESIDE = frozenset({"number", "reason", "sole", "author", "approved_by", "proposal", "on_server"})


def change_of(item: Opened) -> dict[str, Any]:
    """The change that a leaf tells, as it stands in the signed list."""
    return {"kind": item.leaf.act, **{name: value for name, value in item.details.items() if name not in _BESIDE}}


def take_unsigned(item: Opened, story: Story) -> None:
    """Let an unsigned change take effect, where it gives no rights or was made on the server; else Invalid
    `act-unsigned`.
    """
    change, how = change_of(item), UNSIGNED
    if gives_rights(item.leaf.act, change):
        # Nobody could sign before anybody's certificate was bound.
        last = item.details.get("on_server") is True and _makes_administrator(change)
        if item.leaf.actor != SERVER or (story.bound and not last):
            message = f"this change of the organisation ({item.leaf.act}) gives rights, and nobody signed it"
            raise Invalid("act-unsigned", message)
        how = ON_SERVER
    deed = Deed(index=item.leaf.index, by=item.leaf.actor, how=how)
    story.people.take(item.leaf.act, change, item.details.get("number"), deed)


def take_first(item: Opened, author: Signature, story: Story) -> Persons:
    """Judge a signed list by the first of its leaves in the pack, and let that one take effect."""
    record = author.record
    assert isinstance(record, ActRecord)
    lines = _lines(item, record, story)
    if record.subject not in (SEVERAL, item.leaf.subject):
        raise Invalid("record-other-act", f"the record is on {record.subject}, the act on {item.leaf.subject}")
    units = units_of(change_of(item), story)
    persons = judge_persons(item, author, story, units=units, about=_about(lines, story) | units)
    begins = frozenset(item.leaf.index - place for place in range(len(lines)))
    batch = Batch(first=item, lines=lines, deed=persons.deed(item), begins=begins)
    _take(item, batch, story)
    return persons


def take_next(item: Opened, batch: Batch, story: Story) -> None:
    """Let a further change of a list that was judged take effect."""
    first = batch.first
    same = canonical(dict(item.objects)) == canonical(dict(first.objects))
    said = [{name: each.details.get(name) for name in _BESIDE - {"number"}} for each in (item, first)]
    if not same or said[0] != said[1] or (item.leaf.actor, item.leaf.time) != (first.leaf.actor, first.leaf.time):
        raise Invalid(
            "record-replayed", f"the list of changes was made in leaf {first.leaf.index}; this is another act"
        )
    if units := units_of(change_of(item), story):
        deed = batch.deed
        day = day_of(parse_time(item.leaf.time))
        for who in (deed.by, *([deed.approved_by] if deed.approved_by else [])):
            for unit in units:
                story.rest_on(who, story.people.having(who, ADMINISTRATOR, unit, day))
    _take(item, batch, story)


def units_of(change: Mapping[str, Any], story: Story) -> set[str]:
    """The units that a change concerns: who makes it administers them; "" is the whole agency."""
    people, kind = story.people, change["kind"]
    found: set[str] = set()
    roles: set[str] = set()
    match kind:
        case "unit-added" | "unit-changed":
            names = ("parent",) if kind == "unit-added" else ("id", "parent")
            found = {str(change[name]) for name in names if change.get(name) is not None}
        case "position-added" | "role-granted":
            found = {str(change.get("unit"))}
            roles = {*roles_told(change), str(change.get("role"))}
        case "position-changed" if str(change.get("id")) in people.positions:
            position = people.positions[str(change.get("id"))]
            found = {position.unit}
            roles = set(roles_told(change) ^ position.roles) if change.get("roles") else set()
        case "officer-appointed":
            position = people.position(str(change.get("position")))
            found, roles = {position.unit}, set(position.roles)
        case "mandate-given":
            found = {people.position(str(change.get("given_by"))).unit}
        case "appointment-ended" | "role-ended":
            numbered, name = (
                (people.appointments, "appointment") if kind == "appointment-ended" else (people.grants, "grant")
            )
            found = {people.unit_of(held) for number, held in numbered.items() if number == change.get(name)}
    return found | ({""} if roles & WIDE else set())


def _lines(item: Opened, record: ActRecord, story: Story) -> tuple[bytes, ...]:
    """The changes that were signed, a line each."""
    signed = stored_object(story.contents.objects, digest_of(item, "changes"))
    lines = tuple(signed.split(b"\n")[:-1])
    told = {"changes": sha256_hex(signed), "count": len(lines)}
    told |= {"reason": item.details["reason"]} if "reason" in item.details else {}
    if record.act != CHANGED or not signed.endswith(b"\n") or canonical(dict(record.body)) != canonical(told):
        raise Invalid("record-other-act", "the record changes the organisation otherwise than the act")
    return lines


def _about(lines: tuple[bytes, ...], story: Story) -> set[str]:
    """The units that any of the signed changes concerns, as far as the pack knows them."""
    found: set[str] = set()
    for line in lines:
        change = parse_canonical(line)
        if isinstance(change, dict) and isinstance(change.get("kind"), str):
            with suppress(Undecidable):
                found |= units_of(change, story)
    return found


def _take(item: Opened, batch: Batch, story: Story) -> None:
    """Apply a change that stands at its own place among those that were signed."""
    change = change_of(item)
    line, index = canonical(change), item.leaf.index
    places = {index - place for place, each in enumerate(batch.lines) if each == line}
    if not places:
        raise Invalid("change-not-signed", f"the change of leaf {index} ({item.leaf.act}) is none of those signed")
    begins = batch.begins & places
    if not begins:
        raise Invalid("record-replayed", f"the change of leaf {index} stands at another place than in the signed list")
    story.batches[digest_of(item, "record")] = Batch(
        first=batch.first, lines=batch.lines, deed=batch.deed, begins=frozenset(begins)
    )
    _check_ended(item, change, story)
    deed = Deed(index=index, by=batch.deed.by, approved_by=batch.deed.approved_by, how=batch.deed.how)
    story.people.take(item.leaf.act, change, item.details.get("number"), deed)


def _check_ended(item: Opened, change: Mapping[str, Any], story: Story) -> None:
    """What ends is that of whom the leaf names."""
    ended = {
        "appointment-ended": (story.people.appointments, change.get("appointment")),
        "role-ended": (story.people.grants, change.get("grant")),
    }
    numbered, number = ended.get(item.leaf.act, ({}, None))
    found = numbered.get(number) if isinstance(number, int) else None
    if found is not None and found.officer != item.leaf.subject:
        raise Invalid("record-other-act", f"number {number} is {found.officer}'s, the act is on {item.leaf.subject}")


def _makes_administrator(change: Mapping[str, Any]) -> bool:
    return bool(change["kind"] == "role-granted" and change.get("role") == ADMINISTRATOR)
