"""The address to which a supplement is sent: it holds the dossier's code, and a code that only this server can make."""

import base64
import hashlib
import hmac

PREFIX = "reply+"
LENGTH = 16  # characters of the second code: 80 bits


def reply_address(agency: str, code: str, secret: bytes) -> str:
    """The address for what belongs to that dossier, at the agency's domain."""
    return f"{PREFIX}{code.lower()}.{_mark(code, secret)}@{agency.rpartition('@')[2]}"


def dossier_of(address: str, secret: bytes) -> str | None:
    """The dossier that an address names, if we made it. Mail servers may change its case."""
    local = address.lower().rpartition("@")[0]
    code, _, mark = local.removeprefix(PREFIX).rpartition(".")
    if not local.startswith(PREFIX) or not secret or not code or len(mark) != LENGTH:
        return None
    code = code.upper()
    good = hmac.compare_digest(mark.encode("utf-8", "replace"), _mark(code, secret).encode())
    return code if good else None


def _mark(code: str, secret: bytes) -> str:
    mac = hmac.new(secret, b"hoso reply address\n" + code.upper().encode("utf-8", "replace"), hashlib.sha256)
    return base64.b32encode(mac.digest()).decode("ascii")[:LENGTH].lower()
