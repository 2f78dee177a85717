"""Signed acts outside any task: each is what its record says, by who had the right to, and takes effect after it."""

from collections.abc import Callable, Mapping

from signing.bundle import bundle_hash
from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.errors import Invalid
from signing.evidence.contents import Opened, bundle_of, digest_of, stored_object
from signing.evidence.people import day_of
from signing.evidence.persons import Persons, alone, check_only_one, judge_persons
from signing.evidence.running import DEPLOYED, MIGRATED
from signing.evidence.story import ADOPTED, BOUND, ORGAN, PERSON, REINSTATED, REVOKED, Binding, Story
from signing.evidence.submissions import Signature
from signing.record import ActRecord, parse_time

MODIFIED, RESOLVED = "dossier-modified", "incident-resolved"
HANDED_OVER = "parcels-handed-over"
SIGNED_ACTS = (BOUND, REVOKED, REINSTATED, ADOPTED, DEPLOYED, MODIFIED, MIGRATED, HANDED_OVER)
INTEGRATOR, CLERK = "integrator", "clerk"
WHOLE = frozenset({""})


def must_be_signed(item: Opened) -> bool:
    """Whether an act counts only when signed; resolving an incident does where it changes data."""
    body = item.details.get("body")
    changes_data = item.leaf.act == RESOLVED and isinstance(body, Mapping) and bool(body.get("data"))
    return item.leaf.act in SIGNED_ACTS or changes_data


def take_act(item: Opened, author: Signature, story: Story) -> Persons:
    """Judge a signed act and let it take effect for the acts after it; Invalid unless it is what its record says."""
    record = author.record
    assert isinstance(record, ActRecord)
    kind = _KINDS.get(item.leaf.act)
    if kind is None or record.act != item.leaf.act:
        raise Invalid("record-other-act", f"the record is of {record.act} on {record.subject}, the act is another")
    return kind(item, author, record, story)


def _bound(item: Opened, author: Signature, record: ActRecord, story: Story) -> Persons:
    _same_subject(item, record)
    fingerprint, kind = digest_of(item, "bound"), record.body.get("kind")
    if record.body.get("fingerprint") != fingerprint or fingerprint in story.bound or kind not in (PERSON, ORGAN):
        raise Invalid("record-other-act", "the record binds another certificate than the act, or one bound before")
    units = _units_of(item, record.subject, story)
    persons = judge_persons(item, author, story, units=units)
    if persons.approver is not None and persons.approver.fingerprint == fingerprint:
        check_only_one(item, persons, story, units)
    story.bind(fingerprint, Binding(officer=record.subject, kind=str(kind), deed=persons.deed(item)))
    return persons


def _revoked(item: Opened, author: Signature, record: ActRecord, story: Story) -> Persons:
    _same_subject(item, record)
    whose = story.bound.get(record.subject)
    persons = alone(item, author, story, units=_units_of(item, whose.officer, story) if whose else ())
    story.revoked.add(record.subject)
    return persons


def _reinstated(item: Opened, author: Signature, record: ActRecord, story: Story) -> Persons:
    _same_subject(item, record)
    whose = story.bound.get(record.subject)
    told = {name: item.details.get(name) for name in ("officer", "reason")}
    if whose is None or told["officer"] != whose.officer or canonical(dict(record.body)) != canonical(told):
        raise Invalid("record-other-act", "the record reinstates another certificate than the act, or otherwise")
    if author.officer == whose.officer:
        raise Invalid("own-certificate", f"{author.officer} reinstated a certificate of their own")
    units = _units_of(item, whose.officer, story)
    persons = judge_persons(item, author, story, units=units)
    if persons.approver is not None and persons.approver.officer == whose.officer:
        check_only_one(item, persons, story, units)
    story.suspended.discard(record.subject)
    return persons


def _adopted(item: Opened, author: Signature, record: ActRecord, story: Story) -> Persons:
    _same_subject(item, record)
    if digest_of(item, "procedure") != sha256_hex(canonical(record.body)):
        raise Invalid("record-other-act", "the record adopts another procedure than the act")
    return judge_persons(item, author, story, units=WHOLE)


def _deployed(item: Opened, author: Signature, record: ActRecord, story: Story) -> Persons:
    told = item.details
    names = (record.subject, f"{record.subject}:{told.get('version')}")
    said = {"bundle_hash": bundle_hash(bundle_of(item) or {})}
    said |= {"although": told["although"]} if "although" in told else {}
    if names != (told.get("key"), item.leaf.subject) or canonical(dict(record.body)) != canonical(said):
        raise Invalid("record-other-act", "the record deploys another bundle than the act")
    return judge_persons(item, author, story, units=WHOLE, right=INTEGRATOR, anywhere=True)


def _intervened(item: Opened, author: Signature, record: ActRecord, story: Story) -> Persons:
    if record.subject != item.dossier or canonical(dict(record.body)) != canonical(item.details.get("body")):
        raise Invalid("record-other-act", "the record changes another dossier than the act, or otherwise")
    return alone(item, author, story, units=())


def _handed_over(item: Opened, author: Signature, record: ActRecord, story: Story) -> Persons:
    """The record names the list that lies in the pack, and the list names the record."""
    _same_subject(item, record)
    body, paper, listing = record.body, digest_of(item, "paper"), digest_of(item, "listing")
    listed = parse_canonical(stored_object(story.contents.objects, listing))
    parcels = listed.get("parcels") if isinstance(listed, dict) else None
    told = {"record": record.subject, "carrier": body.get("carrier"), "parcels": parcels}
    if listed != told or not isinstance(parcels, list) or len(parcels) != body.get("parcels"):
        raise Invalid("record-other-act", "the record hands over other parcels than its list")
    same = canonical(dict(body)) == canonical(item.details.get("body"))
    if not same or (body.get("paper"), body.get("listing")) != (paper, listing):
        raise Invalid("record-other-act", "the record hands over by another paper or list than the act")
    return alone(item, author, story, units=(str(body.get("unit")),), right=CLERK)


def _same_subject(item: Opened, record: ActRecord) -> None:
    if record.subject != item.leaf.subject:
        raise Invalid("record-other-act", f"the record is on {record.subject}, the act on {item.leaf.subject}")


def _units_of(item: Opened, officer: str, story: Story) -> set[str]:
    return story.people.units_ahead(officer, day_of(parse_time(item.leaf.time)))


_KINDS: Mapping[str, Callable[[Opened, Signature, ActRecord, Story], Persons]] = {
    BOUND: _bound,
    REVOKED: _revoked,
    REINSTATED: _reinstated,
    ADOPTED: _adopted,
    DEPLOYED: _deployed,
    MODIFIED: _intervened,
    MIGRATED: _intervened,
    RESOLVED: _intervened,
    HANDED_OVER: _handed_over,
}
