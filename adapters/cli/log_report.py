"""What was done in a period, counted from leaves that were opened and proven here, not from what a server sums up."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.cli.language import _
from adapters.cli.leaf_pages import Given
from adapters.cli.log import accepted_head
from adapters.cli.proven import ProvenLog
from adapters.cli.session import Session
from adapters.cli.story import sentence
from adapters.cli.terminal import escape
from adapters.cli.times import local
from adapters.cli.words import purpose_word
from signing.errors import SigningError, Undecidable
from signing.evidence.acts import must_be_signed
from signing.evidence.contents import Opened
from signing.evidence.organisation import CHANGES
from signing.record import parse_time
from signing.trail.checkpoint import Checkpoint
from signing.trail.leaf import Leaf

MARGIN = timedelta(hours=1)
"""Leaves are read from so long before the period to so long after it: they stand in their order, and clocks differ."""
READS = frozenset({"evidence-exported", "lists-exported", "trail-read"})
LOG = ("checkpoint-", "witness-", "log-", "data-erased")
ADMINISTRATIVE = ("certificate-", "procedure-", "process-", "proposal-", "device-revoked")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What is counted; the lists hold acts as `hoso dossier history` tells them."""

    by_act: Counter[str] = field(default_factory=Counter)
    by_officer: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    signed: Counter[tuple[str, str]] = field(default_factory=Counter)
    administrative: list[dict[str, Any]] = field(default_factory=list)
    reads: list[dict[str, Any]] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    erased: int = 0

    def take(self, given: Given) -> None:
        """Count a leaf."""
        leaf = given.leaf
        self.by_act[leaf.act] += 1
        self.by_officer[leaf.actor] += 1
        if given.opened is None:
            self.erased += 1
        if not isinstance(given.opened, Opened):
            return
        item = given.opened
        told = {**_of(leaf), "dossier": item.dossier, "details": dict(item.details)}
        if item.refused:
            self.refusals[str(item.details.get("code", leaf.act))] += 1
        elif "purpose" in item.details:
            self.signed[str(item.details["purpose"]), str(item.details.get("capacity", ""))] += 1
        if leaf.act in READS:
            self.reads.append(told)
        elif leaf.act.startswith(LOG):
            self.log.append(told)
        elif leaf.act in CHANGES or leaf.act.startswith(ADMINISTRATIVE) or must_be_signed(item):
            self.administrative.append(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReport:
    """A period's report. `since`, `until` (UTC): the first moment, and the first that no longer counts."""

    since: str
    until: str
    head: Checkpoint
    first: int
    last: int
    tally: Tally

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        tally = self.tally
        signed = [
            {"purpose": purpose, "capacity": capacity, "count": count}
            for (purpose, capacity), count in tally.signed.most_common()
        ]
        return {
            "from": self.since,
            "to": self.until,
            "checkpoint": {"origin": self.head.origin, "size": self.head.size, "root": self.head.root.hex()},
            "read": {"from": self.first, "to": self.last},
            "leaves": tally.by_act.total(),
            "erased": tally.erased,
            "by_act": dict(tally.by_act.most_common()),
            "by_officer": dict(tally.by_officer.most_common()),
            "refusals": dict(tally.refusals.most_common()),
            "signed": signed,
            "administrative": tally.administrative,
            "reads": tally.reads,
            "log": tally.log,
        }

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        yield _("Report from {since} to {until}: {count} leaves of the log {origin}.").format(
            since=local(self.since),
            until=local(self.until),
            count=self.tally.by_act.total(),
            origin=escape(self.head.origin),
        )
        for title, counts in self.counts():
            yield title if counts else f"{title} -"
            yield from (f"  {count:>8}  {escape(name)}" for name, count in counts.items())
        if self.tally.erased:
            yield _("{count} leaves were erased: their hashes stand, and what they told is gone.").format(
                count=self.tally.erased
            )
        for title, acts in self.acts():
            yield title if acts else f"{title} -"
            yield from (f"  {local(act['time'])}  {sentence(act)}   ({act['index']})" for act in acts)
        yield _("Leaves {first} to {last} were opened and proven under the signed checkpoint of {size} leaves.").format(
            first=self.first, last=self.last - 1, size=self.head.size
        )

    def csv(self) -> str:
        """The same as a table: section, name, count; or section, time, officer, act, subject of a single act."""
        written = io.StringIO()
        rows = csv.writer(written)
        rows.writerow([_("section"), _("name"), _("count"), _("time"), _("officer"), _("subject"), _("leaf")])
        for title, counts in self.counts():
            rows.writerows([title.rstrip(":"), _cell(name), count, "", "", "", ""] for name, count in counts.items())
        for title, acts in self.acts():
            for act in acts:
                who = [_cell(act["actor"]), _cell(act["subject"]), act["index"]]
                rows.writerow([title.rstrip(":"), act["act"], 1, act["time"], *who])
        return written.getvalue()

    def counts(self) -> Iterator[tuple[str, Mapping[str, int]]]:
        """What was counted, under titles in the reader's language."""
        tally = self.tally
        yield _("By act:"), dict(tally.by_act.most_common())
        yield _("By officer:"), dict(tally.by_officer.most_common())
        yield _("Refused, by reason:"), dict(tally.refusals.most_common())
        signed = {
            " ".join(filter(None, (purpose_word(purpose), capacity))): count
            for (purpose, capacity), count in tally.signed.most_common()
        }
        yield _("Signed, by purpose and capacity:"), signed

    def acts(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """What is told act by act."""
        yield _("Administrative acts:"), self.tally.administrative
        yield _("Exports and reads by auditors:"), self.tally.reads
        yield _("The log itself (checkpoints, witnesses, erasures):"), self.tally.log


def report(session: Session, since: str, until: str) -> PeriodReport:
    """Read, open and prove the leaves of a period; stops with exit code 5 where one does not hold."""
    log = ProvenLog(session.client, accepted_head(session))
    begin, end = parse_time(since), parse_time(until)
    first = log.first_since((begin - MARGIN).timestamp(), _seconds)
    last = log.first_since((end + MARGIN).timestamp(), _seconds)
    tally = Tally()
    # With the leaf before and the one after: these must lie outside, or the server misled where the period lies.
    for page in log.leaves(max(first - 1, 0), min(max(first, last) + 1, log.head.size), evidence=True):
        for given in page:
            _check_outside(given.leaf, first, max(first, last), begin - MARGIN, end + MARGIN)
            if isinstance(given.opened, SigningError):
                raise _wrong(given.opened)
            if begin <= parse_time(given.leaf.time) < end:
                tally.take(given)
    return PeriodReport(since=since, until=until, head=log.head, first=first, last=max(first, last), tally=tally)


def _check_outside(leaf: Leaf, first: int, last: int, begin: datetime, end: datetime) -> None:
    at = parse_time(leaf.time)
    if (leaf.index < first and at >= begin) or (leaf.index >= last and at < end):
        message = f"leaf {leaf.index} of {leaf.time} lies in the period, and the server led past it"
        raise _wrong(Undecidable("leaf-disordered", message))


def now_text() -> str:
    """This moment, as reports write times."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _wrong(error: SigningError) -> Exception:
    from adapters.cli.codes import in_words
    from adapters.cli.witness import alarm

    return alarm(error.code, in_words(error.code, error.message))


def _of(leaf: Leaf) -> dict[str, Any]:
    return {name: getattr(leaf, name) for name in ("index", "time", "actor", "act", "subject")}


def _seconds(leaf: Leaf) -> float:
    return parse_time(leaf.time).timestamp()


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
