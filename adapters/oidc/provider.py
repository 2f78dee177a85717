"""An identity provider: where it is, its keys, and the device flow with the server as its client.

What it publishes is kept for an hour; a token that names an unknown key has the keys read again, so that a provider may
change its keys at any time.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.oidc import id_token, transport
from adapters.oidc.errors import ProviderError

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
KEPT = timedelta(hours=1)
AGAIN = timedelta(seconds=10)  # sooner the keys are not read again for the sake of a token
PENDING, SLOW_DOWN, DENIED, EXPIRED = "pending", "slow_down", "denied", "expired"
_STATES = {
    "authorization_pending": PENDING,
    "slow_down": SLOW_DOWN,
    "access_denied": DENIED,
    "expired_token": EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A device flow: what the person types where (shown), what the server asks with (kept)."""

    device_code: str
    user_code: str
    address: str
    address_with_code: str | None
    expires_in: int  # seconds
    interval: int  # seconds between two questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The provider knows who it is."""

    subject: str


@dataclass
class _Kept:
    """What the provider published, and when it was read."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    metadata_read: datetime | None = None
    keys: Sequence[Mapping[str, Any]] = ()
    keys_read: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class IdentityProvider:
    """One provider, and what it knows this server by."""

    issuer: str
    client: str
    secret: str | None = field(repr=False)
    clock: Callable[[], datetime]
    _kept: _Kept = field(default_factory=_Kept, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def check(self) -> None:
        """Whether the provider answers, allows the device flow and publishes keys; raises ProviderError."""
        if self._metadata().get("device_authorization_endpoint") is None:
            raise ProviderError(f"{self.issuer} names no device_authorization_endpoint: allow its device flow")
        transport.get(transport.demand_safe(self._metadata().get("jwks_uri"), "jwks_uri"))

    def begin(self, nonce: str) -> Begun:
        """Begin a device flow; raises ProviderError."""
        form = {"scope": "openid", "nonce": nonce}
        status, told = self._post("device_authorization_endpoint", form)
        if status != 200:
            raise ProviderError(f"the provider refuses the device flow: {status} {_word(told.get('error'))}")
        address = transport.demand_safe(told.get("verification_uri"), "verification_uri")
        whole = told.get("verification_uri_complete")
        return Begun(
            device_code=_text(told, "device_code"),
            user_code=_text(told, "user_code"),
            address=address,
            address_with_code=transport.demand_safe(whole, "verification_uri_complete") if whole else None,
            expires_in=_number(told, "expires_in", 600, most=1800),
            interval=_number(told, "interval", 5, most=60),
        )

    def ask(self, device_code: str, nonce: str) -> Known | str:
        """Who signed in, or a state: pending, slow_down, denied, expired. Raises ProviderError, IdTokenError."""
        status, told = self._post("token_endpoint", {"grant_type": GRANT, "device_code": device_code})
        if status != 200:
            state = _STATES.get(str(told.get("error")))
            if state is None:
                raise ProviderError(f"the provider answers {status} {_word(told.get('error'))}")
            return state
        return Known(subject=self.verify(_text(told, "id_token", most=100_000), nonce))

    def verify(self, token: str, nonce: str) -> str:
        """The subject of an ID token; raises IdTokenError."""
        named = id_token.key_id(token)
        keys = self._keys(named)
        told = {"issuer": self.issuer, "client": self.client, "nonce": nonce, "now": self.clock()}
        return id_token.verify(token, keys, **told)  # type: ignore[arg-type]

    def _keys(self, named: str | None) -> Sequence[Mapping[str, Any]]:
        """The keys that a token which names this one may be signed with."""
        with self._lock:
            found = self._fitting(named)
            read, now = self._kept.keys_read, self.clock()
            if read is None or now >= read + KEPT or (not found and now >= read + AGAIN):
                told = transport.get(transport.demand_safe(self._metadata().get("jwks_uri"), "jwks_uri"))
                keys = told.get("keys")
                self._kept.keys = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
                self._kept.keys_read = now
                found = self._fitting(named)
            return found

    def _fitting(self, named: str | None) -> Sequence[Mapping[str, Any]]:
        keys = self._kept.keys
        if named is None:
            return keys if len(keys) == 1 else []
        return [key for key in keys if key.get("kid") == named]

    def _metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery §4)."""
        read, now = self._kept.metadata_read, self.clock()
        if read is None or now >= read + KEPT:
            base = transport.demand_safe(self.issuer, "HOSO_OIDC_ISSUER")
            told = transport.get(base.rstrip("/") + "/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer:
                raise ProviderError(f"issuer: expected {self.issuer}, found {_word(told.get('issuer'))}")
            self._kept.metadata, self._kept.metadata_read = told, now
        return self._kept.metadata

    def _post(self, endpoint: str, form: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        metadata = self._metadata()
        if metadata.get(endpoint) is None:
            raise ProviderError(f"{self.issuer} names no {endpoint}: allow its device flow")
        url = transport.demand_safe(metadata[endpoint], endpoint)
        ours = {"client_id": self.client, **form}
        if self.secret is None:
            return transport.post(url, ours, None)
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods:
            return transport.post(url, ours, (self.client, self.secret))
        return transport.post(url, {**ours, "client_secret": self.secret}, None)


def _text(told: Mapping[str, Any], name: str, most: int = 2000) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
        raise ProviderError(f"the provider's answer lacks {name}")
    return value


def _number(told: Mapping[str, Any], name: str, default: int, *, most: int) -> int:
    value = told.get(name, default)
    good = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return min(int(value), most) if good else default


def _word(value: object) -> str:
    """What a stranger said, short and on one line."""
    return repr(value)[:100]
