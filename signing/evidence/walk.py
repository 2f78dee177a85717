"""Judge a whole log leaf by leaf: is each evidence the leaf's, does each signature hold, is what was erased told of?

A walk keeps what it must remember of the leaves before and no leaf itself, so that it needs as much room for a hundred
thousand leaves as for a hundred; it can be written down (`to_json`) and taken up again. What does not hold is counted
and named, and the walk goes on: an auditor wants all of it.

Each signature is judged at its leaf's time, by the certificates and lists that the leaf names; a stamp at the time of
its own leaf. Whether author and approver had the right to act is judged by the pack of a dossier (`verify_pack`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography import x509

from signing.certificates import load_certificates, load_crls
from signing.errors import Invalid, SigningError, Undecidable
from signing.evidence.acts import must_be_signed
from signing.evidence.contents import (
    APPROVER,
    AUTHOR,
    PARTS,
    Opened,
    PackEntry,
    digest_of,
    digests_of,
    open_entry,
    signed_by,
    signed_parts,
    stored_object,
)
from signing.evidence.organisation import CHANGES
from signing.evidence.stamps import STAMPED
from signing.evidence.story import BOUND, ORGAN, REINSTATED, REVOKED, SUSPENDED
from signing.record import HEX256, ActRecord, ApprovalRecord, parse_time
from signing.timestamp import signature_value, verify_stamp
from signing.trail.leaf import Leaf, check_evidence
from signing.verify import Trust, Verified, verify_submission

ERASED = "data-erased"
MOST_FAULTS = 100
"""That many are named; the others are counted."""
_JUDGED_BY = ("certificate", "chain", "crl", "ocsp")

_WENT_ON = ("log-restored", "log-succeeded")
SERVER = "hoso"
"""The actor of what programs do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What does not hold, at which leaf. `undecidable`: proof is missing, else it is wrong."""

    index: int
    act: str
    code: str
    message: str
    undecidable: bool = False


@dataclass(slots=True, kw_only=True)
class Walk:
    """Where the walk stands. `counts`: opened, erased, refused, signatures, stamps, invalid, undecidable.

    `roots`: whom signatures are judged by; none: they are not judged. `bound`: certificate → officer and kind.
    `closed`: dossier → how many leaves were found erased; `told`: how many its `data-erased` leaves tell of.
    """

    roots: tuple[x509.Certificate, ...] = ()
    stamp_roots: tuple[x509.Certificate, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    bound: dict[str, tuple[str, str]] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    closed: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    went_on: bool = False
    """Whether the log went on from a backup: then the server repeats what was erased since, by its own word."""
    change: str = ""
    """The record of the change just before: a list of changes is signed once, and told leaf by leaf."""

    def to_json(self) -> dict[str, Any]:
        """Write it down; whom to trust is not in it."""
        return {
            "counts": dict(self.counts),
            "faults": [asdict(fault) for fault in self.faults],
            "bound": {fingerprint: list(whose) for fingerprint, whose in self.bound.items()},
            "revoked": sorted(self.revoked),
            "suspended": sorted(self.suspended),
            "closed": dict(self.closed),
            "told": dict(self.told),
            "went_on": self.went_on,
            "change": self.change,
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any], roots: Sequence[x509.Certificate], stamps: Sequence[Any]) -> "Walk":
        """Take it up again; raises KeyError, TypeError or ValueError for what `to_json` did not write."""
        return cls(
            roots=tuple(roots),
            stamp_roots=tuple(stamps),
            counts=Counter(value["counts"]),
            faults=[Fault(**fault) for fault in value["faults"]],
            bound={fingerprint: (whose, kind) for fingerprint, (whose, kind) in value["bound"].items()},
            revoked=set(value["revoked"]),
            suspended=set(value["suspended"]),
            closed=Counter(value["closed"]),
            told=Counter(value["told"]),
            went_on=bool(value["went_on"]),
            change=str(value["change"]),
        )

    def wanted(self, item: Opened) -> Iterator[str]:
        """The objects (SHA-256) without which the leaf's signatures cannot be judged."""
        if not self.roots or item.refused:
            return
        if item.leaf.act == STAMPED:
            yield from (digest for role in ("stamp", "chain", "crl", "ocsp") for digest in digests_of(item, role))
            if HEX256.fullmatch(item.leaf.subject):
                yield item.leaf.subject
        for whose in self._signers(item):
            yield from (digest for role in (*PARTS, *_JUDGED_BY) for digest in digests_of(item, f"{whose}{role}"))

    def take_erased(self, leaf: Leaf, dossier: str | None) -> None:
        """Count a leaf of which nothing is left but its hash; which dossier it was of is the server's word."""
        self.counts["erased"] += 1
        self.closed[dossier or ""] += 1

    def take(self, item: Opened, objects: Mapping[str, bytes]) -> None:
        """Judge a leaf whose evidence is the leaf's own, and remember what later ones rest on."""
        self.counts["opened"] += 1
        if item.refused:
            self.counts["refused"] += 1
            return
        try:
            self._judge(item, objects)
        except SigningError as error:
            self.blame(item.leaf, error)

    def blame(self, leaf: Leaf, error: SigningError) -> None:
        """Count what does not hold, and name it while there is room."""
        undecidable = isinstance(error, Undecidable)
        self.counts["undecidable" if undecidable else "invalid"] += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(
                Fault(index=leaf.index, act=leaf.act, code=error.code, message=error.message, undecidable=undecidable)
            )

    def untold(self) -> int:
        """How many leaves were found erased of which no `data-erased` leaf tells."""
        return sum(max(0, count - self.told[dossier]) for dossier, count in self.closed.items())

    def _judge(self, item: Opened, objects: Mapping[str, bytes]) -> None:
        self.went_on |= item.leaf.act in _WENT_ON
        if item.leaf.act == SUSPENDED:
            self.suspended.add(item.leaf.subject)
        unsigned = "record" not in item.objects
        if unsigned and item.leaf.act == ERASED and not (self.went_on and _repeats(item)):
            raise Invalid("act-unsigned", "this erasure needs a signature, and its leaf names none")
        if unsigned and (must_be_signed(item) or "purpose" in item.details):
            raise Invalid("act-unsigned", "this act needs a signature, and its leaf names none")
        if item.leaf.act == STAMPED and self.roots:
            _check_stamp(item, self._trust(item, AUTHOR, objects), objects)
            self.counts["stamps"] += 1
        signed = [self._verified(item, whose, objects) for whose in self._signers(item)] if self.roots else []
        self.change = digest_of(item, "record") if item.leaf.act in CHANGES and "record" in item.objects else ""
        self._bind(item, signed)
        for whose, found in signed:
            self._check_binding(item, whose, found)
            self.counts["signatures"] += 1
        if item.leaf.act == REINSTATED:
            self.suspended.discard(item.leaf.subject)
        if item.leaf.act == REVOKED:
            self.revoked.add(item.leaf.subject)
        if item.leaf.act == ERASED:
            self.told[item.leaf.subject] += _count(item)

    def _signers(self, item: Opened) -> tuple[str, ...]:
        """Whose signatures are to be judged here: those of a proposal are, with the act that it leads to."""
        if item.leaf.act.endswith("-proposed"):
            return ()
        if item.leaf.act in CHANGES and self.change and item.objects.get("record") == self.change:
            return ()
        return signed_by(item)

    def _verified(self, item: Opened, whose: str, objects: Mapping[str, bytes]) -> tuple[str, Verified]:
        officer = item.leaf.actor if whose == AUTHOR else str(item.details.get("approved_by"))
        trust = self._trust(item, whose, objects)
        parts = signed_parts(item, objects, whose)
        found = verify_submission(*parts, trust=trust, at=parse_time(item.leaf.time))
        if found.record.officer != officer:
            raise Invalid("record-other-act", f"the record is of {found.record.officer}, the act of {officer}")
        if whose == AUTHOR:
            _check_subject(item, found.record)
        return whose, found

    def _trust(self, item: Opened, whose: str, objects: Mapping[str, bytes]) -> Trust:
        def held(role: str, *of: str) -> list[bytes]:
            return [stored_object(objects, digest) for each in of for digest in digests_of(item, f"{each}{role}")]

        both = (AUTHOR, APPROVER)
        chain = [*held("certificate", whose), *held("chain", whose)]
        return Trust(
            roots=self.roots,
            intermediates=tuple(load_certificates(content)[0] for content in chain),
            crls=tuple(crl for content in held("crl", *both) for crl in load_crls(content)),
            ocsps=tuple(held("ocsp", *both)),
            stamp_roots=self.stamp_roots,
        )

    def _bind(self, item: Opened, signed: Sequence[tuple[str, Verified]]) -> None:
        if item.leaf.act != BOUND:
            return
        kinds = [found.record.body.get("kind") for _, found in signed if isinstance(found.record, ActRecord)]
        self.bound[digest_of(item, "bound")] = (item.leaf.subject, str(kinds[0]) if kinds else "")

    def _check_binding(self, item: Opened, whose: str, found: Verified) -> None:
        fingerprint, officer = found.signature.fingerprint, found.record.officer
        name = f"the certificate {fingerprint[:16]} of {found.signature.subject}"
        if fingerprint not in self.bound or fingerprint in self.revoked:
            raise Invalid("certificate-unbound", f"{name} was not bound to {officer} then")
        bound, kind = self.bound[fingerprint]
        if bound != officer:
            raise Invalid("certificate-of-another", f"{name} is bound to {bound}, not to {officer}")
        if (kind == ORGAN) != (found.signature.purpose == ORGAN):
            raise Invalid("certificate-kind", f"{name} is bound as that of a {kind}, and signs as another kind")
        # Who approves that a certificate is reinstated may show by it to have the key again.
        if fingerprint in self.suspended and (item.leaf.act, whose) != (REINSTATED, APPROVER):
            raise Invalid("certificate-suspended", f"{name} was suspended, and nobody had reinstated it")


