"""Email addresses as they stand in headers and envelopes: checked, their domain in ASCII (RFC 5890)."""

import re
from dataclasses import dataclass

import idna

from adapters.dispatch.email.errors import MailUnfit
from engine.addresses import breaks_line

LONGEST, LONGEST_LOCAL = 254, 64  # RFC 5321 §4.5.3.1, in octets
_ATOM = re.compile("[!#-'*+/0-9=?A-Z^_`a-z{|}~\u00a1-\U0010ffff-]+")  # RFC 6531 §3.3
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A local part and a domain; the domain is ASCII, the local part need not be."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Whether a relay must know SMTPUTF8 to take it."""
        return not self.local.isascii()


def read_address(text: str) -> Address:
    """Read one bare address; MailUnfit where it is none, or where it would break a header's line."""
    if breaks_line(text):
        raise MailUnfit("header-injection", "the address holds a line break or control character")
    local, _, domain = text.rpartition("@")
    found = Address(local=local, domain=_ascii(domain))
    long = len(local.encode()) > LONGEST_LOCAL or len(str(found).encode()) > LONGEST
    if long or not all(map(_ATOM.fullmatch, local.split("."))):
        raise _invalid()
    return found


def _ascii(domain: str) -> str:
    try:
        name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise _invalid() from error
    if not all(map(_LABEL.fullmatch, name.split("."))):
        raise _invalid()
    return name


def _invalid() -> MailUnfit:
    return MailUnfit("address-invalid", "expected one email address, such as name@example.vn")
