"""The lists and their columns, by their English and their Vietnamese names."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

List = Literal["units", "positions", "officers", "roles", "mandates"]

# The name of a file without its folder and ending.
FILES: Mapping[str, List] = MappingProxyType(
    {
        "units": "units",
        "don-vi": "units",
        "positions": "positions",
        "vi-tri": "positions",
        "officers": "officers",
        "can-bo": "officers",
        "roles": "roles",
        "vai-tro": "roles",
        "mandates": "mandates",
        "uy-quyen": "mandates",
    }
)

_CONTACT = {"email": "thư điện tử", "phone": "điện thoại"}
_DATES = {"since": "từ ngày", "until": "đến ngày", "document": "văn bản"}
_POSITION = {"title": "chức vụ", "unit": "đơn vị", "rank": "cấp", "roles": "vai trò"}

# Of each list: its columns in the order in which they are written, with their Vietnamese names.
COLUMNS: Mapping[List, Mapping[str, str]] = MappingProxyType(
    {
        "units": {"id": "mã", "name": "tên", "parent": "trực thuộc", "collective": "tập thể", **_CONTACT},
        "positions": {"id": "mã", **_POSITION},
        "officers": {
            "id": "mã",
            "name": "họ và tên",
            "position": "vị trí",
            **_POSITION,
            "acting": "quyền",
            **_DATES,
            **_CONTACT,
            "subject": "định danh",
        },
        "roles": {"officer": "cán bộ", "role": "vai trò", "unit": "đơn vị", **_DATES},
        "mandates": {
            "id": "mã",
            "kind": "hình thức",
            "given_by": "bên giao",
            "given_to": "bên nhận",
            **_DATES,
            "procedures": "thủ tục",
            "kinds": "loại văn bản",
            "condition": "điều kiện",
            "under": "theo giấy",
            "when_away": "khi vắng",
        },
    }
)
REQUIRED: Mapping[List, tuple[str, ...]] = MappingProxyType(
    {
        "units": ("id", "name"),
        "positions": ("id", "title", "unit"),
        "officers": ("id", "name"),
        "roles": ("officer", "role", "unit", "since"),
        "mandates": ("id", "kind", "given_by", "given_to", "since", "document"),
    }
)
# What people add for themselves: counted rows, remarks.
IGNORED = frozenset({"", "stt", "no", "no.", "ghi chú", "note", "notes"})


def plain(text: str) -> str:
    """The text composed (NFC), without space around it, and with single spaces within."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def list_of(file: str) -> List | None:
    """Which list a file holds, by its name."""
    name = plain(file.replace("\\", "/").rsplit("/", 1)[-1]).casefold()
    return FILES.get(name.removesuffix(".csv"))


def column_of(of: List, title: str) -> str | None:
    """Which column a title names, in either language; an ignored one is empty, an unknown one None."""
    name = plain(title.replace("_", " ")).casefold()
    if name in IGNORED:
        return ""
    for column, vietnamese in COLUMNS[of].items():
        if name in (column.replace("_", " "), vietnamese):
            return column
    return None
