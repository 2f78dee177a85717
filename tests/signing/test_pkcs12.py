"""Key files: read with the right PIN, refused with one clear reason otherwise, and never shown."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12

from adapters.keystore.pkcs12 import load_pkcs12
from signing.certificates import check_usable, subject_name
from signing.errors import Invalid, SigningError
from signing.manifest import manifest_for
from signing.sign import sign_manifest
from signing.verify import verify_signature
from tests.pki import NOW, PIN, authority, file_of, known, trust
from tests.signing.records import approval


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "lan.p12"
    path.write_bytes(file_of(known("lan")))
    return path


def refused(path, code: str, pin: str = PIN) -> None:
    with pytest.raises(SigningError) as found:
        load_pkcs12(path, pin)
    assert found.value.code == code
    assert pin not in str(found.value) or not pin
    assert found.value.__cause__ is None or code == "key-file-missing"


@pytest.mark.parametrize("kind", ["ec", "p384", "rsa"])
def test_a_key_file_signs(tmp_path, kind):
    """What the demonstration's authority issues is loaded and signs, in every kind of key."""
    ca = authority()
    content = ca.issue(
        "Nguyễn Thị Lan", "lan@example.vn", pin=PIN, not_before=NOW, not_after=NOW + timedelta(days=1), key=kind
    )
    path = tmp_path / "lan.p12"
    path.write_bytes(content)
    key = load_pkcs12(path, PIN)
    manifest = manifest_for(approval())
    cms = sign_manifest(manifest, key, purpose="approval", at=NOW)
    assert verify_signature(cms, manifest, trust=trust(), at=NOW).subject == "Nguyễn Thị Lan"
    assert subject_name(key.certificate) == "Nguyễn Thị Lan"
    with pytest.raises(Invalid) as found:
        check_usable(key.certificate, NOW + timedelta(days=1, seconds=1))
    assert found.value.code == "certificate-expired"


def test_wrong_pins(key_file):
    """A wrong PIN is told from a broken file, and is not repeated in the message."""
    load_pkcs12(key_file, PIN)
    for pin in ("0000", "", "ẩn số", PIN + " "):
        refused(key_file, "key-pin-wrong", pin)


def test_files_that_are_no_keys(tmp_path, key_file):
    """Missing, too large, damaged, without a key, with a key of another kind or of another certificate."""
    path = tmp_path / "bad.p12"
    refused(tmp_path / "none.p12", "key-file-missing")
    refused(tmp_path, "key-file-missing")
    path.write_bytes(b"\0" * (1 << 20) + b"\0")
    refused(path, "key-file-too-large")
    for content in (b"", b"hello", key_file.read_bytes()[:-20], b"-----BEGIN PRIVATE KEY-----"):
        path.write_bytes(content)
        refused(path, "key-file-malformed")
    lan = known("lan")
    locked = BestAvailableEncryption(PIN.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", None, lan.certificate, None, locked))
    refused(path, "key-missing")
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", lan.private, None, None, locked))
    refused(path, "key-missing")
    edwards = ed25519.Ed25519PrivateKey.generate()
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", edwards, None, None, NoEncryption()))
    refused(path, "key-missing", "")


def test_keys_are_not_shown(key_file):
    """Neither the key nor the PIN appears when a key is printed."""
    shown = repr(load_pkcs12(key_file, PIN))
    assert PIN not in shown
    assert "rivate" not in shown
