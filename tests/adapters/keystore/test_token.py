"""A key on a token signs where it lies; whatever is wrong with token, PIN or key has its own code and never the PIN."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.keystore.naming import TokenName, read_name
from adapters.keystore.pkcs12 import load_pkcs12
from signing.errors import SigningError
from signing.manifest import manifest_for
from signing.sign import sign_manifest
from signing.verify import Trust, verify_signature
from tests.adapters.keystore.soft_token import PIN
from tests.signing.records import approval

pytestmark = pytest.mark.system


def opened(text: str, pin: str = PIN):
    from adapters.keystore.pkcs11 import open_token

    name = read_name(text)
    assert isinstance(name, TokenName)
    return open_token(name, pin)


def refused(text: str, pin: str = PIN) -> SigningError:
    with pytest.raises(SigningError) as found:
        opened(text, pin)
    assert pin not in str(found.value)
    return found.value


@pytest.mark.parametrize(
    ("kind", "mechanism"),
    [("rsa", "sha256_rsa"), ("pss", "sha256_rsa_pss"), ("ec", "sha256_ecdsa"), ("p384", "sha384_ecdsa")],
)
def test_every_kind_of_key_signs_and_openssl_agrees(tokens, tmp_path, kind, mechanism):
    """RSA PKCS#1 and PSS, P-256, P-384: our verifier and `openssl cms -verify -cades` both accept what it signs."""
    key = opened(f"pkcs11:token=lan;object={kind}")
    try:
        manifest = manifest_for(approval())
        cms = sign_manifest(manifest, key, purpose="approval", at=tokens.at)
    finally:
        key.close()
    assert (key.mechanism, key.extractable) == (mechanism, False)
    assert key.certificate == tokens.certificates[kind]
    assert key.chain == (tokens.ca.issuing, tokens.ca.root)
    crls = tokens.ca.crls(tokens.at - timedelta(hours=1))
    found = verify_signature(cms, manifest, trust=Trust(roots=(tokens.ca.root,), crls=crls), at=tokens.at)
    assert found.subject == f"Người {kind}"
    pem = tokens.ca.roots_pem() + tokens.ca.chain_pem()
    pem += b"".join(x509.load_der_x509_crl(item).public_bytes(Encoding.PEM) for item in crls)
    for name, content in (("trust.pem", pem), ("m.xml", manifest), ("s.p7s", cms)):
        (tmp_path / name).write_bytes(content)
    line = "openssl cms -verify -cades -binary -inform DER -in s.p7s -content m.xml -CAfile trust.pem -crl_check"
    line += f" -purpose any -attime {int(tokens.at.timestamp())} -out out.xml"
    done = subprocess.run(line.split(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", ["rsa", "pss"])
def test_a_token_that_does_not_hash(tokens, kind):
    """Some tokens only sign a digest: then it is computed here, and the signature is as good."""
    import dataclasses

    key = opened(f"pkcs11:token=lan;object={kind}")
    bare = dataclasses.replace(key, _mechanisms=frozenset())
    assert bare.sign(b"x" * 1000)  # checked against the certificate before it is given
    key.close()


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("pkcs11:token=mai;object=ec", "token-missing", "'lan'"),
        ("pkcs11:token=doi;object=ec", "token-ambiguous", "serials"),
        ("pkcs11:token=lan;serial=0000;object=ec", "token-missing", "'lan'"),
        ("pkcs11:token=lan;object=khac", "token-key-missing", "'p384'"),
        ("pkcs11:token=lan;object=hai", "token-key-ambiguous", "%11"),
        ("pkcs11:token=lan;object=tran", "token-certificate-missing", "0 certificates"),
        ("pkcs11:token=lan;object=ec?module-path=/nowhere.so", "token-module-missing", "/nowhere.so"),
        ("pkcs11:token=lan;object=ec?module-path=/etc/hostname", "token-module-broken", "/etc/hostname"),
    ],
)
def test_what_is_missing_is_named(tokens, text, code, said):
    """Each with its own code, and what to do."""
    error = refused(text)
    assert (error.code, said in error.message) == (code, True), error


WRONG_PINS = """
from tests.adapters.keystore.test_token import opened, refused

assert refused("pkcs11:token=lan;object=ec", "135790").code == "token-pin-wrong"
again = refused("pkcs11:token=lan;object=ec", "135790")
assert "few tries are left" in again.message
assert refused("pkcs11:token=lan;object=ec", "13").code == "token-pin-wrong"
opened("pkcs11:token=lan;object=ec").close()
"""


