"""`hoso key`: what there is, why one cannot sign here, and unlocking for a while; a profile names its keys."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.console.demo.authority import DemoAuthority, key_usage, make_key
from adapters.keystore.pkcs12 import load_pkcs12
from signing.certificates import fingerprint, load_certificates
from tests.adapters.cli.center import TASK
from tests.adapters.cli.conftest import PIN, ROOT


@pytest.fixture
def pin(monkeypatch):
    monkeypatch.setenv("HOSO_PIN", PIN)


@pytest.fixture
def agent(hoso, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield
    hoso("key", "lock")


def bound(key_file: Path, officer: str = "lan", **more) -> dict:
    """The server's binding of that key's certificate."""
    known = fingerprint(load_pkcs12(key_file, PIN).certificate)
    return {"fingerprint": known, "officer": officer, "state": "bound", **more}


def codes(hoso, *arguments) -> tuple[int, set[str]]:
    result = hoso("key", "check", *arguments, "--json")
    return result.code, {item["code"] for item in json.loads(result.out)["reasons"]}


def test_a_good_key(hoso, key_file, pin):
    """Whose it is and until when; not signed in, it says that the server was not asked."""
    result = hoso("key", "check", key_file, "--json")
    found = json.loads(result.out)
    assert (result.code, found["usable"], found["reasons"]) == (0, True, [])
    assert (found["algorithm"], found["chain"]) == ("sha256_ecdsa", ["Test Issuing CA"])
    assert any("not asked" in note for note in found["notes"])
    assert PIN not in result.out + result.err


def test_everything_that_speaks_against_it(hoso, pin, tmp_path):
    """Expired, not for signing, of a foreign authority: all three at once, exit code 5, in both languages."""
    stranger = DemoAuthority.create("Stranger", at=datetime.now(UTC) - timedelta(days=30))
    path, over = tmp_path / "old.p12", datetime.now(UTC) - timedelta(days=1)
    path.write_bytes(_file(stranger, not_after=over, usage=key_usage(key_encipherment=True)))
    root = tmp_path / "root.pem"
    root.write_bytes(DemoAuthority.create("Test", at=datetime.now(UTC)).root.public_bytes(Encoding.PEM))
    expected = {"certificate-expired", "certificate-usage", "certificate-untrusted"}
    assert codes(hoso, path, "--root", root) == (5, expected)
    shown = hoso("key", "check", path, "--root", root)
    assert (shown.code, "[certificate-expired]" in shown.err) == (5, True)
    assert "ask whoever issued it for a signing certificate" in shown.out
    shown = hoso("key", "check", path, "--lang", "vi")
    assert "chứng thư" in shown.out.lower()


def _file(authority: DemoAuthority, private=None, **more) -> bytes:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    private = private or make_key("ec")
    certificate = authority.certify(
        private, "Cũ", "cu@example.vn", not_before=datetime.now(UTC) - timedelta(days=20), **more
    )
    return pkcs12.serialize_key_and_certificates(
        b"x", private, certificate, [authority.issuing], BestAvailableEncryption(PIN.encode())
    )


def test_a_weak_key_and_one_that_ends_soon(hoso, pin, tmp_path):
    """RSA of 1024 bits cannot sign here; a certificate that ends within a month is a note, no reason."""
    ca, soon = (
        DemoAuthority.create("Test", at=datetime.now(UTC) - timedelta(days=30)),
        datetime.now(UTC) + timedelta(days=9),
    )
    weak, short = tmp_path / "weak.p12", tmp_path / "short.p12"
    weak.write_bytes(_file(ca, rsa.generate_private_key(65537, 1024), not_after=soon))
    short.write_bytes(_file(ca, not_after=soon))
    assert codes(hoso, weak) == (5, {"certificate-key-weak"})
    found = json.loads(hoso("key", "check", short, "--json").out)
    assert (found["usable"], found["notes"][0]) == (True, "it expires in 8 days")


def test_what_the_server_knows(signed_in, hoso, key_file, authority):
    """Not bound, another's, revoked, suspended; and bound to me, with a chain to the root, it can sign."""
    assert codes(hoso, key_file) == (5, {"certificate-unbound"})
    for binding, code in (
        (bound(key_file, "mai"), "certificate-of-another"),
        (bound(key_file, state="revoked", revoked="2026-11-20T08:30:00Z"), "certificate-revoked"),
        (bound(key_file, state="suspended", suspended="2026-11-20T08:30:00Z"), "certificate-suspended"),
    ):
        signed_in.bindings = [binding]
        assert codes(hoso, key_file) == (5, {code})
    signed_in.bindings = [bound(key_file)]
    root = key_file.with_name("root.pem")
    root.write_bytes(authority.roots_pem())
    assert codes(hoso, key_file, "--root", root) == (0, set())


def test_the_certificate_is_written_for_the_administrator(hoso, key_file, pin, tmp_path):
    """Certificate and chain as PEM, the key's own first; a file that is there stays as it is."""
    file = tmp_path / "lan.pem"
    assert hoso("key", "certificate", key_file, "-o", file).code == 0
    key = load_pkcs12(key_file, PIN)
    assert load_certificates(file.read_bytes()) == (key.certificate, *key.chain)
    assert b"PRIVATE" not in file.read_bytes()
    assert hoso("key", "certificate", key_file, "-o", file).code == 1