def open_leaf(encoded: bytes, salt: bytes, evidence: bytes, leaf: Leaf) -> Opened:
    """Open a leaf: Invalid where the evidence is not the one that it was made over."""
    check_evidence(leaf, evidence, salt)
    return open_entry(PackEntry(leaf=encoded, salt=salt, evidence=evidence, proof=()))


def _check_subject(item: Opened, record: ApprovalRecord | ActRecord) -> None:
    """What was signed is this act; a list of changes, and a deployment, are named otherwise than their leaves."""
    if isinstance(record, ApprovalRecord):
        same = (record.task, record.dossier) == (item.leaf.subject, item.dossier)
    else:
        same = record.act == item.leaf.act or item.leaf.act in CHANGES
    if not same:
        raise Invalid("record-other-act", "the record is of another act than its leaf tells")


def _check_stamp(item: Opened, trust: Trust, objects: Mapping[str, bytes]) -> None:
    signature = stored_object(objects, item.leaf.subject)
    token = stored_object(objects, digest_of(item, "stamp"))
    found = verify_stamp(token, signature_value(signature), trust=trust, at=parse_time(item.leaf.time))
    if parse_time(str(item.details.get("time"))) < found.latest.replace(microsecond=0):
        raise Invalid("stamp-other-record", "the leaf tells an earlier time than its stamp proves")


def _repeats(item: Opened) -> bool:
    """Whether this is the server's own repetition, after a restore, of an erasure that two persons signed before."""
    told = item.details.get("repeats")
    return item.leaf.actor == SERVER and isinstance(told, dict) and isinstance(told.get("leaf"), int)


def _count(item: Opened) -> int:
    count = item.details.get("leaves")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise Invalid("evidence-malformed", f"the erasure at leaf {item.leaf.index} does not say how many leaves")
    return count
