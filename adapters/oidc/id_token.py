"""Verify an ID token (OpenID Connect Core §3.1.3.7): signature by a key of the provider, then every claim.

Signed with a key pair only: a token without a signature, or with one that the client's secret could make, is none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from adapters.oidc.errors import IdTokenError

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
PAIRS = ("RSA", "EC", "OKP")
SKEW = timedelta(minutes=1)
LONGEST_SUBJECT = 255  # OpenID Connect Core §2
Claims = Mapping[str, Any]


def key_id(token: str) -> str | None:
    """Which key the token says it is signed with; raises IdTokenError when it is no signed token."""
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, KeyError) as error:
        raise IdTokenError("the ID token is not a signed token") from error
    found = header.get("kid")
    return found if isinstance(found, str) else None


def verify(
    token: str, keys: Sequence[Mapping[str, Any]], *, issuer: str, client: str, nonce: str, now: datetime
) -> str:
    """The subject (`sub`); raises IdTokenError. `keys`: the provider's as JWK that this token may be signed with."""
    known = [found for key in keys if (found := _imported(key)) is not None]
    if not known:
        raise IdTokenError("the ID token is signed with a key that the provider does not publish")
    try:
        claims = jwt.decode(token, KeySet(known), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise IdTokenError(f"the ID token's signature does not hold: {type(error).__name__}") from error
    _check_parties(claims, issuer, client)
    _check_times(claims, now)
    # A device flow need not carry it (RFC 8628 knows none); where it does, it is ours.
    if claims.get("nonce", nonce) != nonce:
        raise IdTokenError("nonce: the ID token answers another sign-in")
    return _subject(claims)


def _imported(key: Mapping[str, Any]) -> Any:
    if key.get("kty") not in PAIRS or key.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(dict(key))
    except (JoseError, ValueError, TypeError):
        return None  # of a kind that we do not know; another may fit


def _check_parties(claims: Claims, issuer: str, client: str) -> None:
    if claims.get("iss") != issuer:
        raise IdTokenError(f"iss: expected {issuer}, found {claims.get('iss')!r}")
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if client not in listed:
        raise IdTokenError(f"aud: expected {client}, found {audience!r}")
    if ("azp" in claims or len(listed) > 1) and claims.get("azp") != client:
        raise IdTokenError(f"azp: expected {client}, found {claims.get('azp')!r}")


def _check_times(claims: Claims, now: datetime) -> None:
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if now.timestamp() >= expires + SKEW.total_seconds():
        raise IdTokenError("exp: the ID token has expired")
    if issued > now.timestamp() + SKEW.total_seconds():
        raise IdTokenError("iat: the ID token is of the future; compare the clocks of server and provider")
    if "nbf" in claims and _seconds(claims, "nbf") > now.timestamp() + SKEW.total_seconds():
        raise IdTokenError("nbf: the ID token is not good yet")


def _seconds(claims: Claims, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise IdTokenError(f"{name}: expected seconds, found {value!r}")
    return value


def _subject(claims: Claims) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise IdTokenError("sub: expected a subject of 1 to 255 characters")
    return subject
