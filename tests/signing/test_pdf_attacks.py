"""Attacks on signed PDFs, each a builder named by its defect: refused with its own code, its twin accepted."""

import pytest

from signing.errors import Invalid
from signing.pdf.check import check_prepared
from signing.pdf.prepare import prepare
from signing.pdf.signed_additions import only_signed_additions
from signing.pdf.verify import verify_pdf
from tests.pki import NOW, trust
from tests.signing.attacks.pdf import appended, holes, locks, people, shadows  # noqa: F401  they enter themselves
from tests.signing.attacks.pdf.attack import ATTACKS, insider
from tests.signing.pdfs import HEAD, PERMITS, by_head, letter, numbered, sealed


@pytest.mark.parametrize("name", ATTACKS)
def test_refused_and_its_twin_accepted(name):
    """The verifier refuses the damaged file with the code that its defect has, and accepts the twin without it."""
    attack = ATTACKS[name]
    assert verify_pdf(attack.twin(), trust=attack.trust(), at=attack.at, accepted=None)
    damaged = attack.damaged()  # outside of what follows: it is the verifier that must refuse, not our own writer
    with pytest.raises(Invalid) as found:
        verify_pdf(damaged, trust=attack.trust(), at=attack.at, accepted=None)
    assert found.value.code in attack.codes, str(found.value)


def test_there_are_enough():
    """Nobody took attacks out."""
    assert len(ATTACKS) >= 50


@pytest.mark.parametrize("draft", shadows.DRAFTS)
def test_a_shadow_is_refused_before_anybody_signs(draft):
    """Neither the server prepares it nor does the officer's program sign it."""
    with pytest.raises(Invalid) as found:
        prepare(draft(), field=HEAD, permits=PERMITS, look=None, at=NOW)
    assert found.value.code == "pdf-active"
    with pytest.raises(Invalid) as found:
        check_prepared(draft(), insider(draft()), field=HEAD, permits=PERMITS)
    assert found.value.code == "pdf-active"


# Additions of the right kind: that they prove nothing is for the verifier to say.
PERMITTED = {"stamp_of_another_file", "validation_data_of_garbage"}


@pytest.mark.parametrize("name", [name for name in ATTACKS if name in vars(appended) and name not in PERMITTED])
def test_what_was_appended_does_not_leave(name):
    """Dispatch refuses it too, whoever signed what is around it."""
    damaged = ATTACKS[name].damaged()
    with pytest.raises(Invalid):
        only_signed_additions(letter(), damaged, PERMITS)


def test_what_was_permitted_leaves():
    """Signatures, number and date, in any state of the story."""
    for after in (letter(), by_head(), numbered(), sealed()):
        only_signed_additions(letter(), after, PERMITS)
    only_signed_additions(by_head(), sealed(), PERMITS)


def test_only_the_trail_tells_that_a_file_once_went_on():
    """A file cut back to an earlier revision is that revision, and valid; so the trail keeps the whole file's hash."""
    whole = verify_pdf(sealed(), trust=trust(), at=NOW, accepted=None)
    cut = sealed()[: whole[0].covered]
    assert cut == by_head()
    assert [item.field for item in verify_pdf(cut, trust=trust(), at=NOW, accepted=None)] == [HEAD]
