"""Officers' devices and their access tokens, sign-ins that go on at the identity provider, failed attempts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, delete, exists, func, insert, or_, select, update

from adapters.database.store import Transaction, insert_new, lock_rows, upsert
from adapters.database.tables import (
    certificate,
    device,
    device_certificate,
    dossier,
    failed_sign_in,
    leaf,
    sign_in,
    token,
)
from adapters.database.trail import StoredLeaf

Row = Mapping[Any, Any]
GRACE = timedelta(minutes=1)  # in which a renewed token's forerunner ends what it began


def add_device(tx: Transaction, id: str, officer_id: str, name: str, created: datetime) -> None:
    """Add a device on which nobody signed in yet."""
    tx.execute(insert(device).values(id=id, officer=officer_id, name=name, created=created))


def add_token(tx: Transaction, hash: str, officer_id: str, on: str, created: datetime, expires: datetime) -> None:
    """Add an access token of a device; only its hash is kept."""
    tx.execute(insert(token).values(hash=hash, officer=officer_id, device=on, created=created, expires=expires))


def find_token(tx: Transaction, hash: str, now: datetime) -> Row | None:
    """Whose token has that hash and until when it is good; `revoked`, `bound` and `seen` are its device's.

    `older`: a forerunner is still good, which ends when this one is used (`used`).
    """
    row = tx.execute(_TOKEN, {"asked": hash, "still": now + GRACE}).mappings().first()
    return dict(row) if row else None


def _find_token() -> Select[Any]:
    former = token.alias()
    forerunner = and_(former.c.device == token.c.device, former.c.created < token.c.created)
    good = or_(former.c.created <= device.c.bound, former.c.expires > bindparam("still", type_=token.c.expires.type))
    older = exists(select(former.c.hash).where(forerunner, good)).label("older")
    query = select(token, device.c.revoked, device.c.bound, device.c.seen, older)
    return query.join(device, device.c.id == token.c.device).where(token.c.hash == bindparam("asked"))


_TOKEN = _find_token()  # made once: each request asks it


def used(tx: Transaction, row: Row, now: datetime) -> None:
    """A token is used: its forerunners end; at once those from before the device was bound, which others know."""
    tx.execute(update(device).where(device.c.id == row["device"]).values(seen=now))
    forerunner = and_(token.c.device == row["device"], token.c.created < row["created"])
    if row["bound"] is not None:
        tx.execute(delete(token).where(forerunner, token.c.created <= row["bound"]))
    tx.execute(update(token).where(forerunner, token.c.expires > now + GRACE).values(expires=now + GRACE))


def bind(tx: Transaction, id: str, name: str, at: datetime) -> None:
    """The officer signed in on the device, and calls it so."""
    tx.execute(update(device).where(device.c.id == id).values(name=name, bound=at))


def find_device(tx: Transaction, id: str, *, lock: bool = False) -> Row | None:
    """A device; `lock` for a change, while signatures on it may still be noted."""
    query = select(device).where(device.c.id == id)
    row = tx.execute(query.with_for_update(key_share=True) if lock and lock_rows(tx) else query).mappings().first()
    return dict(row) if row else None


def devices(tx: Transaction, officer_id: str, *, after: str, limit: int) -> list[Row]:
    """A page of an officer's devices, by id, each with when its last token `expires`."""
    last = select(func.max(token.c.expires)).where(token.c.device == device.c.id).scalar_subquery()
    query = select(device, last.label("expires")).where(device.c.officer == officer_id, device.c.id > after)
    return [dict(row) for row in tx.execute(query.order_by(device.c.id).limit(limit)).mappings()]


def end_tokens(tx: Transaction, id: str, *, but: str | None = None) -> None:
    """End the tokens of a device, all or all but one."""
    of = token.c.device == id
    tx.execute(delete(token).where(of if but is None else and_(of, token.c.hash != but)))


def forget_expired(tx: Transaction, id: str, now: datetime) -> None:
    """Forget a device's tokens that are good no more."""
    tx.execute(delete(token).where(token.c.device == id, token.c.expires <= now))


def revoke_device(tx: Transaction, id: str, at: datetime) -> None:
    """End a device and its tokens."""
    end_tokens(tx, id)
    tx.execute(update(device).where(device.c.id == id).values(revoked=at))


# -- certificates on devices


def signed_on(tx: Transaction, id: str, fingerprint: str) -> None:
    """A signature by that certificate was accepted on the device."""
    insert_new(tx, device_certificate, {"device": id, "fingerprint": fingerprint})


