"""Failed attempts to sign in are counted by where they come from; beyond a limit they wait. A good token never waits:
behind one address there may be a whole office.
"""

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from datetime import timedelta

from adapters.application.application import Application
from adapters.database import devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many in so long a window, from one address."""

    name: str
    most: int
    window: timedelta = timedelta(minutes=5)


FAILED = Limit(name="failed", most=20)  # tokens that are none, questions for sign-ins that are none
FORGED = Limit(name="forged", most=60)  # callbacks that are not by their carrier
BEGUN = Limit(name="begun", most=60)  # sign-ins begun at the identity provider


def count(app: Application, limit: Limit, address: str) -> int | None:
    """Count an attempt; beyond the limit, give the seconds to wait instead. A full window costs no write."""
    source, now = _source(app, limit, address), app.clock()
    with app.store.read() as tx:
        row = devices.failures(tx, source)
    if row is not None and row["count"] >= limit.most and now < row["since"] + limit.window:
        left: timedelta = row["since"] + limit.window - now
        return math.ceil(left.total_seconds())
    with app.store.write() as tx:
        devices.add_failure(tx, source, now, limit.window)
    return None


def _source(app: Application, limit: Limit, address: str) -> str:
    """A hash of the address (IPv6: of its network of 64 bits), which nobody without the log's key can guess back."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        network = address
    else:
        if found.version == 6 and found.ipv4_mapped is not None:  # as a socket for both names who comes by IPv4
            found = found.ipv4_mapped
        network = str(ipaddress.ip_network((found, 32 if found.version == 4 else 64), strict=False))
    key = hashlib.sha256(b"hoso throttle\n" + app.log_key.dump().encode()).digest()
    return hashlib.blake2b(f"{limit.name} {network}".encode(), key=key, digest_size=32).hexdigest()
