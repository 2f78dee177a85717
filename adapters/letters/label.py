"""The address label of a dispatch by post: A6, with sender, recipient, and the code as text, Code 128 and QR."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.letters.errors import LetterError
from adapters.letters.marks import MARKS, bars, qr
from adapters.letters.typeset import typeset

TEMPLATE = Path(__file__).with_name("label.typ")
LONGEST = {"code": 64, "item": 40, "dossier": 64, "address": 240, "phone": 40, "name": 120, "note": 80}


def address_label(dispatch: Mapping[str, object], *, at: datetime) -> bytes:
    """Make the label's PDF/A-2b, the same bytes for the same dispatch and time.

    `dispatch` has `code` (what the scanner reads: printable ASCII, at most 64 characters), `sender` (`name`, and if
    known `address`, `phone`), `recipient` (`recipient` or `name`, `address`, and if known `phone`), and if wanted
    `dossier`, `note` and `item`: the carrier's code, which is its Code 128 then. Raises `LetterError` (`letter-field`).
    """
    return draw_label(dispatch, at=at, form="pdf")


def draw_label(dispatch: Mapping[str, object], *, at: datetime, form: str) -> bytes:
    """Draw the label as `pdf` or `png`."""
    sender, recipient = _part(dispatch, "sender"), _part(dispatch, "recipient")
    texts = {
        "code": _text(dispatch, "code", "code", needed=True),
        "item": _text(dispatch, "item", "item code"),
        "sender": _text(sender, "name", "sender's name", needed=True),
        "sender_address": _text(sender, "address", "sender's address"),
        "sender_phone": _text(sender, "phone", "sender's phone"),
        "recipient": _text({"name": recipient.get("recipient"), **recipient}, "name", "recipient's name", needed=True),
        "address": _text(recipient, "address", "recipient's address", needed=True),
        "phone": _text(recipient, "phone", "recipient's phone"),
        "dossier": _text(dispatch, "dossier", "dossier"),
        "note": _text(dispatch, "note", "note"),
    }
    local = at.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    modules = bars(texts["item"] or texts["code"], "label")
    data = {**texts, "modules": modules, "printed": f"In lúc {local:%H:%M} ngày {local:%d/%m/%Y}"}
    files = {"label.typ": TEMPLATE.read_bytes(), "marks.typ": MARKS.read_bytes(), "qr.svg": qr(texts["code"])}
    return typeset("label.typ", files, data, at=at, form=form).content


def _part(dispatch: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = dispatch.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(part: Mapping[str, object], name: str, called: str, *, needed: bool = False) -> str:
    found = part.get(name)
    text = " ".join(str(found).split()) if found is not None else ""
    if needed and not text:
        raise LetterError("letter-field", f"the label needs the {called}, and the dispatch has none; complete it")
    if len(text) > LONGEST[name]:
        reason = f"the label's {called} has {len(text)} characters, room is for {LONGEST[name]}; shorten it"
        raise LetterError("letter-field", reason)
    return text
