"""The page on verification says what the program does."""

from pathlib import Path

from signing.evidence.report import REMARKS
from signing.policy import HASH_RULES, KEY_RULES
from signing.reasons import CHECKS, NAMES, REASONS

PAGE = (Path(__file__).parents[2] / "docs/reference/verification.md").read_text("utf-8")


def test_every_code_of_a_check_is_on_the_page():
    """Code, check and both meanings, as the program says them."""
    for code, reason in REASONS.items():
        if reason.check in CHECKS:
            assert f"| `{code}` | {reason.check} | {reason.vi} | {reason.en} |" in PAGE
    for code in REMARKS:
        assert f"| `{code}` | {REASONS[code].vi} | {REASONS[code].en} |" in PAGE


def test_every_check_and_rule_is_on_the_page():
    """The checks by both names, and each row of the policy with its end."""
    for check in CHECKS:
        assert f"| {check} | {NAMES[check].vi} |" in PAGE
    section = PAGE.partition("## Algorithms")[2].partition("## Bounds")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "accepted through" not in line]
    assert len(rows) == len(KEY_RULES) + len(HASH_RULES)
    for until in filter(None, (*(rule.until for rule in KEY_RULES), *HASH_RULES.values())):
        assert str(until) in section
