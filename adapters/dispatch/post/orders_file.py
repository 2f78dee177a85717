"""The day's orders as a file (CSV) that a carrier without an interface of programs takes."""

import csv
import io
from collections.abc import Iterable, Mapping

from adapters.dispatch.post.templates import filled


def orders_csv(columns: Mapping[str, str], parcels: Iterable[Mapping[str, str]]) -> str:
    """One line for each parcel under its heading; a cell that a spreadsheet would run as a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for parcel in parcels:
        writer.writerow([_text(filled(column, parcel)) for column in columns.values()])
    return out.getvalue()


def _text(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
