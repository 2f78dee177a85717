"""The capacities in which an approval may be signed (NĐ 30/2020 Đ13), as processes and procedure records write them.

Records of approvals write one's own position as empty text; here it has a name, so that a list can allow it alone.
"""

from collections.abc import Iterable

WRITTEN = {"own": "", "TM.": "TM.", "Q.": "Q.", "KT.": "KT.", "TL.": "TL.", "TUQ.": "TUQ."}
"""What lists say → what records of approvals say."""
BY_MANDATE = frozenset({"KT.", "TL.", "TUQ."})
"""Those that a document gives; a record that names one names the document, too."""


def read_capacities(names: Iterable[str]) -> frozenset[str]:
    """The capacities as records write them; ValueError for an unknown or a repeated one, and for none."""
    given = list(names)
    if unknown := [name for name in given if name not in WRITTEN]:
        raise ValueError(f"capacity {unknown[0][:40]!r}, expected some of {', '.join(WRITTEN)}")
    if not given or len(set(given)) != len(given):
        raise ValueError(f"expected each once, and at least one, of {', '.join(WRITTEN)}")
    return frozenset(WRITTEN[name] for name in given)


def told(capacities: Iterable[str]) -> str:
    """The names of capacities as records write them, in the order of the law."""
    found = set(capacities)
    return ", ".join(name for name, written in WRITTEN.items() if written in found)
