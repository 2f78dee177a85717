"""What a mail server that we trust says of the sender's domain (RFC 8601, RFC 7489). It never says who wrote."""

import re
from collections.abc import Iterable, Iterator

_PROPERTY = re.compile(r"header\.from\s*=\s*([a-z0-9.-]+)")
LONGEST = 4000


class Unclear(Exception):
    """A comment or quoted text is open at the end, or was closed before it began."""


def vouched(headers: Iterable[str], authserv: str, sender: str) -> str:
    """The sender's domain, where the topmost header of the trusted server says `dmarc=pass` of it; else empty.

    The server writes its header on top of what came (RFC 8601 §4); one below that bears its name may be forged.
    """
    domain = sender.rpartition("@")[2]
    if not authserv or not domain:
        return ""
    for header in headers:
        if (parts := _parts(header)) is None:
            return ""
        server, *results = parts
        if server.split(" ")[0] != authserv.lower():
            continue
        verdicts = [each for each in results if re.match(r"dmarc\s*=", each)]
        return domain if len(verdicts) == 1 and _passes(verdicts[0], domain) else ""
    return ""


def _parts(header: str) -> list[str] | None:
    """The server and its results, without comments and quoted text, in which anything may stand.

    None where one of these does not end, or ends twice: what stands outside is not clear then.
    """
    try:
        outside = "".join(_outside(header)) if len(header) <= LONGEST else None
    except Unclear:
        return None
    return None if outside is None else [" ".join(part.split()).lower() for part in outside.split(";")]


def _outside(header: str) -> Iterator[str]:
    """The characters outside comments, which nest, and quoted text (RFC 5322 §3.2). Raises Unclear."""
    depth, quoted, escaped = 0, False, False
    for each in header:
        if escaped:
            escaped = False
        elif each == "\\" and (depth or quoted):
            escaped = True
        elif quoted or (each == '"' and not depth):
            quoted = each != '"' or not quoted
        elif each in "()":
            depth += 1 if each == "(" else -1
            if depth < 0:
                raise Unclear
        elif not depth:
            yield each
    if depth or quoted or escaped:
        raise Unclear


def _passes(verdict: str, domain: str) -> bool:
    found = _PROPERTY.findall(verdict)
    return re.match(r"dmarc\s*=\s*pass\b", verdict) is not None and found == [domain]
