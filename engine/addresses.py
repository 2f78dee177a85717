"""What an address, a name or a subject may never hold: what would end a header's line and begin another one."""

import re
import unicodedata

# One address and nothing beside it: no display name, no comment, no list, no quoted local part.
ADDRESS = re.compile("[!#-'*+./0-9=?A-Z^_`a-z{|}~\u00a1-\U0010ffff-]{1,64}@[A-Za-z0-9.\u00a1-\U0010ffff-]{1,190}")
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, lone surrogates, line and paragraph separators


def breaks_line(text: str) -> bool:
    """Whether it holds a line break or any other control character."""
    return any(unicodedata.category(character) in _BREAKS for character in text)


def is_address(text: str) -> bool:
    """Whether it looks like one email address."""
    return ADDRESS.fullmatch(text) is not None and not any(unicodedata.category(each)[0] in "CZ" for each in text)
