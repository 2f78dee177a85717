"""Item codes of parcels. Those of the Universal Postal Union's standard S10 check themselves; carriers use others, too.

S10: two letters, eight digits, a check digit, the country, such as `RR123456785VN`.
"""

import re

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_S10 = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")
_PRINTED = re.compile(r"[A-Z0-9][A-Z0-9./-]{3,39}")


def read_item_code(text: str) -> str | None:
    """The code as it is kept, without spaces and in capitals; None where it is none.

    What looks like S10 and has a wrong check digit was misread; any other code of 4 to 40 printed characters is its
    carrier's own.
    """
    code = "".join(text.split()).upper()
    if found := _S10.fullmatch(code):
        return code if check_digit(found[2]) == int(found[3]) else None
    return code if _PRINTED.fullmatch(code) else None


def check_digit(serial: str) -> int:
    """The check digit of eight digits (S10: 11 − weighted sum mod 11; 10 is written 0, 11 is written 5)."""
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, serial, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def s10_code(service: str, serial: str, country: str = "VN") -> str:
    """The whole code of a serial number of eight digits."""
    return f"{service}{serial}{check_digit(serial)}{country}"
