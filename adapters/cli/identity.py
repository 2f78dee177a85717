"""An identity paper at the counter: its number stays on this machine; four digits and a salted hash of it leave.

Numbers of identity cards are few enough to be tried out one after another, so the hash is scrypt: each try costs.
"""

import hashlib
import re
import secrets

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import ask_secret

NUMBERS = {
    "cccd": r"[0-9]{12}",
    "cmnd": r"[0-9]{9}|[0-9]{12}",
    "passport": r"[A-Z]{1,2}[0-9]{6,8}",
    "vneid": r"[0-9]{12}",
    "other": r"[A-Z0-9./-]{4,30}",
}
COST, BLOCK, LANES = 2**14, 8, 1  # of scrypt (RFC 7914)
VARIABLE = "HOSO_IDENTITY_NUMBER"


def checked(text: str, variables: "dict[str, str]") -> dict[str, str]:
    """Read `--identity KIND[:NUMBER]`; without the number it is asked, unseen. Gives what the server is told."""
    kind, separator, typed = text.partition(":")
    if kind not in NUMBERS:
        known = ", ".join(NUMBERS)
        raise CommandFailed(
            "bad-identity",
            _("--identity {text}: expected one of {known}").format(text=repr(kind), known=known),
            exit_code=USAGE,
        )
    given = typed if separator else variables.get(VARIABLE) or ask_secret(_("Number of the paper"), variable=VARIABLE)
    number = "".join(given.split()).upper()
    digits = re.sub(r"[^0-9]", "", number)
    if not re.fullmatch(NUMBERS[kind], number) or len(digits) < 4:
        # The number itself is not repeated: terminals are looked at, and their output is kept.
        raise CommandFailed(
            "bad-identity",
            _("the number is none of a paper of kind {kind}").format(kind=kind),
            remedy=_("read it again from the paper"),
            exit_code=USAGE,
        )
    salt = secrets.token_bytes(16)
    return {"kind": kind, "last": digits[-4:], "salt": salt.hex(), "hash": hashed(number, salt)}


def hashed(number: str, salt: bytes) -> str:
    """The hash of a number, in capitals and without spaces, in hex."""
    return hashlib.scrypt(number.encode(), salt=salt, n=COST, r=BLOCK, p=LANES, dklen=32).hex()
