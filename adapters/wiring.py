"""Assemble the application from its settings."""

import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict

from adapters import calendar, clock, time_stamps
from adapters.application import trail
from adapters.application.application import Agency, Application
from adapters.application.log_keys import LogKeys, LogKeyUnfit
from adapters.database import successions
from adapters.database import trail as stored_trail
from adapters.database.migrate import current, newest, upgrade
from adapters.database.store import Store, StoreUnavailable, open_store, unreachable
from adapters.dispatch.email.errors import MailSettingError
from adapters.dispatch.email.sender import Sender, read_box
from adapters.dispatch.email.server import read_url
from adapters.dispatch.email.smime import Smime, open_key
from adapters.dispatch.post.profile import ProfileError
from adapters.dispatch.post.setup import Carriers, read_carriers
from adapters.log_files import LogFiles
from adapters.mailbox.server import MailboxSettingError
from adapters.mailbox.server import read_url as read_mailbox_url
from adapters.mailbox.setup import RULES, Setup, read_rules, read_secret
from adapters.oidc.errors import ProviderError
from adapters.oidc.provider import IdentityProvider
from adapters.oidc.transport import demand_safe
from adapters.revocation.refresh import refresh
from adapters.settings import Oidc, SettingError, Settings
from adapters.trust_folder import carrier_roots, read_trust
from adapters.witnesses import CheckpointWitness, WitnessSettingError, read_witnesses
from signing.errors import SigningError
from signing.timestamp import TimeStampAuthority
from signing.trail.note import LogKey


def connect(settings: Settings) -> Store:
    """Open the database."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return open_store(settings.database_url)


def assemble(settings: Settings) -> Application:
    """The application of an installation that `hoso init` prepared; raises SettingError with the remedy."""
    store = connect(settings)
    if current(store) != newest():
        raise SettingError(f"the database's schema is {current(store)}, expected {newest()}; run: hoso db upgrade")
    try:
        calendar.read(settings.days_off)
    except calendar.CalendarUnfit as error:
        raise SettingError(str(error)) from error
    app = build(settings, store)
    with store.read() as tx:
        try:
            fits = trail.belongs(app, tx)
        except (SigningError, LogKeyUnfit):
            fits = False
    if not fits:
        raise SettingError(f"{settings.log_key_file} is not the key of the log in the database; put the right one back")
    settle(settings, store)
    return app


def await_database(settings: Settings, waits: Callable[[int, str], None], *, seconds: int) -> None:
    """Return once the database answers; StoreUnavailable where it does not within that time. `waits` is told, each few
    seconds, how many are left, and why. A machine that starts often starts its database a little later.
    """
    store = connect(settings)
    end = time.monotonic() + seconds
    try:
        while (why := unreachable(store)) is not None:
            left = end - time.monotonic()
            if left <= 0:
                raise StoreUnavailable(f"it did not answer within {seconds} s: {why}")
            waits(round(left), why)
            time.sleep(min(2.0, left))
    finally:
        store.close()


def settle(settings: Settings, store: Store) -> None:
    """Finish what was killed between the transaction that gave the log another key and the change of the files."""
    files = LogFiles(folder=settings.data)
    with store.read() as tx:
        done = files.settled(stored_trail.head(tx).checkpoint, successions.notes(tx))
    if not done:
        with store.write() as tx:
            files.settle(stored_trail.head(tx, lock=True).checkpoint, successions.notes(tx))


def build(settings: Settings, store: Store) -> Application:
    """The application over an open database, unchecked."""
    return Application(
        store=store,
        agency=read_agency(settings),
        log_keys=LogKeys(read_log_key(settings), LogFiles(folder=settings.data).keys),
        trust=lambda: read_trust(settings.trust),
        carrier_roots=lambda carrier: carrier_roots(settings.trust, carrier),
        clock=clock.now,
        entropy=secrets.token_bytes,
        stamp=stamps(settings.tsa_url) if settings.tsa_url else None,
        witnesses=witnesses(settings.witnesses),
        mail=read_url(settings.smtp_url, settings.smtp_ca) if settings.smtp_url else None,
        sender=read_sender(settings),
        mailbox=mailbox(settings),
        carriers=carriers(settings),
        days_off=lambda year: calendar.days_off(year, settings.days_off),
        identity=provider(settings.oidc) if settings.oidc else None,
        folder=settings.data,
        fetch_revocation=lambda trust, signers, at: list(refresh(settings.trust, trust, signers, at)),
    )


def provider(oidc: Oidc) -> IdentityProvider:
    """The identity provider; raises SettingError when its address is not safe."""
    try:
        demand_safe(oidc.issuer, "HOSO_OIDC_ISSUER")
    except ProviderError as error:
        raise SettingError(str(error)) from error
    return IdentityProvider(issuer=oidc.issuer, client=oidc.client, secret=oidc.secret, clock=clock.now)


def read_sender(settings: Settings) -> Sender:
    """How the agency's mail presents itself; raises MailSettingError."""
    return Sender(
        return_path=read_box("HOSO_SMTP_RETURN_PATH", settings.smtp_return_path),
        reply_to=read_box("HOSO_SMTP_REPLY_TO", settings.smtp_reply_to),
        smime=_smime(settings) if settings.smime_key is not None else None,
    )


