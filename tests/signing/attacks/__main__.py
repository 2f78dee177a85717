"""Write the corpus anew: `python -m tests.signing.attacks [submissions] [packs] [pdfs]`; all of it without a word."""

import sys

from tests.signing.attacks.case import HERE
from tests.signing.attacks.corpus import write_packs, write_pdfs
from tests.signing.attacks.submissions import ATTACKS


def write_submissions() -> int:
    """Write every submission anew."""
    folder = HERE / "submissions"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for name, build in ATTACKS.items():
        build().write(name)
    return len(ATTACKS)


WRITERS = {"submissions": write_submissions, "packs": write_packs, "pdfs": write_pdfs}
for kind in sys.argv[1:] or WRITERS:
    print(f"{WRITERS[kind]()} attacks on {kind} written")
print("now run: python -m tests.docs --write")
