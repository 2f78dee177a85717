"""ID tokens: which are taken for true, and what each false one is refused for."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from adapters.oidc import id_token
from adapters.oidc.errors import IdTokenError
from tests.pki import NOW

ISSUER, CLIENT, NONCE = "https://id.example.vn", "hoso", "n"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
OCT = OctKey.import_key("the secret of the client, long enough", {"kid": "oct"})
START = int(NOW.timestamp())
GOOD = {"iss": ISSUER, "aud": CLIENT, "sub": "4711", "iat": START, "exp": START + 300, "nonce": NONCE}
DROPPED: Any = object()


def signed(key: Any = RSA, alg: str = "RS256", **changes: Any) -> str:
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not DROPPED}
    return jwt.encode({"alg": alg, "kid": key.kid}, claims, key, algorithms=[alg])


def encoded(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def verify(token: str, *keys: Any) -> str:
    named = id_token.key_id(token)
    published = [key.as_dict(private=False) for key in keys or (RSA, EC, ED)]
    fitting = [key for key in published if key["kid"] == named]
    return id_token.verify(token, fitting, issuer=ISSUER, client=CLIENT, nonce=NONCE, now=NOW)


@pytest.mark.parametrize(
    ("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519")]
)
def test_what_is_signed_with_a_key_pair_is_taken(key: Any, alg: str) -> None:
    """By each algorithm that is allowed."""
    assert verify(signed(key, alg)) == "4711"


def test_a_token_without_a_nonce_is_taken() -> None:
    """The device flow need not carry it."""
    assert verify(signed(nonce=DROPPED)) == "4711"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"iss": "https://other.example.vn"}, "iss:"),
        ({"iss": DROPPED}, "iss:"),
        ({"aud": "other"}, "aud:"),
        ({"aud": []}, "aud:"),
        ({"aud": DROPPED}, "aud:"),
        ({"aud": [CLIENT, "other"]}, "azp:"),
        ({"azp": "other"}, "azp:"),
        ({"exp": START - 60}, "exp:"),
        ({"exp": DROPPED}, "exp:"),
        ({"exp": True}, "exp:"),
        ({"iat": START + 61}, "iat:"),
        ({"nbf": START + 61}, "nbf:"),
        ({"nonce": "another"}, "nonce:"),
        ({"sub": ""}, "sub:"),
        ({"sub": "x" * 256}, "sub:"),
        ({"sub": "a\nb"}, "sub:"),
    ],
)
def test_each_claim_counts(changes: dict[str, Any], told: str) -> None:
    """Wrong, missing or of another kind: the claim is named."""
    with pytest.raises(IdTokenError, match=told):
        verify(signed(**changes))


def test_clocks_may_differ_a_little() -> None:
    """By less than a minute; and of several audiences we are the one it was made for."""
    assert verify(signed(exp=START - 59, iat=START + 59)) == "4711"
    assert verify(signed(aud=[CLIENT, "other"], azp=CLIENT)) == "4711"


def test_an_unsigned_token_is_none() -> None:
    """`alg: none`, with and without a key named, and what is no token at all."""
    body, bare, named = encoded(GOOD), encoded({"alg": "none"}), encoded({"alg": "none", "kid": "rsa"})
    for token in (f"{bare}.{body}.", f"{named}.{body}.", "", "a.b", "ữ.b.c"):
        with pytest.raises(IdTokenError):
            verify(token)


def test_a_secret_signs_no_token() -> None:
    """HS256: with the client's secret, or with the published key taken for one."""
    with pytest.raises(IdTokenError):
        verify(signed(OCT, "HS256"), OCT)
    body = signed().split(".")[1]
    told = f"{encoded({'alg': 'HS256', 'kid': 'rsa'})}.{body}"
    made = hmac.new(RSA.as_pem(private=False), told.encode(), hashlib.sha256).digest()
    with pytest.raises(IdTokenError, match="signature"):
        verify(f"{told}.{urlsafe_b64encode(made).decode().rstrip('=')}")


def test_a_changed_token_and_a_strangers_key() -> None:
    """One bit of the claims, or the right name on another key."""
    head, body, tail = signed().split(".")
    with pytest.raises(IdTokenError, match="signature"):
        verify(f"{head}.{body[:-2]}{'A' if body[-2] != 'A' else 'B'}{body[-1]}.{tail}")
    with pytest.raises(IdTokenError, match="signature"):
        verify(signed(RSAKey.generate_key(2048, {"kid": "rsa"})))
    with pytest.raises(IdTokenError, match="publish"):
        verify(signed(RSAKey.generate_key(2048, {"kid": "unknown"})))


def test_a_key_for_encryption_verifies_nothing() -> None:
    """`use: enc`."""
    key = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    token = signed(RSAKey.import_key({**key.as_dict(private=True), "use": "sig"}))
    with pytest.raises(IdTokenError, match="publish"):
        verify(token, key)
