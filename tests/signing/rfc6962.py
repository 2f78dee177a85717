"""RFC 6962 §2.1 written down as it is defined, recursively and slowly: what the real one is compared with."""

import hashlib


def _split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    at = _split(len(leaves))
    return hashlib.sha256(b"\1" + root(leaves[:at]) + root(leaves[at:])).digest()


def inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    at = _split(len(leaves))
    if index < at:
        return [*inclusion(index, leaves[:at]), root(leaves[at:])]
    return [*inclusion(index - at, leaves[at:]), root(leaves[:at])]


def consistency(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    at = _split(len(leaves))
    if old <= at:
        return [*consistency(old, leaves[:at], whole), root(leaves[at:])]
    return [*consistency(old - at, leaves[at:], False), root(leaves[:at])]
