"""A form's data is checked before anything is asked or sent: one line for each bad field."""

import inspect
import re

import pytest

from adapters import forms
from adapters.cli.errors import CommandFailed
from adapters.cli.forms import check, describe
from adapters.cli.input import read_data
from adapters.cli.language import _, activate


def form(*components: dict) -> dict:
    return {"components": [{"type": "text"}, {"type": "group", "components": list(components)}]}


def component(kind: str, key: str = "a", **more: object) -> dict:
    return {"type": kind, "key": key, "label": "Ý kiến", **more}


CHOICES = [{"label": "Duyệt", "value": "approve"}, {"label": "Trả lại", "value": "return"}]


@pytest.mark.parametrize(
    ("kind", "more", "typed", "found"),
    [
        ("textfield", {}, "Viê\u0323t", "Việt"),
        ("number", {}, "3", 3),
        ("number", {}, "2.5", 2.5),
        ("checkbox", {}, "có", True),
        ("checkbox", {}, "no", False),
        ("radio", {"values": CHOICES}, "approve", "approve"),
        ("select", {"valuesKey": "known_by_the_server"}, "x", "x"),
        ("datetime", {"subtype": "date"}, "2026-11-25", "2026-11-25"),
        ("datetime", {"subtype": "time"}, "09:30", "09:30"),
        ("datetime", {"subtype": "datetime"}, "2026-11-25T09:30", "2026-11-25T02:30:00Z"),
        ("datetime", {"subtype": "datetime"}, "2026-11-25T02:30:00Z", "2026-11-25T02:30:00Z"),
        ("textfield", {"defaultValue": "x"}, None, "x"),
        ("select", {"values": [{"label": "Hai bản", "value": 2}]}, "2", 2),
    ],
)
def test_values(kind, more, typed, found):
    """What was typed becomes the type that the form asks for; text is NFC, times without a zone are Vietnam's."""
    assert check(form(component(kind, **more)), {} if typed is None else {"a": typed}) == {"a": found}


@pytest.mark.parametrize(
    ("kind", "more", "typed"),
    [
        ("textfield", {"validate": {"required": True}}, {}),
        ("textfield", {"validate": {"required": True}}, {"a": ""}),
        ("textfield", {"validate": {"minLength": 3}}, {"a": "ab"}),
        ("textfield", {"validate": {"maxLength": 3}}, {"a": "abcd"}),
        ("textfield", {"validate": {"validationType": "email"}}, {"a": "abcd"}),
        ("textfield", {}, {"a": 3}),
        ("textfield", {}, {"b": "x"}),
        ("number", {}, {"a": "ba"}),
        ("number", {}, {"a": True}),
        ("number", {}, {"a": "1e999"}),
        ("number", {"validate": {"max": 3}}, {"a": "4"}),
        ("checkbox", {}, {"a": "maybe"}),
        ("checkbox", {"validate": {"required": True}}, {"a": False}),
        ("radio", {"values": CHOICES}, {"a": "reject"}),
        ("datetime", {"subtype": "date"}, {"a": "25/11/2026"}),
        ("datetime", {}, {"a": "tomorrow"}),
    ],
)
def test_bad_values(kind, more, typed):
    """Missing, too long, too short, wrong type, unknown field or choice: refused, exit code 6, one line."""
    with pytest.raises(CommandFailed) as failure:
        check(form(component(kind, **more)), typed)
    assert (failure.value.exit_code, failure.value.details) == (6, ())
    assert failure.value.line.startswith(tuple(typed) or "a (Ý kiến): ")
    assert failure.value.line.endswith("; see the fields with hoso task show   [form-invalid]")


def test_codes_are_translated():
    """The shared check gives codes and sentences; the command line says them in the officer's language."""
    activate("vi")
    wrong = form(component("number"), component("checkbox", "b"))
    with pytest.raises(CommandFailed) as failure:
        check(wrong, {"a": "ba", "b": "x", "c\x1b": "y"})
    assert failure.value.details == (
        "c\\x1b: biểu mẫu này không có trường như vậy   [field-unknown]",
        "a (Ý kiến): cần một số, thấy văn bản   [field-type]",
        "b (Ý kiến): cần đúng hoặc sai (true, false), thấy văn bản   [field-type]",
    )


def test_every_sentence_has_its_vietnamese():
    """No problem of the shared check falls back to English."""
    source = inspect.getsource(forms)
    sentences = re.findall(r'N_\("(.+?)"\)', source)
    assert len(sentences) > 10
    activate("vi")
    assert [text for text in sentences if _(text) == text] == []


def test_a_hidden_field_is_left_to_the_server():
    """A required field under a condition may be hidden: only the server can tell."""
    hidden = component("textfield", validate={"required": True}, conditional={"hide": "=x"})
    assert check(form(hidden), {}) == {}


def test_no_form():
    """A task without a form takes no data."""
    assert check(None, {}) == {}
    with pytest.raises(CommandFailed):
        check(None, {"a": "x"})


def test_description():
    """`task show` says what each field takes."""
    lines = describe(form(component("radio", values=CHOICES, validate={"required": True})))
    assert lines[1] == "  a: Ý kiến — approve (Duyệt) | return (Trả lại), required"


def test_settings(tmp_path):
    """--set goes over --data; := is JSON; dots make objects; what is neither is bad usage."""
    (tmp_path / "d.json").write_text('{"a": "x", "b": {"c": 1}}', encoding="utf-8")
    found = read_data(tmp_path / "d.json", ["a=y=z", "n:=3", "b.d=e"])
    assert found == {"a": "y=z", "n": 3, "b": {"c": 1, "d": "e"}}
    for bad in ("x", "=x", "n:={", "a.b=1"):
        with pytest.raises(CommandFailed) as failure:
            read_data(tmp_path / "d.json", [bad])
        assert failure.value.exit_code == 2
    (tmp_path / "twice.json").write_text('{"a": 1, "a": 2}')
    with pytest.raises(CommandFailed):
        read_data(tmp_path / "twice.json", [])
