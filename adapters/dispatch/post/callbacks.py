"""Read a carrier's callback as its profile tells: first whose it is, in constant time, then what it says."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.dispatch.post.profile import Callback
from adapters.dispatch.post.templates import dug, parsed, text_of
from engine.calendar import VIETNAM


def read(callback: Callback, secret: str, headers: Mapping[str, str], body: bytes) -> Sequence[Mapping[str, Any]]:
    """The words, as the protocol of plug-ins gives them; raises PermissionError, ValueError."""
    if callback.field is not None:
        try:
            value = parsed(body)
        except ValueError as error:
            raise PermissionError from error
        _demand(text_of(dug(value, callback.field)) or "", secret)
    else:
        _demand(headers.get((callback.header or "").lower(), ""), _expected(callback, secret, body))
        value = parsed(body)
    words = dug(value, callback.words)
    kept = {} if callback.field is None else {"raw": _without_secret(value, callback.field)}
    if isinstance(words, list) and len(words) > 1:  # each for itself: they tell of several dossiers
        return [{**_word(callback, each), "raw": _written(each)} for each in words]
    return [{**_word(callback, each), **kept} for each in (words if isinstance(words, list) else [words])]


def read_date(text: str, forms: Sequence[str]) -> datetime | None:
    """The time that the text tells in one of these forms, Vietnam's where it names no zone; None where in none."""
    for form in forms:
        try:
            found = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007
            return found if found.tzinfo else found.replace(tzinfo=VIETNAM)
        except (ValueError, OverflowError):
            continue
    return None


def _without_secret(value: Any, field: str) -> bytes:
    """The body again, its secret left out: what is kept of a callback is shown to auditors, and in packs."""
    *above, name = field.split(".")
    holder = dug(value, ".".join(above))
    if isinstance(holder, dict):
        holder[name] = "…"
    return _written(value)


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace")


def _expected(callback: Callback, secret: str, body: bytes) -> str:
    if callback.proof == "token":
        return secret
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _demand(given: str, expected: str) -> None:
    if not expected or not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
        raise PermissionError


def _word(callback: Callback, each: Any) -> Mapping[str, Any]:
    named = {name: text_of(dug(each, getattr(callback, name))) for name in ("item", "status", "at")}
    reference = text_of(dug(each, callback.reference)) if callback.reference else None
    return {**named, "reference": reference, "at": read_date(named["at"] or "", callback.dates)}
