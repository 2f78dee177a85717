"""The application: what every act needs to run, gathered once. It loads, asks the engine, saves, in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from cryptography import x509

from adapters.application.definitions import Definitions
from adapters.application.log_keys import LogKeys
from adapters.application.organisations import Organisations
from adapters.database.store import Store
from adapters.dispatch.email.sender import Sender
from adapters.dispatch.email.server import MailServer
from adapters.dispatch.post.setup import Carriers
from adapters.mailbox.setup import Setup
from adapters.oidc.provider import IdentityProvider
from adapters.revocation.refresh import Fetched
from adapters.witnesses import CheckpointWitness
from signing.timestamp import TimeStampAuthority
from signing.trail.note import LogKey
from signing.verify import Trust

FetchRevocation = Callable[[Trust, Sequence[x509.Certificate], datetime], Sequence[Fetched]]
"""Fetch what will be needed to judge these signers, as of a time; gives what came of each address."""

CarrierRoots = Callable[[str], Sequence[x509.Certificate]]
"""The certificates that are trusted for what this carrier signs, and for nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """The agency that runs this installation. `identifier` as QĐ 20/2020 gives it, such as `H29.5`."""

    identifier: str
    name: str
    email: str = "hoso@localhost"
    address: str = ""


@dataclass(slots=True, kw_only=True)
class Told:
    """What this process has told the trail of its own settings: verifier key → name of each witness."""

    witnesses: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The acts' surroundings. `clock` and `entropy` are given, so that a test may choose them."""

    store: Store
    agency: Agency
    log_keys: LogKeys
    trust: Callable[[], Trust]
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    mail: MailServer | None = None
    sender: Sender = field(default_factory=Sender)  # how its mail presents itself
    days_off: Callable[[int], Collection[date]] = field(default=lambda _year: ())
    definitions: Definitions = field(default_factory=Definitions)
    organisations: Organisations = field(default_factory=Organisations)
    identity: IdentityProvider | None = None  # where officers may sign in
    fetch_revocation: FetchRevocation | None = None  # None: whoever runs the server brings the lists
    carrier_roots: CarrierRoots = field(default=lambda _carrier: ())
    stamp: TimeStampAuthority | None = None  # None: results wait
    mailbox: Setup = field(default_factory=Setup)  # what comes in by mail
    carriers: Carriers = field(default_factory=Carriers)  # who takes parcels
    witnesses: tuple[CheckpointWitness, ...] = ()  # who cosign the log's checkpoints
    told: Told = field(default_factory=Told)
    folder: Path | None = None  # the data directory
    device: str | None = None  # on which the act is done; None: a program does it
    witnessed: int | None = None  # how many leaves the last checkpoint has that the caller verified

    @property
    def log_key(self) -> LogKey:
        """The log's key as it was used last; what a head is signed with, `log_keys` tells."""
        return self.log_keys.present
