"""`make bench`: what the first release promises about cost; each line a ratio against something in the same run."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from adapters.console.demo.stage import HOSO, Stage
from adapters.console.demo.story import Story
from tests.bench.audit import audits
from tests.bench.expressions import RULES, condition, table
from tests.bench.inbox import inboxes
from tests.bench.kernel import kernel
from tests.bench.parcels import parcels
from tests.bench.serving import completions_over_http
from tests.bench.signing import signing
from tests.bench.trail import trails
from tests.bench.week import week
from tests.bench.wide import completions


def median_us(act: Callable[[], object], times: int = 2000) -> float:
    """The median time of an act, in microseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter_ns()
        act()
        taken.append(time.perf_counter_ns() - began)
    return statistics.median(taken) / 1000


def expressions() -> None:
    """A gateway condition and a decision table, compiled once, each against the same written in Python."""
    for what, pair in (
        ("feel: a condition", condition()),
        (f"dmn: a UNIQUE table of {RULES} rules x 3 inputs", table()),
    ):
        ours, plain = (median_us(act, 5000) for act in pair)
        print(f"{what} costs {ours:.1f} us, {ours / plain:.0f} x the same in Python")


def cold_start() -> None:
    """`hoso inbox`, cold, against `hoso --version` and a Python that does nothing; the best of five, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder) / "bench")
        try:
            stage.clear()
            for _ in Story(stage).set_up():
                pass
            environment = stage.officer_environment("lan")
            commands = [*HOSO, "inbox"], [*HOSO, "--version"], [sys.executable, "-c", "pass"]
            runs = [[_seconds(command, environment) for command in commands] for _ in range(5)]
        finally:
            stage.close()
    listed, version, empty = (min(times) for times in zip(*runs, strict=True))
    told = f"{listed:.2f} s, {listed / version:.1f} x hoso --version ({version:.2f} s)"
    print(f"hoso inbox, cold: {told}, {listed / empty:.1f} x an empty Python ({empty:.2f} s)")


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}")
    measured = (
        kernel,
        completions,
        inboxes,
        expressions,
        signing,
        trails,
        completions_over_http,
        parcels,
        week,
        audits,
        cold_start,
    )
    for measure in measured:
        measure()
