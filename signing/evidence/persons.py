"""Two persons: who did an act, and who approved it; both sign, and both had the right to.

What the approver signs names the proposal by its digest, and the proposal holds what the author signed. An act that one
administrator did alone says so (`sole`), and then nobody else may ever have administered what it is about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from signing.canonical import canonical, parse_canonical
from signing.errors import Invalid
from signing.evidence.contents import APPROVER, PARTS, Opened, digest_of, stored_object
from signing.evidence.people import ADMINISTRATOR, day_of
from signing.evidence.proposals import BY_AUTHOR, shows
from signing.evidence.report import Deed
from signing.evidence.story import BOOTSTRAP, SIGNED, SOLE, Story
from signing.evidence.submissions import FRESH, LAPSES, Signature, check_fresh, judge_signature
from signing.record import ActRecord, parse_time

PROPOSAL_APPROVED = "proposal-approved"
_CONTENT = {"id", "act", "subject", "body", "author", "reason"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Whose act it is. `rests`: on which acts the author's and the approver's right to it rests."""

    author: Signature
    approver: Signature | None
    rests: tuple[Deed, ...] = ()
    approver_rests: tuple[Deed, ...] = ()

    def deed(self, item: Opened) -> Deed:
        """The act as others rest on it."""
        if self.author.binding.deed.index == item.leaf.index and self.author.binding.deed.how == BOOTSTRAP:
            return self.author.binding.deed
        approved_by = self.approver.officer if self.approver else None
        how = SIGNED if approved_by else SOLE
        return Deed(index=item.leaf.index, by=self.author.officer, approved_by=approved_by, how=how)


def judge_persons(
    item: Opened,
    author: Signature,
    story: Story,
    *,
    units: Iterable[str],
    about: Iterable[str] | None = None,
    right: str = ADMINISTRATOR,
    anywhere: bool = False,
) -> Persons:
    """Judge who approved an act, and that both could: `units` are those that it is about ("": the whole agency).

    `right`: the author's, in all of the units or (`anywhere`) in any; who approves administers them all. `about`: the
    units of all that was signed, where that is more: nobody else may administer any, if one person is to be enough.
    """
    concerned, day = sorted(set(units)), day_of(parse_time(item.leaf.time))
    said = {name for name in ("author", "approved_by", "proposal") if name in item.details}
    approved = {role for role in ("proposal", *(f"{APPROVER}{part}" for part in PARTS)) if role in item.objects}
    if not said and not approved:
        _check_sole(item, author, story, concerned if about is None else about)
        check_fresh(item, author)
        return Persons(author=author, approver=None, rests=_rests(author, story, right, concerned, day, anywhere))
    if len(said) != 3 or len(approved) != 4 or item.details.get("sole") is not None:
        raise Invalid("approver-missing", "the act names an approver, or what they signed, but not all of it")
    check_fresh(item, author, LAPSES)
    approver = _approver(item, author, story)
    return Persons(
        author=author,
        approver=approver,
        rests=_rests(author, story, right, concerned, day, anywhere),
        approver_rests=_rests(approver, story, ADMINISTRATOR, concerned, day, False),
    )


def alone(
    item: Opened, author: Signature, story: Story, *, units: Iterable[str], right: str = ADMINISTRATOR
) -> Persons:
    """Judge an act that needs one person alone who has the right in these units, such as the end of a certificate."""
    check_fresh(item, author, FRESH)
    day = day_of(parse_time(item.leaf.time))
    return Persons(author=author, approver=None, rests=_rests(author, story, right, sorted(units), day, False))


def check_only_one(item: Opened, persons: Persons, story: Story, units: Iterable[str]) -> None:
    """Raise Invalid `approver-own-certificate` where somebody else could have approved what an officer approved for a
    certificate of their own: an administrator of these units who could sign then.
    """
    assert persons.approver is not None
    at = parse_time(item.leaf.time)
    two = {persons.author.officer, persons.approver.officer}
    able = [who for who in story.people.administering(units, day_of(at)) if story.could_sign(who, at)]
    if others := [who for who in able if who not in two]:
        message = f"{persons.approver.officer} approved it for their own certificate, though {others[0]} could have"
        raise Invalid("approver-own-certificate", message)


def proposal_of(item: Opened, story: Story) -> Mapping[str, Any]:
    """The proposal's content, which the approver's record names by its digest."""
    content = parse_canonical(stored_object(story.contents.objects, digest_of(item, "proposal")))
    if not isinstance(content, dict) or content.keys() != _CONTENT or not isinstance(content["body"], dict):
        raise Invalid("evidence-malformed", "the proposal in the pack is none")
    return content


def _approver(item: Opened, author: Signature, story: Story) -> Signature:
    by = str(item.details["approved_by"])
    approver = judge_signature(item, story, by, APPROVER)
    if by == author.officer or item.details["author"] != author.officer:
        raise Invalid("approver-is-author", f"{author.officer} did the act, and {by} approved it; two persons must")
    if approver.public_key == author.public_key:
        raise Invalid("approver-is-author", "author and approver signed with the same key; two persons must")
    check_fresh(item, approver)
    _check_proposal(item, author, approver, proposal_of(item, story))
    return approver


def _check_proposal(item: Opened, author: Signature, approver: Signature, proposal: Mapping[str, Any]) -> None:
    """What was approved is what the author signed."""
    record, act = approver.record, author.record
    names = {"proposal": digest_of(item, "proposal"), "act": proposal["act"], "subject": proposal["subject"]}
    if not isinstance(record, ActRecord) or (record.act, record.subject) != (PROPOSAL_APPROVED, proposal["id"]):
        raise Invalid("proposal-differs", f"what {approver.officer} signed approves another proposal than the act's")
    if canonical(dict(record.body)) != canonical(names) or item.details["proposal"] != proposal["id"]:
        raise Invalid("proposal-differs", f"what {approver.officer} signed names another proposal than the act's")
    signed = canonical({part: digest_of(item, part) for part in PARTS})
    assert isinstance(act, ActRecord)
    told = (proposal["act"], proposal["subject"], proposal["author"])
    if told != (act.act, act.subject, author.officer) or canonical(proposal["body"].get(BY_AUTHOR)) != signed:
        raise Invalid("proposal-differs", f"the proposal that {approver.officer} approved holds another act than this")
    if not shows(proposal, act):
        raise Invalid(
            "proposal-differs", f"the proposal shows {approver.officer} something else than its author signed"
        )


def _check_sole(item: Opened, author: Signature, story: Story, about: Iterable[str]) -> None:
    if author.binding.deed.how == BOOTSTRAP and author.binding.deed.index == item.leaf.index:
        return
    if item.details.get("sole") is not True:
        raise Invalid("approver-missing", "the act has no approver, and does not say that nobody else could approve it")
    for unit in sorted(about):
        if others := story.people.others(author.officer, unit):
            message = f"{author.officer} did it alone, though {others[0]} administered, and could have approved it"
            raise Invalid("approver-missing", message)
    story.sole.append(item.leaf.index)


def _rests(
    signature: Signature, story: Story, right: str, concerned: Sequence[str], day: date, anywhere: bool
) -> tuple[Deed, ...]:
    units: Sequence[str | None] = [None] if anywhere or not concerned else concerned
    deeds = [deed for unit in units for deed in story.people.having(signature.officer, right, unit, day)]
    return story.rest_on(signature.officer, dict.fromkeys(deeds))
