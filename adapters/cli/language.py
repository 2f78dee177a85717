"""The language of help texts and messages: Vietnamese or English.

It is chosen before any command is imported, because a help text is translated while its module loads.
"""

import gettext
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

DOMAIN = "hoso"
LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("vi", "en")


class _Active:
    language = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return "vi" or "en": `--lang`, else HOSO_LANG, else the locale (vi* is Vietnamese), else English."""
    for value in (_flag(arguments), environment.get("HOSO_LANG", "").lower()):
        if value in LANGUAGES:
            return value
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environment.get(variable):
            return "vi" if locale.lower().startswith("vi") else "en"
    return "en"


def _flag(arguments: Sequence[str]) -> str | None:
    for index, argument in enumerate(arguments):
        if argument == "--":
            return None
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def activate(language: str) -> None:
    """Make `language` the one of `_`, and of the words that Typer itself prints."""
    _Active.language = language
    _Active.catalogue = gettext.translation(DOMAIN, LOCALE, languages=[language], fallback=True)
    # Typer asks the process-wide gettext for its headings ("Options", "Commands", …).
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)


def current() -> str:
    """Return the active language: "vi" or "en"."""
    return _Active.language


def _(message: str) -> str:
    """Translate a message; English is the source."""
    return _Active.catalogue.gettext(message) if message else ""


def N_(message: str) -> str:  # noqa: N802  (the name that gettext's tools look for)
    """Mark a message for the catalogue; it is translated where it is printed."""
    return message


TYPER_WORDS = (
    N_("Arguments"),
    N_("Options"),
    N_("Commands"),
    N_("required"),
    N_("default: {default}"),
    N_("env var: {var}"),
    N_("Missing command."),
    N_("No such command {name!r}."),
)
