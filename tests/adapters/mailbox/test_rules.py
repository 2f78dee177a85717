"""The rules are read strictly, and their schema is published."""

import json
import time
from pathlib import Path

import pytest

from adapters.mailbox.rules import Rules, like
from adapters.mailbox.server import MailboxSettingError
from adapters.mailbox.setup import make_secret, read_rules, read_secret

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "mail-rules.schema.json"
START = {"name": "a", "when": {"subject": "*"}, "officer": "hoa", "start": {"process": "p"}}


def test_the_published_schema_is_that_of_the_rules() -> None:
    """docs/reference/mail-rules.schema.json; write it anew from `Rules.model_json_schema()`."""
    assert json.loads(SCHEMA.read_text("utf-8")) == json.loads(json.dumps(Rules.model_json_schema()))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"rule": []}', "rule: Extra"),
        (json.dumps({"rules": [START, START]}), "two rules are named 'a'"),
        (json.dumps({"rules": [{**START, "when": {}}]}), "at least one of"),
        (json.dumps({"rules": [{**START, "when": {"subject": "*" * 6}}]}), "at most 5 stars"),
        (json.dumps({"rules": [{**START, "documents": {"types": ["application/zip"]}}]}), "documents.types.0"),
        (json.dumps({"rules": [{**START, "data": {"x": "password"}}]}), "data.x"),
        (json.dumps({"most_a_day": "20"}), "most_a_day"),
    ],
)
def test_wrong_rules_are_refused_with_the_field(tmp_path: Path, written: str, told: str) -> None:
    """The server does not start with them; none at all are no rules."""
    assert read_rules(tmp_path / "none.json") == Rules()
    (tmp_path / "mail-rules.json").write_text(written)
    with pytest.raises(MailboxSettingError) as failure:
        read_rules(tmp_path / "mail-rules.json")
    assert told in str(failure.value)


def test_the_rules_of_the_guide_are_good(tmp_path: Path) -> None:
    """What the how-to shows can be copied."""
    page = (SCHEMA.parents[1] / "how-to" / "mailbox.md").read_text("utf-8")
    (tmp_path / "r.json").write_text(page.partition("```json\n")[2].partition("```")[0])
    assert read_rules(tmp_path / "r.json").rules[0].name == "khai-tu"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*khai tử*", "Đơn KHAI TỬ gấp", True), ("khai*", "đơn khai", False), ("a*b*c", "a-b-c", True),
        ("a*b*c", "acb", False), ("a?c", "abc", True), ("a?c", "ac", False), ("*", "", True), ("a*a", "a", False),
        ("[a]", "a", False), ("*.gov.vn", "so.gov.vn", True), ("*ab*ab", "xabab", True), ("*b?d*", "abxbcd", True),
    ],
)  # fmt: skip
def test_patterns(pattern: str, text: str, fits: bool) -> None:
    """`*` any text, `?` one character, nothing else is special."""
    assert like(pattern, text) is fits


def test_no_pattern_takes_long() -> None:
    """Stars that almost fit are tried once along the text."""
    begun = time.monotonic()
    assert not like("*a*a*a*a*b", "a" * 300)
    assert time.monotonic() - begun < 0.5


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    """Its owner's alone; a broken one is told."""
    assert read_secret(tmp_path) == b""
    made = make_secret(tmp_path)
    assert len(made) == 32
    assert make_secret(tmp_path) == read_secret(tmp_path) == made
    assert (tmp_path / "mailbox.key").stat().st_mode & 0o077 == 0
    (tmp_path / "mailbox.key").write_text("zz")
    with pytest.raises(MailboxSettingError):
        read_secret(tmp_path)
