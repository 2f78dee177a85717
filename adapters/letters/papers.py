"""The papers of the post: the slip in a parcel, the day's manifest, the record of the hand-over.

The same input gives the same bytes. The record names codes alone; slip and manifest name people, and are not kept.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.letters.marks import MARKS, bars, qr
from adapters.letters.render import render
from adapters.letters.typeset import typeset
from engine.calendar import VIETNAM

HERE = Path(__file__).parent
COUNTERSIGNED_FIELD = "sign-approval-carrier"
"""Where the carrier signs in the record's PDF."""
PAYERS = {"agency": "Cơ quan trả", "recipient": "Người nhận trả", "free": "Miễn cước"}
_ENDS = {"delivered": "Đã phát", "returned": "Đã chuyển hoàn", "lost": "Thất lạc"}
COPY, ORIGINAL = "Bản in từ bản điện tử", "Bản chính"
_MEANS = {
    "telephone": "qua điện thoại",
    "in-person": "gặp trực tiếp",
    "email": "qua thư điện tử",
    "online-form": "qua biểu mẫu điện tử",
    "paper": "bằng văn bản",
}
Json = Mapping[str, Any]


def slip(parcel: Json, *, at: datetime, form: str = "pdf") -> bytes:
    """The *phiếu gửi hồ sơ* of one parcel, A5, as `pdf` or `png`.

    `parcel`: `code`, `item`, `dossier`, `procedure`, `carrier`, `payer`, `recipient` (as of a dispatch), `sender`
    (`name`, `address`, `phone`, `email`), `consent` (as of a dispatch), `document` and `originals`, its papers.
    """
    to, sender = parcel["recipient"], parcel["sender"]
    data = {
        **{name: _text(parcel.get(name)) for name in ("code", "item", "dossier", "procedure", "carrier")},
        "modules": bars(_text(parcel.get("item")) or parcel["code"], "slip"),
        "sender": _text(sender["name"]),
        **{f"sender_{name}": _text(sender.get(name)) for name in ("address", "phone", "email")},
        "recipient": _text(to.get("recipient") or to.get("name")),
        **{name: _text(to.get(name)) for name in ("address", "phone")},
        "papers": [
            {"name": _text(parcel["document"]), "kind": COPY},
            *({"name": _text(title), "kind": ORIGINAL} for title in parcel["originals"]),
        ],
        "payer": PAYERS.get(parcel["payer"], _text(parcel["payer"])),
        "consent": _consent(parcel.get("consent") or {}),
        "printed": _printed(at),
    }
    files = {"marks.typ": MARKS.read_bytes(), "qr.svg": qr(parcel["code"])}
    return _typeset("slip.typ", files, data, at, form)


def manifest(agency: str, day: str, carrier: str, rows: Sequence[Json], *, at: datetime, form: str = "pdf") -> bytes:
    """The day's manifest, A4 landscape; `rows` as `adapters/dispatch/manifest` has them."""
    shown = [
        {
            "name": _text(row["recipient"].get("recipient")),
            **{name: _text(row["recipient"].get(name)) for name in ("address", "phone")},
            **{name: _text(row.get(name)) for name in ("code", "item", "carrier")},
            "payer": PAYERS.get(row["payer"], _text(row["payer"])),
            "end": _ENDS.get(_text(row.get("state")), ""),
        }
        for row in rows
    ]
    data = {"agency": agency, "day": day, "carrier": carrier, "rows": shown, "totals": _totals(rows)}
    return _typeset("manifest.typ", {}, {**data, "printed": _printed(at)}, at, form)


def handover_record(record: Json, *, at: datetime) -> bytes:
    """The *biên bản giao nhận* as PDF, with an empty field in which the carrier signs.

    `record`: `code`, `agency`, `identifier`, `carrier`, `digest` of the list, `parcels` (`dispatch`, `item`).
    """
    files = {"handover.typ": (HERE / "handover.typ").read_bytes()}
    return render("handover.typ", files, {**record, "made": _moment(at)}, at=at)


def _typeset(template: str, files: Mapping[str, bytes], data: Json, at: datetime, form: str) -> bytes:
    return typeset(template, {template: (HERE / template).read_bytes(), **files}, data, at=at, form=form).content


def _totals(rows: Sequence[Json]) -> list[Json]:
    found: dict[str, list[int]] = {}
    for row in rows:
        total = found.setdefault(_text(row.get("carrier")) or "(chưa rõ)", [0, 0])
        total[0] += 1
        total[1] += len(row["originals"])
    return [{"carrier": name, "parcels": of[0], "originals": of[1]} for name, of in sorted(found.items())]


def _consent(given: Json) -> str:
    """Who agreed, when, by which means; an empty text where nobody wrote it down."""
    when, means = _day(_text(given.get("when"))), _MEANS.get(_text(given.get("channel")), "")
    return ", ".join(part for part in (_text(given.get("who")), f"ngày {when}" if when else "", means) if part)


def _day(when: str) -> str:
    """The day in Vietnam, as it is written there; what is no time as it stands."""
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        return when
    return f"{at.astimezone(VIETNAM) if at.tzinfo else at:%d/%m/%Y}"


def _text(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _moment(at: datetime) -> str:
    local = at.astimezone(VIETNAM)
    return f"{local:%H:%M} ngày {local:%d/%m/%Y}"


def _printed(at: datetime) -> str:
    return f"In lúc {_moment(at)}"
