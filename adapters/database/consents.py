"""Consents to post, what was decided on their addresses, and revocations. Whoever changes one holds the dossier."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from adapters.database.store import Transaction
from adapters.database.tables import address, consent, consent_revocation
from engine.consent import Consent, Location, Means, Revocation, Standing
from engine.parcels import Payer

Row = Mapping[Any, Any]


def add(tx: Transaction, values: Row, location: Location, officer: str | None, at: datetime) -> int:
    """Record a consent, with what is known of its address; gives its number."""
    number = int(tx.execute(insert(consent).values(**values).returning(consent.c.id)).scalar_one())
    tx.execute(insert(address).values(consent=number, **_decided(location, officer, at)))
    return number


def decide_address(tx: Transaction, number: int, location: Location, officer: str, at: datetime) -> None:
    """What somebody decided on the address of a consent, in location of what stood there."""
    tx.execute(update(address).where(address.c.consent == number).values(**_decided(location, officer, at)))


def revoke(tx: Transaction, values: Row) -> None:
    """Record a revocation."""
    tx.execute(insert(consent_revocation).values(**values))


def rows(tx: Transaction, dossier: str, *, after: int = 0, limit: int = 1000) -> list[Row]:
    """A page of a dossier's consents with their addresses (`decider`: who decided on it), the oldest first."""
    columns = (address.c.standing, address.c.old, address.c.province, address.c.commune, address.c.decided)
    query = select(consent, *columns, address.c.officer.label("decider"))
    query = query.join(address, address.c.consent == consent.c.id)
    query = query.where(consent.c.dossier == dossier, consent.c.id > after)
    return [dict(row) for row in tx.execute(query.order_by(consent.c.id).limit(limit)).mappings()]


def revocations(tx: Transaction, dossier: str) -> list[Row]:
    """All revocations of a dossier with the address of the consent that each was of, the oldest first."""
    query = select(consent_revocation, consent.c.address).outerjoin(
        consent, consent.c.id == consent_revocation.c.consent
    )
    query = query.where(consent_revocation.c.dossier == dossier).order_by(consent_revocation.c.id)
    return [dict(row) for row in tx.execute(query).mappings()]


def ended(found: list[Row]) -> list[Revocation]:
    """Revocations as the engine takes them."""
    return [Revocation(at=row["at"], number=row["consent"], address=row["address"]) for row in found]


def consents(tx: Transaction, dossier: str) -> list[Consent]:
    """All consents of a dossier, the oldest first."""
    gone = ended(revocations(tx, dossier))
    return [as_consent(row, gone) for row in rows(tx, dossier)]


def as_consent(row: Row, gone: list[Revocation]) -> Consent:
    """A consent as the engine takes it. The first revocation of it, of its address, or of all given before ended it."""
    standing = Standing(row["standing"])
    location = Location(standing=standing, old=row["old"], province=row["province"], commune=row["commune"])
    revoked = (each.at for each in gone if each.number == row["id"] or each.ends(row["at"], row["address"]))
    return Consent(
        number=row["id"],
        dossier=row["dossier"],
        who=row["who"],
        at=row["at"],
        means=Means(row["means"]),
        address=row["address"],
        payer=Payer(row["payer"]),
        location=location,
        revoked=min(revoked, default=None),
    )


def _decided(location: Location, officer: str | None, at: datetime) -> dict[str, object]:
    settled = location.standing is not Standing.OPEN
    return {
        "standing": location.standing.value,
        "old": location.old,
        "province": location.province,
        "commune": location.commune,
        "officer": officer,
        "decided": at if settled else None,
    }
