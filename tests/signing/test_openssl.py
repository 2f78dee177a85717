"""Another program, written by others, accepts what we sign and refuses what we refuse."""

import asyncio
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from signing.certificates import check_usable, der, load_certificates
from signing.errors import Invalid
from signing.sign import sign_manifest
from signing.timestamp import with_stamp
from tests.pki import NOW, authority, known, person
from tests.signing.records import approval, signed
from tests.stamps import stamp_over

pytestmark = pytest.mark.system


def openssl(
    folder: Path, manifest: bytes, cms: bytes, crls: tuple[bytes, ...], *extra: str
) -> subprocess.CompletedProcess:
    ca = authority()
    pem = ca.roots_pem() + ca.chain_pem()
    pem += b"".join(x509.load_der_x509_crl(item).public_bytes(Encoding.PEM) for item in crls)
    (folder / "trust.pem").write_bytes(pem)
    (folder / "manifest.xml").write_bytes(manifest)
    (folder / "signature.p7s").write_bytes(cms)
    line = "openssl cms -verify -cades -binary -inform DER -in signature.p7s -content manifest.xml -CAfile trust.pem"
    line += f" -purpose any -crl_check -attime {int(NOW.timestamp())} -out out.xml"
    return subprocess.run([*line.split(), *extra], cwd=folder, capture_output=True, check=False)


@pytest.mark.parametrize("kind", ["ec", "p384", "rsa"])
@pytest.mark.parametrize("purpose", ["initial", "approval", "organ"])
def test_openssl_accepts_every_kind_of_signature(tmp_path, kind, purpose):
    """`openssl cms -verify -cades` accepts each kind of key and purpose, CRLs checked along the whole chain."""
    _, manifest, cms = signed(approval(purpose=purpose), known("lan", kind))
    done = openssl(tmp_path, manifest, cms, authority().crls(NOW - timedelta(hours=1)), "-crl_check_all")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.xml").read_bytes() == manifest


def test_openssl_refuses_other_data_and_unknown_revocation(tmp_path):
    """The line in a pack's README proves something: it fails on a changed manifest and without a CRL."""
    _, manifest, cms = signed(approval(), known("lan"))
    crls = authority().crls(NOW - timedelta(hours=1))
    assert openssl(tmp_path, manifest.replace(b"draft", b"drift"), cms, crls).returncode != 0
    assert openssl(tmp_path, manifest, cms, ()).returncode != 0
    late = person("late", not_after=NOW - timedelta(seconds=1))

    cms = sign_manifest(manifest, late.key, purpose="approval", at=NOW - timedelta(days=1))
    assert openssl(tmp_path, manifest, cms, crls).returncode != 0


def test_certificates_signed_with_sha1_are_refused(tmp_path):
    """SHA-1 in a certificate is refused; only another program still makes one."""
    line = "openssl req -x509 -sha1 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem"
    extension = "keyUsage=critical,digitalSignature"
    options = ["-subj", "/CN=old", "-addext", extension, "-addext", "basicConstraints=CA:FALSE", "-days", "9"]
    subprocess.run([*line.split(), *options], cwd=tmp_path, check=True, capture_output=True)
    certificate = load_certificates((tmp_path / "c.pem").read_bytes())[0]
    with pytest.raises(Invalid) as found:
        check_usable(certificate, certificate.not_valid_before_utc)
    assert found.value.code == "certificate-algorithm"


def test_the_stamped_form_holds_for_other_programs(tmp_path):
    """`openssl cms -verify -cades` and pyHanko accept the B-T form made from signature and stamp, with its time."""
    _, manifest, cms = signed(approval(), known("lan"))
    stamped = with_stamp(cms, stamp_over(cms, NOW))
    done = openssl(tmp_path, manifest, stamped, authority().crls(NOW - timedelta(hours=1)), "-crl_check_all")
    assert done.returncode == 0, done.stderr
    status = asyncio.run(_judged_by_pyhanko(manifest, stamped))
    assert status.bottom_line
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == NOW


async def _judged_by_pyhanko(manifest, stamped):
    def load(certificate):
        return asn1_x509.Certificate.load(der(certificate))

    ca = authority()
    context = ValidationContext(
        trust_roots=[load(ca.root)],
        other_certs=[load(ca.issuing)],
        crls=list(ca.crls(NOW - timedelta(hours=1))),
        moment=NOW,
        revocation_mode="require",
    )
    data = asn1_cms.ContentInfo.load(stamped)["content"]
    return await async_validate_detached_cms(
        manifest, data, signer_validation_context=context, ts_validation_context=context
    )
