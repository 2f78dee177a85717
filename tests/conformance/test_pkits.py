"""The runner of PKITS: its table of cases is whole, and it judges."""

from collections import Counter

import pytest

from tests.conformance import pkits


def test_the_table_of_cases_is_whole():
    """All sixteen sections, with the numbers of paths that must fail and that must hold; each names a certificate."""
    cases = pkits.read_cases()
    assert len({case.section for case in cases}) == 16
    assert Counter(case.expected for case in cases) == {"invalid": 134, "valid": 113}
    assert len({case.number for case in cases}) == len(cases)
    files = {path.stem for path in (pkits.vectors() / "certs").glob("*.crt")}
    assert {case.end_entity for case in cases} <= files


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_it_judges_both_ways():
    """Paths that must hold and that must fail, judged right; with the expectation turned round, all are failures."""
    material = pkits._material(pkits.vectors())
    found = {
        case.number: case
        for case in pkits.read_cases()
        if case.number in ("4.1.1", "4.4.3", "4.14.24", "4.14.25", "4.15.5")
    }
    for case in found.values():
        assert pkits.judge(case, material).got is None
        other = "invalid" if case.expected == "valid" else "valid"
        turned = pkits.Case(
            number=case.number,
            section=case.section,
            end_entity=case.end_entity,
            expected=other,
            rules=case.rules,
        )
        assert pkits.judge(turned, material).got is not None
