"""What the acts so far have established: whose certificates are bound, who held what, which records stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from signing.certificates import load_certificates
from signing.errors import Invalid
from signing.evidence.contents import Opened, PackContents, stored_object
from signing.evidence.pdfs import Reader, read_here
from signing.evidence.people import People
from signing.evidence.report import Deed
from signing.evidence.running import Running

BOUND, REVOKED, ADOPTED = "certificate-bound", "certificate-revoked", "procedure-adopted"
SUSPENDED, REINSTATED = "certificate-suspended", "certificate-reinstated"
CHANGED = "organisation-changed"
BOOTSTRAP, SOLE, SIGNED, ON_SERVER, UNSIGNED = "bootstrap", "sole", "signed", "on-server", "unsigned"
PERSON, ORGAN = "person", "organ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Whose certificate it is, as a person's or the organ's, and the act that says so."""

    officer: str
    kind: str
    deed: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A signed list of changes of the organisation, of which each is a leaf, one after the other."""

    first: Opened
    lines: tuple[bytes, ...]
    deed: Deed
    begins: frozenset[int]
    """The leaves at which it may begin: one, unless the list says the same twice."""


@dataclass(slots=True, kw_only=True)
class Story:
    """It grows act by act, by rising index; each act is judged on what the ones before have established.

    `admins`: fingerprints of administrators' certificates that the auditor pins; none: whoever bootstrapped.
    `read`: where PDFs are read.
    """

    contents: PackContents
    roots: tuple[x509.Certificate, ...]
    stamp_roots: tuple[x509.Certificate, ...]
    stamps: Mapping[str, Opened]
    """SHA-256 of a signature → the leaf that stamps it."""
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...] = ()
    admins: frozenset[str] = frozenset()
    read: Reader = read_here
    bound: dict[str, Binding] = field(default_factory=dict)
    vouched: set[str] = field(default_factory=set)
    """The officers to whom a certificate that the auditor pins is bound."""
    revoked: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    nonces: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    running: Running = field(default_factory=Running)
    people: People = field(default_factory=People)
    batches: dict[str, Batch] = field(default_factory=dict)
    bootstrap: list[str] = field(default_factory=list)
    sole: list[int] = field(default_factory=list)
    on_server: set[int] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    signatures: dict[str, datetime | None] = field(default_factory=dict)
    """SHA-256 of a signature → the time that its stamp proves."""
    finished: set[tuple[str, str]] = field(default_factory=set)
    """SHA-256 of a PDF that a completion signed, and of its signer's certificate."""

    def bind(self, fingerprint: str, binding: Binding) -> None:
        """From now on the certificate's signatures are that officer's."""
        self.bound[fingerprint] = binding
        if fingerprint in self.admins:
            self.vouched.add(binding.officer)

    def signs_in_person(self, officer: str) -> bool:
        """Whether a certificate of their own is bound to the officer now."""
        bound = ((print_, each) for print_, each in self.bound.items() if print_ not in self.revoked)
        return any(each.officer == officer and each.kind == PERSON for _, each in bound)

    def could_sign(self, officer: str, at: datetime) -> bool:
        """Whether the officer had then a certificate of their own that was bound, good and within its dates."""
        own = [print_ for print_, each in self.bound.items() if each.officer == officer and each.kind == PERSON]
        return any(self._good(print_, at) for print_ in own if print_ not in self.revoked | self.suspended)

    def _good(self, fingerprint: str, at: datetime) -> bool:
        certificate = load_certificates(stored_object(self.contents.objects, fingerprint))[0]
        return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc

    def rest_on(self, officer: str, deeds: Iterable[Deed]) -> tuple[Deed, ...]:
        """Note what somebody's right to sign rests on; Invalid `administrator-unpinned` where that is the server's
        word alone, and the auditor pins administrators, of whom this officer is none.
        """
        found = tuple(deeds)
        unsigned = {deed.index for deed in found if deed.how == ON_SERVER}
        if unsigned and self.admins and officer not in self.vouched:
            message = f"what {officer} holds was given on the server, unsigned (leaf {min(unsigned)})"
            raise Invalid("administrator-unpinned", f"{message}, and no certificate of theirs is among those you pin")
        return self.note(found)

    def note(self, deeds: Iterable[Deed]) -> tuple[Deed, ...]:
        """Note which of these are the server's word alone, for the report: who pins administrators reads it there."""
        found = tuple(deeds)
        self.on_server |= {deed.index for deed in found if deed.how == ON_SERVER}
        return found
