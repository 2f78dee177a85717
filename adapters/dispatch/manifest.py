"""The day's manifest of parcels: one line each, as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.letters.papers import PAYERS
from engine.calendar import VIETNAM

COLUMNS = (
    "Mã gửi", "Hồ sơ", "Người nhận", "Địa chỉ", "Điện thoại", "Tài liệu", "Trạng thái", "Lúc", "Mã bưu gửi",
    "Đơn vị chuyển phát", "Cước",
)  # fmt: skip


def manifest_csv(parcels: Iterable[Mapping[str, Any]]) -> str:
    """The manifest with its heading; a cell that a spreadsheet would run as a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in parcels:
        to = row["recipient"]
        when = row["created"].astimezone(VIETNAM)
        cells = (
            row["code"],
            row["dossier"],
            to.get("recipient", ""),
            to.get("address", ""),
            to.get("phone", ""),
            row["document"],
            row["state"],
            f"{when:%Y-%m-%d %H:%M}",
            row["item"] or "",
            row["carrier"] or "",
            PAYERS.get(row["payer"], row["payer"]),
        )
        writer.writerow([_text(cell) for cell in cells])
    return out.getvalue()


def _text(cell: str) -> str:
    """CSV injection: a leading = + - @ or tab would be a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
