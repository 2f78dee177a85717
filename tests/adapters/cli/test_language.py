"""The language: chosen by flag, environment, locale; every message has its Vietnamese."""

import gettext

import pytest

from adapters.cli.language import LOCALE, activate, choose
from tests.adapters.cli.conftest import process


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["--lang", "vi", "task"], {"HOSO_LANG": "en"}, "vi"),
        (["task", "list", "--lang=en"], {"HOSO_LANG": "vi"}, "en"),
        (["task"], {"HOSO_LANG": "vi", "LANG": "en_US.UTF-8"}, "vi"),
        ([], {"LC_ALL": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"}, "vi"),
        ([], {"LC_ALL": "en_US.UTF-8", "LANG": "vi_VN.UTF-8"}, "en"),
        ([], {"LANG": "vi"}, "vi"),
        ([], {"LANG": "C.UTF-8"}, "en"),
        ([], {}, "en"),
        (["--", "--lang", "vi"], {}, "en"),
        (["--lang", "fr"], {"LANG": "vi_VN"}, "vi"),
    ],
)
def test_choice(arguments, environment, language):
    """Flag, then HOSO_LANG, then the locale, then English; what is no language of ours is passed over."""
    assert choose(arguments, environment) == language


@pytest.mark.parametrize(
    "command", [(), ("task",), ("task", "complete"), ("verify",), ("login",), ("dossier", "start")]
)
def test_help_in_both_languages(command):
    """Help exists in both languages, with an example, and says other words."""
    english, vietnamese = (process(*command, "--help", "--lang", language) for language in ("en", "vi"))
    assert (english.code, vietnamese.code) == (0, 0)
    assert "Usage: hoso" in english.out
    assert "Cách dùng: hoso" in vietnamese.out
    if command != ("task",):
        assert "Examples:" in english.out
        assert "Ví dụ:" in vietnamese.out


def test_catalogue_is_whole():
    """No message is left without Vietnamese, and each keeps the places to fill in."""
    import string

    with (LOCALE / "vi/LC_MESSAGES/hoso.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    messages = {key: text for key, text in catalogue._catalog.items() if key}
    assert len(messages) > 300
    for english, vietnamese in messages.items():
        names = [
            {name for _t, name, _s, _c in string.Formatter().parse(text) if name} for text in (english, vietnamese)
        ]
        assert names[0] == names[1], english


def test_bad_usage_in_vietnamese(hoso, monkeypatch):
    """Wrong usage is explained in the user's language too, with exit code 2."""
    monkeypatch.setenv("HOSO_LANG", "vi")
    for arguments, words in [
        (("task", "complete"), "thiếu tham số"),
        (("task", "list", "--foo"), "không có tùy chọn --foo"),
        (("verify", "x.asice"), "thiếu tùy chọn"),
        (("task", "lst"), "Không có lệnh 'lst'. Có phải 'list'"),
        (("--lang", "fr", "task", "list"), "fr"),
    ]:
        result = hoso(*arguments)
        assert (result.code, words in result.err) == (2, True), result.err
        assert len(result.err.splitlines()) == 1
    activate("en")
