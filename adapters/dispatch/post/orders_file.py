"""The day's orders as a file (CSV) that a carrier without an interface of programs takes."""

import csv
import io
import re
from collections.abc import Iterable, Mapping

from adapters.dispatch.post.templates import filled

_TELEPHONE = re.compile(r"\+[0-9]+")  # the carrier's program wants it as it is, and no formula is made of that


def orders_csv(columns: Mapping[str, str], parcels: Iterable[Mapping[str, str]]) -> str:
    """One line for each parcel under its heading; a cell that a spreadsheet would run as a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for parcel in parcels:
        writer.writerow([_text(filled(column, parcel)) for column in columns.values()])
    return out.getvalue()


def _text(cell: str) -> str:
    if _TELEPHONE.fullmatch(cell):
        return cell
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
