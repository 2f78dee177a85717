"""A PDF is prepared on the server, checked and signed where the key is, and finished on the server."""

import subprocess
from pathlib import Path

import pytest

from signing.errors import Invalid
from signing.pdf.check import check_prepared
from signing.pdf.prepare import embed, prepare
from signing.pdf.sign import sign_pdf
from signing.pdf.verify import verify_pdf
from tests.pki import NOW, known, trust
from tests.signing.pdfs import CLERK, HEAD, ORGAN, PERMITS, by_head, letter, look, numbered, seal, sealed, sign


def test_head_number_and_organ_follow_each_other():
    """Each signature appends; what was signed stays a prefix."""
    assert by_head().startswith(letter())
    assert numbered().startswith(by_head())
    assert sealed().startswith(numbered())


def test_the_same_input_gives_the_same_bytes():
    """Preparing again, after a crash or at a repeated request, gives what was shown."""
    one, two = (prepare(letter(), field=HEAD, permits=PERMITS, look=look(), at=NOW) for _ in range(2))
    assert one == two
    assert one != prepare(letter(), field=HEAD, permits=PERMITS, look=None, at=NOW)


@pytest.mark.parametrize("kind", ["ec", "p384", "rsa"])
def test_every_kind_of_key_signs(kind):
    """RSA and both curves: the file tells who signed, when, and what may follow."""
    [found] = verify_pdf(sign(letter(), HEAD, known("otto", kind), drawn=look()), trust=trust(), at=NOW, accepted=None)
    assert (found.field, found.signature.subject, found.signature.purpose) == (HEAD, "otto", "approval")
    assert (found.signature.signing_time, found.permits, found.level) == (NOW, PERMITS, "B-B")


def test_two_approvals_stand_before_the_organ():
    """The registrar and the head both sign; the first signature leaves the later fields open."""
    both = sign(sign(letter(), CLERK, known("lan")), HEAD, known("otto"))
    assert seal(both).startswith(both)


def test_nobody_signs_after_the_organ_nor_twice():
    """The organ's signature locks everything; a field is signed once."""
    first = seal(letter())
    with pytest.raises(Invalid) as found:
        prepare(first, field=HEAD, permits=PERMITS, look=None, at=NOW)
    assert found.value.code == "pdf-locked"
    with pytest.raises(Invalid) as found:
        prepare(first, field=ORGAN, permits=None, look=None, at=NOW)
    assert found.value.code == "pdf-signed"


def test_the_client_refuses_another_lock_or_field():
    """An officer who means to permit number and date signs nothing that permits more, or less."""
    shown = letter()
    for permits in (frozenset({"number", "date", "other"}), frozenset({"number"}), None):
        prepared = prepare(shown, field=HEAD, permits=permits, look=None, at=NOW)
        with pytest.raises(Invalid) as found:
            check_prepared(shown, prepared, field=HEAD, permits=PERMITS)
        assert found.value.code == "pdf-lock-missing"
    prepared = prepare(shown, field=CLERK, permits=PERMITS, look=None, at=NOW)
    with pytest.raises(Invalid):
        check_prepared(shown, prepared, field=HEAD, permits=PERMITS)


def test_a_look_must_have_the_fields_size():
    """Nothing is drawn beyond the rectangle that the letter kept for it."""
    large = look("#set page(width: 400pt, height: 400pt)\nlớn")
    with pytest.raises(Invalid) as found:
        prepare(letter(), field=HEAD, permits=PERMITS, look=large, at=NOW)
    assert found.value.code == "pdf-look"


def test_a_signature_that_does_not_fit_is_refused():
    """A signature is never cut."""
    prepared = prepare(letter(), field=HEAD, permits=PERMITS, look=None, at=NOW, reserve=600)
    cms = sign_pdf(prepared, known("otto", "rsa").key, field=HEAD, at=NOW)
    with pytest.raises(Invalid) as found:
        embed(prepared, cms, HEAD)
    assert found.value.code == "signature-too-large"


@pytest.mark.system
def test_poppler_finds_the_signatures_valid(tmp_path: Path):
    """`pdfsig` reads both signatures, and that the second covers the whole file."""
    target = tmp_path / "sealed.pdf"
    target.write_bytes(sealed())
    said = subprocess.run(["pdfsig", "-nocert", str(target)], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid") == 2
    assert "Total document signed" in said
