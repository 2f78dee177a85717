"""The form's check that server and client share: strict about types, silent about what FEEL hides."""

import subprocess
import sys

import pytest

from adapters import forms

CHOICES = [{"label": "Duyệt", "value": "approve"}, {"label": "Hai bản", "value": 2}]


def form(kind: str, **more: object) -> dict[str, object]:
    component = {"type": kind, "key": "a", "label": "Ý kiến", **more}
    return {"components": [{"type": "text"}, {"type": "group", "components": [component]}]}


@pytest.mark.parametrize(
    ("kind", "more", "value"),
    [
        ("textfield", {}, "Việt"),
        ("textfield", {"validate": {"maxLength": "4"}}, "Việt"),
        ("textfield", {"validate": {"maxLength": "many", "minLength": None}}, "Việt"),
        ("textfield", {"validate": {"validationType": "email"}}, "vanthu@phuong.example"),
        ("number", {"validate": {"min": 0, "max": 3}}, 0),
        ("number", {}, 2.5),
        ("checkbox", {}, False),
        ("radio", {"values": CHOICES}, "approve"),
        ("select", {"values": CHOICES}, 2),
        ("select", {"valuesKey": "known_by_the_process"}, "x"),
        ("datetime", {"subtype": "date"}, "2026-11-25"),
        ("datetime", {"subtype": "time"}, "09:30"),
        ("datetime", {"subtype": "datetime"}, "2026-11-25T02:30:00Z"),
        ("textfield", {}, ""),
        ("number", {}, None),
    ],
)
def test_what_fits(kind: str, more: dict[str, object], value: object) -> None:
    """Data of the type and within the bounds that the form names passes; so does a field left empty."""
    assert forms.check(form(kind, **more), {"a": value}) == []


@pytest.mark.parametrize(
    ("kind", "more", "data", "code"),
    [
        ("textfield", {"validate": {"required": True}}, {}, "field-missing"),
        ("textfield", {"validate": {"required": True}}, {"a": ""}, "field-missing"),
        ("textfield", {"validate": {"required": True}}, {"a": None}, "field-missing"),
        ("checkbox", {"validate": {"required": True}}, {"a": False}, "field-missing"),
        ("textfield", {}, {"b": "x"}, "field-unknown"),
        ("textfield", {}, {"a": 3}, "field-type"),
        ("textfield", {}, {"a": ["x"]}, "field-type"),
        ("number", {}, {"a": "3"}, "field-type"),
        ("number", {}, {"a": True}, "field-type"),
        ("number", {}, {"a": float("nan")}, "field-type"),
        ("checkbox", {}, {"a": "true"}, "field-type"),
        ("checkbox", {}, {"a": ""}, "field-type"),
        ("radio", {"values": CHOICES}, {"a": {"approve": 1}}, "field-type"),
        ("datetime", {}, {"a": 1764000000}, "field-type"),
        ("textfield", {"validate": {"minLength": 3}}, {"a": "ab"}, "field-length"),
        ("textfield", {"validate": {"maxLength": 3}}, {"a": "abcd"}, "field-length"),
        ("textarea", {}, {"a": "x" * (forms.LONGEST_TEXT + 1)}, "field-length"),
        ("textfield", {"validate": {"validationType": "email"}}, {"a": "abcd"}, "field-format"),
        ("number", {"validate": {"min": 1}}, {"a": 0}, "field-range"),
        ("number", {"validate": {"max": 3}}, {"a": 4}, "field-range"),
        ("radio", {"values": CHOICES}, {"a": "reject"}, "field-choice"),
        ("datetime", {"subtype": "date"}, {"a": "25/11/2026"}, "field-format"),
        ("datetime", {}, {"a": "tomorrow"}, "field-format"),
    ],
)
def test_what_does_not_fit(kind: str, more: dict[str, object], data: dict[str, object], code: str) -> None:
    """One problem for one bad field, with its code; the message has no braces left and never repeats the value."""
    [problem] = forms.check(form(kind, **more), data)
    assert (problem.field, problem.code) == (next(iter(data), "a"), code)
    assert "{" not in problem.message
    for value in data.values():
        assert not isinstance(value, str) or len(value) < 2 or value not in problem.message.replace("true or false", "")


def test_each_bad_field_is_told() -> None:
    """Nobody mends a form field by field: all problems come at once."""
    two = {"components": [{"type": "number", "key": "a"}, {"type": "checkbox", "key": "b"}]}
    found = forms.check(two, {"a": "x", "b": 1, "c": None})
    assert sorted(problem.field for problem in found) == ["a", "b", "c"]


@pytest.mark.parametrize(("hides", "codes"), [(True, []), (False, ["field-missing"])])
def test_a_hidden_field(hides: bool, codes: list[str]) -> None:
    """A required field is not wanted while its FEEL condition hides it; the condition is passed on as written."""
    asked = []

    def hidden(text: str) -> bool:
        asked.append(text)
        return hides

    conditional = form("textfield", validate={"required": True}, conditional={"hide": '=decision = "approve"'})
    assert [problem.code for problem in forms.check(conditional, {}, hidden=hidden)] == codes
    assert asked == ['=decision = "approve"']


@pytest.mark.parametrize(
    "broken", [None, 3, [], {}, {"components": "x"}, {"components": [None, {"type": "textfield"}]}]
)
def test_no_form(broken: object) -> None:
    """What is no form has no fields, and takes no data."""
    assert forms.read_fields(broken) == ()
    assert [problem.code for problem in forms.check(broken, {"a": 1})] == ["field-unknown"]


def test_depth_is_bounded() -> None:
    """Groups inside groups without end are not followed."""
    deep: dict[str, object] = {"type": "textfield", "key": "a"}
    for _ in range(200):
        deep = {"type": "group", "components": [deep]}
    assert forms.read_fields({"components": [deep]}) == ()


def test_unsupported_components_are_named() -> None:
    """What can be rendered nowhere is refused when the bundle is deployed."""
    assert forms.unsupported(form("filepicker")) == ("filepicker",)
    assert forms.unsupported(form("textfield")) == ()


def test_the_client_may_use_it() -> None:
    """It brings neither engine nor server along."""
    code = "import sys, adapters.forms; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"engine", "signing", "sqlalchemy", "fastapi"} & set(loaded)