def may_lie_on(tx: Transaction, id: str, officer_id: str) -> list[str]:
    """The officer's good certificates that were used on the device, or on no other one; by fingerprint. All of the
    officer's stay locked, so that none is used meanwhile.
    """
    own = select(certificate.c.fingerprint).where(certificate.c.officer == officer_id)
    if lock_rows(tx):
        tx.execute(own.order_by(certificate.c.fingerprint).with_for_update()).all()
    on = select(device_certificate.c.fingerprint).where(device_certificate.c.fingerprint == certificate.c.fingerprint)
    here, elsewhere = exists(on.where(device_certificate.c.device == id)), exists(on)
    good = and_(certificate.c.revoked.is_(None), certificate.c.suspended.is_(None))
    query = select(certificate.c.fingerprint).where(certificate.c.officer == officer_id, good)
    return list(tx.execute(query.where(or_(here, ~elsewhere)).order_by(certificate.c.fingerprint)).scalars())


def suspend(tx: Transaction, fingerprint: str, since: datetime | None) -> None:
    """Suspend a certificate, or (None) let it sign again."""
    tx.execute(update(certificate).where(certificate.c.fingerprint == fingerprint).values(suspended=since))


def leaves_on(
    tx: Transaction, id: str, *, before: int | None, limit: int
) -> list[tuple[StoredLeaf, str | None, str | None]]:
    """A page of what was done on a device, the latest first, each with its dossier and whose unit's that is."""
    query = select(leaf, dossier.c.unit).outerjoin(dossier, dossier.c.code == leaf.c.dossier)
    query = query.where(leaf.c.device == id)
    if before is not None:
        query = query.where(leaf.c.index < before)
    rows = tx.execute(query.order_by(leaf.c.index.desc()).limit(limit)).mappings()
    names = ("index", "encoded", "salt", "evidence")
    return [(StoredLeaf(**{name: row[name] for name in names}), row["dossier"], row["unit"]) for row in rows]


# -- sign-ins at the identity provider


def add_sign_in(tx: Transaction, values: Row, now: datetime) -> None:
    """Somebody begins to sign in; those that ended without are forgotten."""
    tx.execute(delete(sign_in).where(sign_in.c.expires <= now))
    tx.execute(insert(sign_in).values(**values))


def ask_again(tx: Transaction, hash: str, now: datetime) -> tuple[Row, bool] | None:
    """The sign-in, and whether it is time to ask the provider again; if not, the next time is further off."""
    query = select(sign_in).where(sign_in.c.hash == hash, sign_in.c.expires > now)
    row = tx.execute(query.with_for_update() if lock_rows(tx) else query).mappings().first()
    if row is None:
        return None
    due = row["asked"] is None or now >= row["asked"] + timedelta(seconds=row["interval"] - 1)
    if due:
        tx.execute(update(sign_in).where(sign_in.c.hash == hash).values(asked=now))
        return dict(row), True
    return {**row, "interval": slow_down(tx, row)}, False


def slow_down(tx: Transaction, row: Row) -> int:
    """Five seconds more between two questions (RFC 8628 §3.5); gives how many that is."""
    interval = min(int(row["interval"]) + 5, 60)
    tx.execute(update(sign_in).where(sign_in.c.hash == row["hash"]).values(interval=interval))
    return interval


def end_sign_in(tx: Transaction, hash: str) -> bool:
    """A sign-in is over; False when it was before."""
    return tx.execute(delete(sign_in).where(sign_in.c.hash == hash)).rowcount == 1


# -- failed attempts


def failures(tx: Transaction, source: str) -> Row | None:
    """How many there were from there, and since when."""
    row = tx.execute(select(failed_sign_in).where(failed_sign_in.c.source == source)).mappings().first()
    return dict(row) if row else None


def add_failure(tx: Transaction, source: str, now: datetime, window: timedelta) -> None:
    """Count one more; those of windows that ended are forgotten."""
    tx.execute(delete(failed_sign_in).where(failed_sign_in.c.since <= now - window))
    one = upsert(tx, failed_sign_in).values(source=source, since=now, count=1)
    ended = failed_sign_in.c.since <= now - window
    counted = {
        "count": case((ended, 1), else_=failed_sign_in.c.count + 1),
        "since": case((ended, now), else_=failed_sign_in.c.since),
    }
    tx.execute(one.on_conflict_do_update(index_elements=["source"], set_=counted))
