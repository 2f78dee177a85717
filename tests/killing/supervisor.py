"""A warm process that forks servers: each is `hoso serve`, or `hoso worker`, in a process of its own.

It begins as a server itself, until SIGTERM; so what it forks then has imported, compiled and cached everything, and a
server that starts anew costs its own start alone (settings, schema, log key, worker). When it forks it has one thread,
and no connection to a database. Reads lines of JSON; answers each with a pid.
"""

import functools
import gc
import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters import clock, wiring
from adapters.application import work
from adapters.console.serve import serve
from adapters.console.worker import worker
from adapters.jobs import tries
from adapters.settings import read_settings

PATIENCE = 15.0  # seconds that its threads may take to end


def main() -> None:
    """Serve until SIGTERM; then fork a server for each line until there is none."""
    wiring.connect = functools.cache(wiring.connect)  # the store keeps what it compiled
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the server takes it while it runs, and passes it on
    asked = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w")
    print(os.getpid(), file=answers, flush=True)
    _serve(asked)
    os.environ.update(asked["environment"])
    wiring.connect(read_settings()).close()
    deadline = time.monotonic() + PATIENCE
    while threading.active_count() > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    if threading.active_count() > 1:
        raise SystemExit(f"still at work: {threading.enumerate()}")
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is dead is looked for by others
    print("warm", file=answers, flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                _serve(json.loads(line))
            finally:
                os._exit(1)
        print(pid, file=answers, flush=True)


def _serve(asked: dict[str, Any]) -> None:
    """Be a server, or a worker: by its settings, with the clock and the lease of the test."""
    os.environ.update(asked["environment"])
    with Path(asked["log"]).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if asked["ahead"] is not None:
        ahead = timedelta(seconds=asked["ahead"])
        clock.now = lambda: datetime.fromtimestamp(time.time(), UTC) + ahead
    if asked["lease"] is not None:
        work.LEASE = timedelta(seconds=asked["lease"])
        # Here the servers are killed, twice a second: that is no fault of a job or a mail.
        work.FEW_LAPSES = tries.MOST_COPIES = 10_000
    if asked["port"] is None:
        worker(threads=None, data=None)
    else:
        serve(host=asked["host"], port=asked["port"], data=None)


if __name__ == "__main__":
    main()