def test_wrong_pins(tokens):
    """Told as such; after the first one the token says that few tries are left; the right one still opens it."""
    from adapters.keystore.pkcs11 import _ANSWERS, _told

    # In a process of its own: a library that has opened a token once asks the same process for no PIN again.
    environment = {**os.environ, **tokens.environment, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", WRONG_PINS], check=True, env=environment)
    # SoftHSM never locks; a token that does answers with this.
    from pkcs11 import exceptions

    assert _told(exceptions.PinLocked(), "open it").code == "token-pin-locked"
    assert all(hasattr(exceptions, name) for name in _ANSWERS)


def test_a_certificate_of_another_key(tokens):
    """The token's certificate does not fit its key: found before anything is sent."""
    key = opened("pkcs11:token=lan;object=lac")
    with pytest.raises(SigningError) as found:
        key.sign(b"x")
    key.close()
    assert found.value.code == "key-mismatch"


def test_a_session_that_ended(tokens):
    """The token was pulled out: said in words, not as an exception of a library."""
    key = opened("pkcs11:token=lan;object=ec")
    key.close()
    with pytest.raises(SigningError) as found:
        key.sign(b"x")
    assert found.value.code == "token-gone"


def test_two_keys_of_one_label_told_apart(tokens):
    """By the id; that one has no certificate, which is another matter."""
    assert refused("pkcs11:token=lan;object=hai;id=%11").code == "token-certificate-missing"


def test_listed_without_a_pin(tokens):
    """People's certificates on every token, by the names they can be used under; authorities' are not listed."""
    from adapters.keystore.pkcs11 import list_tokens

    found = {str(item.name): item.certificate for item in list_tokens(None)}
    for kind in ("rsa", "ec", "p384", "pss"):
        assert found[f"pkcs11:token=lan;object={kind}"] == tokens.certificates[kind]
    assert not any("object=ca" in name or "object=root" in name for name in found)


def test_nothing_is_shown(tokens):
    """Printing a key shows neither session nor PIN."""
    key = opened("pkcs11:token=lan;object=ec")
    key.close()
    assert PIN not in repr(key)
    assert "session" not in repr(key).lower()


def test_a_key_that_wants_the_pin_each_time(tokens):
    """Some keys demand it at each signature: the officer still gives it once, and only then it is kept, unseen."""
    key = opened("pkcs11:token=lan;object=moi%20lan")
    for _ in range(2):
        assert key.sign(b"x")
    key.close()
    assert PIN not in repr(key)
    ordinary = opened("pkcs11:token=lan;object=ec")
    ordinary.close()
    assert ordinary._pin is None


@pytest.mark.parametrize(
    ("digest", "salt", "usable"), [("sha256", 32, True), ("sha256", 48, False), ("sha384", 48, False)]
)
def test_a_key_file_for_pss(tmp_path, digest, salt, usable):
    """A PKCS#12 that openssl made for RSASSA-PSS signs by PSS; tied to other parameters than ours, it is refused."""
    options = (
        f"rsa_keygen_bits:2048 rsa_pss_keygen_md:{digest} rsa_pss_keygen_mgf1_md:{digest} rsa_pss_keygen_saltlen:{salt}"
    )
    generate = ["openssl", "genpkey", "-algorithm", "RSA-PSS", "-out", "k.pem"]
    for option in options.split():
        generate += ["-pkeyopt", option]
    request = "openssl req -x509 -key k.pem -subj /CN=pss -out c.pem -addext keyUsage=critical,digitalSignature"
    export = f"openssl pkcs12 -export -inkey k.pem -in c.pem -passout pass:{PIN} -out k.p12"
    constraint = ["-addext", "basicConstraints=critical,CA:FALSE"]
    for line in (generate, [*request.split(), *constraint], export.split()):
        subprocess.run(line, cwd=tmp_path, check=True, capture_output=True)
    key = load_pkcs12(tmp_path / "k.p12", PIN)
    if not usable:
        with pytest.raises(SigningError) as found:
            key.sign(b"x")
        assert found.value.code == "certificate-algorithm"
        return
    (tmp_path / "m").write_bytes(b"manifest")
    cms = sign_manifest(b"manifest", key, purpose="approval", at=datetime.now(UTC))
    (tmp_path / "s").write_bytes(cms)
    line = "openssl cms -verify -cades -binary -inform DER -in s -content m -CAfile c.pem -purpose any -out o"
    done = subprocess.run(line.split(), cwd=tmp_path, capture_output=True, check=False)
    assert (key.mechanism, done.returncode) == ("sha256_rsa_pss", 0), done.stderr
