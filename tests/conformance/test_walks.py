"""The long walks: every model that both engines can run, at night."""

from __future__ import annotations

import pytest

from tests.conformance import walks
from tests.engine.bpmn.mutants import SUITES

_WALKS = 45


@pytest.mark.nightly
@pytest.mark.skipif(not (SUITES / "bpmn").is_dir(), reason="the public suites are not here; say where: SUITES=folder")
def test_both_engines_agree_over_every_model_for_ten_thousand_steps() -> None:
    """The control-flow suite and our own processes; what is stored and loaded between steps is the same."""
    report = walks.run(SUITES / "bpmn", walks=_WALKS, fewest=10_000)
    assert [result for result in report.results if result.got is not None] == []
    assert any("processes/khai-tu/process" in result.name for result in report.results)