def test_a_profile_names_its_keys(signed_in, hoso, key_file, monkeypatch, tmp_path):
    """Set once, nothing is typed any more; a file is kept with its whole path; HOSO_KEY and --key go first."""
    monkeypatch.chdir(key_file.parent)
    assert hoso("profile", "set", "--key", key_file.name).code == 0
    assert json.loads(hoso("profile", "show", "--json").out)["key"] == str(key_file)
    monkeypatch.chdir(tmp_path)
    listed = json.loads(hoso("key", "list", "--json").out)["items"]
    assert [(item["key"], item["used"], item["state"]) for item in listed if item["used"]] == [
        (str(key_file), "own", "locked")
    ]
    monkeypatch.setenv("HOSO_KEY", "none.p12")
    assert hoso("task", "complete", TASK, "--decision", "approve", "--yes").code == 1
    monkeypatch.delenv("HOSO_KEY")
    result = hoso("task", "complete", TASK, "--decision", "approve", "--yes")
    assert (result.code, signed_in.done) == (0, {TASK}), result.err
    assert hoso("profile", "set", "--key", "").code == 0
    assert json.loads(hoso("profile", "show", "--json").out)["key"] is None
    wrong = hoso("profile", "set", "--key", "pkcs11:token=x;pin-value=246810")
    assert (wrong.code, "[key-name]" in wrong.err, PIN in wrong.err) == (2, True, False)


def test_the_agencys_key_signs_for_the_organ(signed_in, hoso, key_file, monkeypatch, tmp_path):
    """Who keeps the seal has two keys: the step says which, and each has its own PIN."""
    own = tmp_path / "own.p12"
    own.write_bytes(b"never opened")
    assert hoso("profile", "set", "--key", own, "--organ-key", key_file).code == 0
    monkeypatch.setenv("HOSO_PIN", "135790")
    monkeypatch.setenv("HOSO_ORGAN_PIN", PIN)
    signed_in.signature = "organ"
    result = hoso("task", "complete", TASK, "--decision", "approve", "--yes")
    assert (result.code, signed_in.done) == (0, {TASK}), result.err


def test_unlocked_for_a_while(signed_in, hoso, key_file, monkeypatch, agent):
    """One PIN, then none: `status` tells, `lock` forgets."""
    assert hoso("key", "unlock", key_file).code == 0
    monkeypatch.delenv("HOSO_PIN")
    held = json.loads(hoso("key", "status", "--json").out)["items"]
    assert [item["name"] for item in held] == [str(key_file)]
    result = hoso("task", "complete", TASK, "--decision", "approve", "--yes", "--key", key_file)
    assert (result.code, signed_in.done) == (0, {TASK}), result.err
    assert any(item["state"] == "unlocked" for item in json.loads(hoso("key", "list", "--json").out)["items"])
    assert json.loads(hoso("key", "lock", "--json").out) == {"locked": 1}
    assert hoso("key", "check", key_file).code == 2, "the PIN is asked again, and there is no terminal"
    assert json.loads(hoso("key", "status", "--json").out)["items"] == []


def test_a_wrong_pin_unlocks_nothing(hoso, key_file, monkeypatch, agent):
    """Told in one line, without the PIN."""
    monkeypatch.setenv("HOSO_PIN", "135790")
    result = hoso("key", "unlock", key_file)
    assert (result.code, "[key-pin-wrong]" in result.err, "135790" in result.err) == (1, True, False)
    assert hoso("key", "unlock", key_file, "--seconds", "301").code == 2
    assert hoso("key", "unlock").code == 2


def test_an_empty_pin_is_not_tried(hoso, key_file, monkeypatch, tmp_path):
    """On a token it would cost one of few tries: usage, by the variable as by a file, and nothing is opened."""
    monkeypatch.setenv("HOSO_PIN", "")
    (tmp_path / "pin").write_text("\n")
    for more in ((), ("--pin-file", tmp_path / "pin")):
        result = hoso("key", "check", key_file, *more)
        assert (result.code, "[key-pin-empty]" in result.err) == (2, True), result.err


def test_without_a_token_library(hoso, key_file, monkeypatch):
    """Tokens that cannot be looked at are a line beside the list; a key on one is a clear refusal."""
    monkeypatch.setenv("HOSO_PKCS11_MODULE", "/nowhere.so")
    listed = hoso("key", "list", "--json")
    assert (listed.code, json.loads(listed.out)["items"], "/nowhere.so" in listed.err) == (0, [], True)
    result = hoso("key", "check", "pkcs11:token=Lan;object=ky")
    assert (result.code, "[token-module-missing]" in result.err) == (1, True)
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    result = hoso("key", "check", "pkcs11:token=Lan;object=ky?module-path=/bin/sh")
    assert (result.code, "pip install 'hoso[token]'" in result.err) == (1, True), result.err
