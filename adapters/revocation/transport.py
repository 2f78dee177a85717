"""HTTP to authorities: no redirects, no proxy of the environment, answers bounded in time and size.

Plain http is right here: lists and answers are signed. Addresses come only from certificates under a trusted root; a
name that leads to this machine or its link (where clouds keep their secrets) is not followed all the same.
"""

import ipaddress
import socket
import time
from urllib.parse import urlsplit

import httpx

from signing.certificates import MAX_CRL_BYTES
from signing.ocsp import MAX_OCSP_BYTES

TIMEOUT = httpx.Timeout(10, connect=5)
LONGEST = 60.0
"""Seconds for one answer, however slowly it drips."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Unfetched(Exception):
    """Nothing was fetched; the message says why."""


def get_list(url: str) -> bytes:
    """Fetch a CRL; raises Unfetched."""
    return _send(httpx.Request("GET", url), MAX_CRL_BYTES)


def ask(url: str, question: bytes) -> bytes:
    """Ask an OCSP responder (RFC 6960 appendix A); raises Unfetched."""
    headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
    return _send(httpx.Request("POST", url, content=question, headers=headers), MAX_OCSP_BYTES)


def _send(request: httpx.Request, largest: int) -> bytes:
    _demand_reachable(str(request.url))
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
            response = client.send(request, stream=True)
            if response.status_code != 200:
                raise Unfetched(f"the server answered {response.status_code}")
            return _bounded(response, largest)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unfetched(type(error).__name__) from error


def _bounded(response: httpx.Response, largest: int) -> bytes:
    content, started = bytearray(), time.monotonic()
    for part in response.iter_bytes():
        content += part
        if len(content) > largest:
            raise Unfetched(f"the answer is longer than {largest} bytes")
        if time.monotonic() - started > LONGEST:
            raise Unfetched(f"the answer takes longer than {LONGEST:.0f} seconds")
    return bytes(content)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that stands in an IPv6 one (RFC 4291 §2.5.5.2, RFC 6052 §2.1), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _demand_reachable(url: str) -> None:
    host = urlsplit(url).hostname or ""
    try:
        found = {item[4][0] for item in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
        addresses = [ipaddress.ip_address(item) for item in found]
    except (OSError, ValueError) as error:
        raise Unfetched(f"the name {host} is not known") from error
    for address in addresses:
        # A trusted authority that writes 127.0.0.1 itself is one of this machine (a demonstration, a test).
        literal = host == str(address) and address.is_loopback
        real = _unwrapped(address)
        loops = real.is_loopback or real.is_unspecified  # 0.0.0.0 leads to this machine, too
        if (loops and not literal) or real.is_link_local or real.is_multicast:
            raise Unfetched(f"the name {host} leads to {address}, which is not asked")
