"""Attacks as files: each is refused with its own code, and its undamaged twin is accepted."""

import pytest

from signing.errors import Invalid, SigningError, Undecidable
from tests.signing.attacks import corpus
from tests.signing.attacks.case import HERE, Attack

SUBMISSIONS = sorted((HERE / "submissions").glob("*.json"))


@pytest.mark.parametrize("path", SUBMISSIONS, ids=lambda path: path.stem)
def test_an_attack_is_refused_and_its_twin_accepted(path):
    """What is wrong is refused with the code that names it; without the defect, the same holds."""
    attack = Attack.read(path)
    with pytest.raises(SigningError) as found:
        attack.bad.verify()
    assert (found.value.code, type(found.value)) == (attack.code, Undecidable if attack.undecidable else Invalid)
    assert attack.twin.verify().signature.subject == "lan"


KEPT = [*corpus.packs(), *corpus.pdfs()]


@pytest.mark.parametrize("attack", KEPT, ids=lambda attack: attack.file.name.removesuffix(".gz"))
def test_a_damaged_file_is_refused(attack):
    """An evidence pack or a PDF with a defect is refused with the code that names it."""
    damaged = attack.damaged()
    with pytest.raises(SigningError) as found:
        attack.judge(damaged)
    expected = attack.code, Undecidable if attack.undecidable else Invalid
    assert (found.value.code, type(found.value)) == expected, found.value


TWINS = {(attack.twin, attack.judged_by): attack for attack in KEPT}


@pytest.mark.parametrize("attack", TWINS.values(), ids=lambda attack: attack.twin.name.removesuffix(".gz"))
def test_the_twin_of_a_damaged_file_is_accepted(attack):
    """Without the defect, judged by the same roots, log and time, the same file holds.

    These files are as old as the corpus: should a change of the pack's form refuse them, packs that
    auditors keep are refused, too. Then read both forms, before the corpus is written anew.
    """
    assert attack.judge(attack.undamaged())


def test_there_are_as_many_as_we_say():
    """The corpus is there, each file in its table, and no defect stands twice."""
    attacks = [Attack.read(path) for path in SUBMISSIONS]
    packs, pdfs = corpus.packs(), corpus.pdfs()
    assert (len(attacks) >= 60, len(packs) >= 60, len(pdfs) >= 60) == (True, True, True)
    for kind in (attacks, packs, pdfs):
        assert len({attack.defect for attack in kind}) == len(kind)
    for folder, kept in ((corpus.PACKS, packs), (corpus.PDFS, pdfs)):
        files = {*folder.glob("*.gz"), *(folder / "twins").glob("*.gz")}
        assert files == {attack.file for attack in kept} | {attack.twin for attack in kept}


@pytest.mark.parametrize("part", ["record", "manifest"])
def test_any_changed_byte_of_record_or_manifest_is_refused(part):
    """Each bit of each byte of what was signed: none can be another without a refusal."""
    good = Attack.read(SUBMISSIONS[0]).twin
    content = getattr(good, part)
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        with pytest.raises(Invalid):
            good.but(**{part: bytes(damaged)}).verify()
