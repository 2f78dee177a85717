"""The published schemas and the reader say the same of records; what a schema cannot say is named here."""

import json
import unicodedata
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing import record
from signing.canonical import canonical
from signing.errors import Invalid
from signing.record import ActRecord, ApprovalRecord, DocumentReference, SeenCheckpoint, decode_record
from tests.signing.records import act, approval
from tests.signing.test_record import records

FOLDER = Path(record.__file__).parent / "schemas"
SCHEMAS: dict[str, dict[str, Any]] = {
    found["title"]: found for path in sorted(FOLDER.glob("*.json")) if (found := json.loads(path.read_bytes()))
}
VALIDATORS = {name: jsonschema_rs.validator_for(schema) for name, schema in SCHEMAS.items()}
# What the reader refuses and no schema can say: the message of its refusal, in part.
BEYOND = (
    "normal form C",
    "is no date that exists",
    "must be the dossier's code, a dot and the task's number",
    "must have different names",
    "must be sorted",
    "a value cannot be written as canonical JSON",
    "at most 262144 are accepted",
)


def readable(value: object) -> str | None:
    """Why the reader refuses the value, or None; values that are no JSON are refused, too."""
    try:
        decode_record(canonical(value))
    except Invalid as error:
        return f"{error.code}: {error.message}"
    return None


def agree(value: Any) -> None:
    """What is read is valid, and what is valid is read, or refused for a reason that no schema can say."""
    refused = readable(value)
    valid = VALIDATORS[value["format"]].is_valid(value)
    if refused is None:
        assert valid, value
    elif valid:
        assert any(reason in refused for reason in BEYOND), (refused, value)


def test_each_format_has_a_schema_of_its_fields() -> None:
    """The fields of the records, all of them required and no others allowed; a new format is a new file."""
    assert set(SCHEMAS) == {record.APPROVAL_FORMAT, record.ACT_FORMAT}
    parts: list[tuple[type, dict[str, Any]]] = [
        (ApprovalRecord, SCHEMAS["hoso-approval/1"]),
        (DocumentReference, SCHEMAS["hoso-approval/1"]["$defs"]["document"]),
        (SeenCheckpoint, SCHEMAS["hoso-approval/1"]["$defs"]["checkpoint"]),
        (ActRecord, SCHEMAS["hoso-act/1"]),
        (SeenCheckpoint, SCHEMAS["hoso-act/1"]["$defs"]["checkpoint"]),
    ]
    for kind, schema in parts:
        names = {field.name for field in fields(kind)}
        assert set(schema["properties"]) == set(schema["required"]) == names
        assert schema["additionalProperties"] is False
        jsonschema_rs.meta.validate(schema)


def test_patterns_are_those_of_the_reader() -> None:
    """Word for word."""
    found = SCHEMAS["hoso-approval/1"]["properties"]
    document = SCHEMAS["hoso-approval/1"]["$defs"]["document"]["properties"]
    pairs = [
        (found["dossier"], record.CODE), (found["task"], record.CODE), (found["bundle_hash"], record.HEX256),
        (found["officer"], record.OFFICER), (found["nonce"], record.NONCE), (document["media_type"], record.MEDIA_TYPE),
        (SCHEMAS["hoso-act/1"]["properties"]["act"], record.ACT),
    ]  # fmt: skip
    for schema, pattern in pairs:
        assert schema["pattern"] == f"^(?:{pattern.pattern})$"


@settings(max_examples=60, deadline=None)
@given(records)
def test_what_is_written_is_valid(written: ApprovalRecord) -> None:
    """Every record that can be made; acts as well."""
    assert VALIDATORS["hoso-approval/1"].is_valid(json.loads(written.encode()))
    assert VALIDATORS["hoso-act/1"].is_valid(json.loads(act().encode()))


# Text with what is refused in it: control and format characters, spaces at the ends, other normal forms.
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cn", "Co")), max_size=6) | st.sampled_from(
    ["", " a", "a ", "a\u00a0", "e\u0301", "a\nb", "\ufeff", "x" * 401, ".", "..", "a/b", "a\\b", "\u2028", "\x1fa"]
)
codes = st.sampled_from(
    ["H29.5-261121-0001", "x", "-x", "x-", "a" * 81, "D.3", "H29.5-261121-0001.3", "D.1234567890123"]
)
hashes = st.sampled_from(["a" * 64, "b" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n", ""])
times = st.sampled_from(
    [
        "2026-11-21T08:30:00Z",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "0000-01-01T00:00:00Z",
    ]
)
counts = st.integers(-1, 3) | st.sampled_from([2**53 - 1, 2**53, 1.5, True, 1e20])
odd = st.none() | st.booleans() | counts | texts | hashes | codes | times | st.lists(hashes, max_size=3) | st.just({})
pieces = st.fixed_dictionaries({"size": counts, "root": hashes})
papers = st.lists(
    st.fixed_dictionaries(
        {
            "name": texts,
            "media_type": st.sampled_from(["application/pdf", "a", "A/b"]),
            "sha256": hashes,
            "size": counts,
        }
    ),
    max_size=2,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([approval(), act()]), st.data())
def test_the_schema_and_the_reader_agree(written: ApprovalRecord | ActRecord, data: st.DataObject) -> None:
    """A good record with one or two fields of any value, one left out, or one too many."""
    value = json.loads(written.encode())
    names = [name for name in value if name != "format"]
    for name in data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)):
        value[name] = data.draw(odd | pieces | papers, label=name)
    if data.draw(st.booleans()):
        value.pop(data.draw(st.sampled_from(names)), None)
    if data.draw(st.integers(0, 9)) == 0:
        value["more"] = 1
    agree(value)


@pytest.mark.parametrize(
    "changes",
    [
        {"element": "e\u0301"},
        {"time": "2026-02-30T00:00:00Z"},
        {"task": "H29.5-261121-0002.3"},
        {"prior": ["b" * 64, "a" * 64]},
        {"data": {"x": "y" * 300_000}},
        {"documents": [{"name": "a", "media_type": "a/b", "sha256": "a" * 64, "size": 1}] * 2},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_a_schema_cannot_say_is_refused_all_the_same(changes: dict[str, Any]) -> None:
    """Valid by the schema, and not read: the schema's comment names these rules."""
    value = {**json.loads(approval().encode()), **changes}
    assert VALIDATORS["hoso-approval/1"].is_valid(value)
    assert readable(value) is not None
    agree(value)


def test_the_reader_knows_no_character_of_later_times() -> None:
    """Text is judged by the Unicode of Python, the schema's pattern by that of its validator: both refuse these."""
    for character in "\u0000\u200b\ue000":
        assert unicodedata.category(character)[0] == "C"
        agree({**json.loads(approval().encode()), "element": f"a{character}b"})
