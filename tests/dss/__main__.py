"""Lock anew what EU DSS consists of, after a change of pom.xml: `python -m tests.dss`."""

import tempfile
from pathlib import Path

from tests.dss.jars import LOCK, digests, fetch

with tempfile.TemporaryDirectory() as folder:
    fetch(Path(folder) / "jars")
    LOCK.write_text(digests(Path(folder) / "jars"), "ascii")
