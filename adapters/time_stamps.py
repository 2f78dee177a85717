"""Ask a time-stamp authority over HTTP (RFC 3161 §3.4): bounded in size and time, no redirects.

Plain HTTP will do, as with most authorities: what comes back is signed, and verified by whoever asked. A password is
sent over TLS alone.
"""

import base64
import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from adapters.bounded_http import Place, Unanswered, loopback, read_web_address
from signing.errors import Invalid
from signing.stamp_token import MAX_STAMP_BYTES
from signing.timestamp import StampUnavailable, read_answer, request

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_NONCE_BYTES = 12


class StampSettingError(ValueError):
    """The authority's URL is not one that we may use; the message says what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpStamps:
    """An authority at a URL. The password is shown nowhere. `entropy`: random bytes, for nonces."""

    place: Place
    entropy: Callable[[int], bytes] = field(repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address, without user and password."""
        return self.place.url

    def stamp(self, imprint: bytes) -> bytes:
        """Ask for a token over a SHA-256 digest; StampUnavailable for whatever comes but an answer to this question."""
        nonce = int.from_bytes(self.entropy(_NONCE_BYTES), "big")
        try:
            answer = self._send(request(imprint, nonce))
            return read_answer(answer, imprint, nonce)
        except Unanswered as error:
            raise StampUnavailable(str(error)) from error
        except Invalid as error:
            raise StampUnavailable(f"{self.url}: {error}") from error

    def _send(self, asked: bytes) -> bytes:
        answer = self.place.post(asked, self._headers(), largest=MAX_STAMP_BYTES)
        if answer.status != http.client.OK or answer.kind != REPLY:
            raise StampUnavailable(f"{self.url} answers {answer.status} {answer.kind[:60]!r}, expected 200 {REPLY}")
        return answer.body

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": QUERY, "Accept": REPLY}
        if self.user is None:
            return headers
        known = base64.b64encode(f"{self.user}:{self.password or ''}".encode()).decode("ascii")
        return {**headers, "Authorization": f"Basic {known}"}


def read_url(url: str, entropy: Callable[[int], bytes]) -> HttpStamps:
    """Read `https://tsa.example/path`, `https://user:password@…`, `http://…` (without a password)."""
    found = read_web_address(url)
    if found is None:
        raise StampSettingError("HOSO_TSA_URL: expected a URL like https://tsa.example/path")
    parts, port = found
    host = parts.hostname or ""
    if parts.username is not None and parts.scheme != "https" and not loopback(host):
        raise StampSettingError("HOSO_TSA_URL: a password is sent over https:// alone")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return HttpStamps(
        place=Place(scheme=parts.scheme, host=host, port=port, path=path),
        entropy=entropy,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
    )
