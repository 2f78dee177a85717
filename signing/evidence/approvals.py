"""Whether an approval is of the task, data, documents, process and mandates that the trail tells, and its signer held
what the trail says: position and roles, by acts in the pack.
"""

from dataclasses import dataclass

from signing.canonical import canonical
from signing.errors import Invalid
from signing.evidence.contents import Opened, stored_object
from signing.evidence.delegation import check_delegation
from signing.evidence.people import day_of
from signing.evidence.report import Deed
from signing.evidence.story import Story
from signing.record import ApprovalRecord, parse_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """In what the signer stood: the titles that they held, and the acts that this and their mandates rest on."""

    position: str
    deeds: tuple[Deed, ...]


def wanted_signature(item: Opened, story: Story) -> str | None:
    """The signature that the process wants of this step, or None."""
    if item.leaf.act != "task-completed":
        return None
    return story.running.wanted(str(item.details.get("element")))


def check_approval(item: Opened, record: ApprovalRecord, story: Story) -> Standing:
    """Give in what the signer stood; Invalid unless what was signed, and by whom, is what the trail tells."""
    if item.leaf.act != "task-completed" or (record.dossier, record.task) != (item.dossier, item.leaf.subject):
        raise Invalid("record-other-act", f"the record approves task {record.task}, the act is {item.leaf.subject}")
    wanted = {item.details.get("purpose", record.purpose), wanted_signature(item, story) or record.purpose}
    if wanted != {record.purpose}:
        raise Invalid(
            "record-other-act", f"the record is signed as {record.purpose}, the task wanted another signature"
        )
    _check_told(item, record)
    standing = _standing(item, record, story)
    if missing := [digest for digest in record.prior if digest not in story.records]:
        raise Invalid(
            "record-prior", f"the record follows {missing[0][:16]}…, which the pack does not hold as accepted"
        )
    if not story.running.holds((record.process_key, record.process_version, record.bundle_hash)):
        raise Invalid(
            "bundle-missing",
            f"the process {record.process_key} version {record.process_version} of the record is not the dossier's, "
            "or not in the pack",
        )
    for document in record.documents:
        if len(stored_object(story.contents.objects, document.sha256)) != document.size:
            raise Invalid(
                "signature-other-document", f"the document {document.name} has another size than the record says"
            )

    return standing


def _standing(item: Opened, record: ApprovalRecord, story: Story) -> Standing:
    """The trail tells position and roles; by the acts in the pack the signer had them on that day."""
    at = parse_time(item.leaf.time)
    deeds = check_delegation(record, item.objects.get("delegation"), story, at)
    footing = story.people.footing(record.officer, day_of(at))
    told = item.details.get("roles")
    if not isinstance(told, list) or not {str(each) for each in told} <= footing.roles:
        names = ", ".join(sorted(set(map(str, told)) - footing.roles)) if isinstance(told, list) else "none"
        raise Invalid("role-not-held", f"{record.officer} did not have the roles that are told: {names[:200]}")
    if item.details.get("position") != footing.position:
        message = f"the trail tells that {record.officer} was {str(item.details.get('position'))[:100]!r}"
        raise Invalid("position-not-held", f"{message}, by the acts in the pack {footing.position!r}")
    bodies = story.people.signs_as(record.officer, record.capacity, day_of(at))
    if bodies is None:
        message = f"{record.officer} signs as {record.capacity}, and held nothing that lets them"
        raise Invalid("position-not-held", message)
    rests = story.rest_on(record.officer, (*footing.deeds, *deeds))
    return Standing(position=footing.position, deeds=(*rests, *story.note(bodies)))


def _check_told(item: Opened, record: ApprovalRecord) -> None:
    """What the trail tells of the act is what was signed: its data, its step, its documents."""
    told = (item.details.get("data"), item.details.get("element"), item.objects.get("document", []))
    covered = [{"name": document.name, "sha256": document.sha256} for document in record.documents]
    if canonical(told) != canonical((record.data, record.element, covered)):
        raise Invalid(
            "record-other-act", "the trail tells other data, another step or other documents than were signed"
        )
