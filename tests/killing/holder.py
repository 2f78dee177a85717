"""An act in hand: a write transaction that holds the log's head, as any act does for a moment, and never goes on.

python -m tests.killing.holder DATABASE-URL
"""

import sys
import threading

from adapters.database import trail
from adapters.database.store import open_store

if __name__ == "__main__":
    with open_store(sys.argv[1]).write() as tx:
        trail.head(tx, lock=True)
        print("held", flush=True)
        threading.Event().wait()
