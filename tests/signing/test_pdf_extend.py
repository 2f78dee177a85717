"""A signed PDF is extended so that it can be judged from itself: PAdES B-LTA, also by a program that is not ours."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    KeyUsageConstraints,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko_certvalidator import ValidationContext

from signing.certificates import der
from signing.errors import Invalid
from signing.pdf.extend import extend
from signing.pdf.verify import verify_pdf
from signing.timestamp import StampUnavailable
from signing.verify import Trust
from tests.pki import NOW, authority, trust
from tests.signing.pdfs import HEAD, ORGAN, by_head, extended, letter, sealed
from tests.stamps import Down, honest, stamps

HOUR = timedelta(hours=1)


def test_the_whole_story_is_judged_from_the_file_alone():
    """With nothing but the root, both signatures hold at the stamp's time: B-LTA."""
    bare = Trust(roots=(authority().root,), crls=trust().crls)
    found = verify_pdf(extended(), trust=bare, at=NOW, accepted=None)
    assert [(item.field, item.level) for item in found] == [(HEAD, "B-LTA"), (ORGAN, "B-LTA")]
    assert extended().startswith(sealed())


def test_levels_say_what_is_missing():
    """Without a stamp B-B; stamped without the authority's lists B-T; extended again afterwards B-LTA."""
    assert [item.level for item in verify_pdf(by_head(), trust=trust(), at=NOW, accepted=None)] == ["B-B"]
    blind = Trust(roots=(authority().root,), intermediates=(authority().issuing,))
    poor = extend(by_head(), trust=blind, stamp=honest().stamp)
    assert [item.level for item in verify_pdf(poor, trust=trust(), at=NOW, accepted=None)] == ["B-T"]
    rich = extend(poor, trust=trust(), stamp=honest().stamp)
    assert [item.level for item in verify_pdf(rich, trust=trust(), at=NOW, accepted=None)] == ["B-LTA"]


def test_signatures_are_judged_at_their_stamps_time():
    """The first stamp over a signature proves it; what the caller knows counts where there is none."""
    found = verify_pdf(extended(), trust=trust(), at=NOW + timedelta(minutes=20), accepted=None)
    assert all(item.proven == NOW + timedelta(seconds=1) for item in found)
    earlier = NOW - timedelta(minutes=5)
    assert verify_pdf(by_head(), trust=trust(), at=NOW, accepted=earlier)[0].proven == earlier


def test_extending_again_keeps_what_is_there():
    """Before a stamp ends, another goes over it; data that are there are not stored twice."""
    later = stamps(clock=lambda: NOW + HOUR)
    again = extend(extended(), trust=trust(at=NOW), stamp=later.stamp)
    assert again.startswith(extended())
    assert all(item.level == "B-LTA" for item in verify_pdf(again, trust=trust(at=NOW), at=NOW + HOUR, accepted=None))


def test_no_stamp_no_extension():
    """The authority's silence passes through, so that the job can wait for it; an unsigned PDF is refused."""
    with pytest.raises(StampUnavailable):
        extend(sealed(), trust=trust(), stamp=Down(honest()).stamp)
    with pytest.raises(Invalid) as found:
        extend(letter(), trust=trust(), stamp=honest().stamp)
    assert found.value.code == "pdf-unsigned"


def test_pyhanko_judges_it_from_its_own_store():
    """pyHanko reads the store in the file, revocation required: all signatures and the stamp over the whole hold.

    Its validation for archives (`ades_lta_validation`) also demands a stamp inside each CMS. EN 319 142-1 §6.3 lets a
    document time stamp stand for it, which is what we do: the signature is given before the authority is asked.
    """
    reader = PdfFileReader(BytesIO(extended()))
    usage = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
    roots = [asn1_x509.Certificate.load(der(authority().root))]

    def context() -> ValidationContext:
        settings = {"trust_roots": roots, "moment": NOW, "revocation_mode": "hard-fail", "allow_fetching": False}
        return DocumentSecurityStore.read_dss(reader).as_validation_context(settings)

    for signature in reader.embedded_regular_signatures:
        status = asyncio.run(async_validate_pdf_signature(signature, context(), context(), key_usage_settings=usage))
        assert status.bottom_line, status.pretty_print_details()
        assert status.docmdp_ok
        assert status.modification_level <= ModificationLevel.FORM_FILLING
    [stamp] = reader.embedded_timestamp_signatures
    stamped = asyncio.run(async_validate_pdf_timestamp(stamp, context()))
    assert stamped.valid
    assert stamped.intact
    assert stamped.trusted
    assert stamped.coverage == SignatureCoverageLevel.ENTIRE_FILE


@pytest.mark.system
def test_the_command_line_of_pyhanko_agrees(tmp_path: Path):
    """`pyhanko sign validate` and `pdfsig` read every signature of the finished PDF as valid."""
    (tmp_path / "letter.pdf").write_bytes(extended())
    (tmp_path / "root.pem").write_bytes(authority().root.public_bytes(Encoding.PEM))
    command = ["-m", "pyhanko", "sign", "validate", "--trust", "root.pem", "--trust-replace", "--no-revocation-check"]
    command += ["--pretty-print", "--validation-time", f"{NOW:%Y-%m-%dT%H:%M:%S+00:00}", "letter.pdf"]
    said = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.count("VALID") >= 2
    assert "INVALID" not in said.stdout
