"""HTTP to the provider: encrypted except on this machine, no redirects, answers bounded in time and size."""

import ipaddress
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from adapters.oidc.errors import ProviderError

LARGEST = 1024 * 1024
TIMEOUT = httpx.Timeout(10, connect=5)
Json = Mapping[str, Any]


def demand_safe(url: object, what: str) -> str:
    """The URL, if it is https, or http on a loopback address; raises ProviderError."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname or parts.username is not None:
        raise ProviderError(f"{what}: expected a URL, found {url!r}")
    if parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname)):
        return str(url)
    raise ProviderError(f"{what} {url}: expected https")


def get(url: str) -> Json:
    """The JSON object there; raises ProviderError."""
    status, body = _send(httpx.Request("GET", url, headers={"Accept": "application/json"}))
    if status != 200:
        raise ProviderError(f"{url} answered {status}")
    return body


def post(url: str, form: Mapping[str, str], auth: tuple[str, str] | None) -> tuple[int, Json]:
    """Send a form; gives status and JSON object; raises ProviderError."""
    request = httpx.Request("POST", url, data=dict(form), headers={"Accept": "application/json"})
    if auth is not None:
        client, secret = (quote(part, safe="") for part in auth)  # RFC 6749 §2.3.1
        request = next(httpx.BasicAuth(client, secret).auth_flow(request))
    return _send(request)


def _send(request: httpx.Request) -> tuple[int, Json]:
    url = str(request.url)
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
            response = client.send(request, stream=True)
            body = _bounded(response, url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderError(f"{url}: {type(error).__name__}") from error
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ProviderError(f"{url} answered {response.status_code} without a JSON object")
    return response.status_code, value


def _bounded(response: httpx.Response, url: str) -> bytes:
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > LARGEST:
            raise ProviderError(f"{url} answers more than {LARGEST} bytes")
    return body


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
