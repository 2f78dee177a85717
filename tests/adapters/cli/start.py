"""Start the command as the installed script does; with HOSO_TEST_MODULES, print what it imported."""

import atexit
import os
import sys
from pathlib import Path

from adapters.main import main

if target := os.environ.get("HOSO_TEST_MODULES"):

    @atexit.register
    def _print() -> None:
        Path(target).write_text("\n".join(sorted(sys.modules)))


if __name__ == "__main__":
    main()
