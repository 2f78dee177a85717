"""The receipt of a result that is given at the counter: A5, to be signed by who takes it and by the officer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.letters.errors import LetterError
from adapters.letters.typeset import typeset
from engine.calendar import VIETNAM

TEMPLATE = Path(__file__).with_name("counter_receipt.typ")
LONGEST = 500  # characters of a text
MOST_PAPERS = 12  # rows that one page holds
IDENTITIES: Mapping[str, str] = {
    "cccd": "Căn cước công dân, thẻ căn cước",
    "cmnd": "Chứng minh nhân dân",
    "passport": "Hộ chiếu",
    "vneid": "Căn cước điện tử (VNeID)",
    "other": "Giấy tờ khác",
}


def counter_receipt(told: Mapping[str, Any], *, at: datetime, form: str = "pdf") -> bytes:
    """Make the receipt's PDF/A-2b, the same bytes for the same receipt and time.

    `told` has `code`, `dossier`, `title`, `applicant`, `agency`, `address`; `papers` (`title`, `copies`, `original`);
    and, where it was given (`given`), `to`, `name`, `identity`, `known`, `authority`. Raises `LetterError`.
    """
    papers: Sequence[Mapping[str, Any]] = told["papers"]
    if len(papers) > MOST_PAPERS:
        reason = f"the receipt has {len(papers)} papers, room is for {MOST_PAPERS}; name several of them in one line"
        raise LetterError("letter-field", reason)
    local, identity = at.astimezone(VIETNAM), told.get("identity")
    data = {
        **{name: _text(told.get(name)) for name in ("code", "dossier", "title", "applicant", "agency", "address")},
        "name": _text(told.get("name")),
        "authorised": told.get("to") == "authorised",
        "identity": IDENTITIES.get(str(identity["kind"]), "") if identity else "",
        "last": str(identity["last"]) if identity else "",
        "known": _text(told.get("known")),
        "given": bool(told.get("given")),
        "papers": [_paper(paper) for paper in papers],
        "date": f"ngày {local:%d} tháng {local:%m} năm {local:%Y}",
        "time": f"{local:%H} giờ {local:%M} phút",
    }
    return typeset(
        "counter_receipt.typ", {"counter_receipt.typ": TEMPLATE.read_bytes()}, data, at=at, form=form
    ).content


def _paper(paper: Mapping[str, Any]) -> dict[str, object]:
    kind = "Bản chính" if paper["original"] else "Bản sao"
    return {"title": _text(paper["title"]), "copies": int(paper["copies"]), "kind": kind}


def _text(value: object) -> str:
    text = " ".join(str(value).split()) if value is not None else ""
    if len(text) > LONGEST:
        raise LetterError("letter-field", f"a text of the receipt has {len(text)} characters, room is for {LONGEST}")
    return text