def _smime(settings: Settings) -> Smime:
    assert settings.smime_key is not None
    password, file = None, settings.smime_password_file
    if file is not None:
        try:
            password = file.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise MailSettingError(f"HOSO_SMIME_PASSWORD_FILE: {file} is missing or unreadable") from error
    return open_key(settings.smime_key, password, sender=read_agency(settings).email, at=clock.now())


def stamps(url: str) -> TimeStampAuthority:
    """The time-stamp authority; raises SettingError when its address cannot be used."""
    try:
        return time_stamps.read_url(url, secrets.token_bytes)
    except time_stamps.StampSettingError as error:
        raise SettingError(str(error)) from error


def mailbox(settings: Settings) -> Setup:
    """What comes in by mail; raises SettingError where mailbox or rules cannot be used."""
    try:
        return Setup(
            server=read_mailbox_url(settings.mailbox_url, settings.mailbox_ca) if settings.mailbox_url else None,
            rules=read_rules(settings.data / RULES),
            secret=read_secret(settings.data),
        )
    except MailboxSettingError as error:
        raise SettingError(str(error)) from error


def carriers(settings: Settings) -> Carriers:
    """Who takes parcels; raises SettingError where they cannot be used as they are listed."""
    try:
        return read_carriers(settings.data)
    except ProfileError as error:
        raise SettingError(str(error)) from error


def witnesses(named: str) -> tuple[CheckpointWitness, ...]:
    """Who cosign the log; raises SettingError when they cannot be asked as they are named."""
    try:
        return read_witnesses(named)
    except WitnessSettingError as error:
        raise SettingError(str(error)) from error


def migrate(settings: Settings) -> tuple[str | None, str | None]:
    """Bring the database to the newest schema; gives the revisions before and after."""
    store = connect(settings)
    try:
        return upgrade(store)
    finally:
        store.close()


def read_agency(settings: Settings) -> Agency:
    """The agency of this installation."""
    try:
        return Agency(**json.loads(settings.agency_file.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise SettingError(f"{settings.agency_file} is missing or unreadable; run: hoso init") from error


def write_agency(settings: Settings, agency: Agency) -> None:
    """Keep the agency's particulars."""
    settings.data.mkdir(parents=True, exist_ok=True)
    settings.agency_file.write_text(json.dumps(asdict(agency), ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_log_key(settings: Settings) -> LogKey:
    """The log's signing key."""
    try:
        return LogKey.load(settings.log_key_file.read_text("utf-8"))
    except (OSError, ValueError, SigningError) as error:
        raise SettingError(
            f"{settings.log_key_file} is missing or unreadable; put it back from its own backup"
        ) from error


def write_log_key(settings: Settings, key: LogKey) -> None:
    """Keep a new log key, readable by its owner alone, and its verifier key beside it."""
    settings.data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.log_key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key.dump())
    settings.log_vkey_file.write_text(key.vkey + "\n", "utf-8")
