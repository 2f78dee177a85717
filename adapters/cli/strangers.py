"""Read a stranger's PDF with limits of memory and time: this machine is its officer's, or its auditor's."""

import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from signing.errors import Undecidable

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
CPU_SECONDS, CLOCK_SECONDS, MEMORY_BYTES = 60, 180, 512 << 20
"""For a verdict on what a server took within less: an auditor's machine may be slower."""


def limited(work: Callable[_Given, _Result], *given: _Given.args, **named: _Given.kwargs) -> _Result:
    """Do the work as it would be done here, in a child; Invalid `pdf-malformed` where it takes too much."""
    if os.name != "posix":  # elsewhere no process forks, and only the file's size is bounded
        return work(*given, **named)
    from adapters.limits.limited import limited

    return limited(work, *given, **named)


def patient(work: Callable[_Given, _Result], *given: _Given.args, **named: _Given.kwargs) -> _Result:
    """The same for a verdict: Undecidable `pdf-limits` where it takes too much, or no child is to be had."""
    if os.name != "posix":
        return work(*given, **named)
    from adapters.limits.limited import Limits, LimitsUnavailable, PastLimits

    limits = Limits(cpu_seconds=CPU_SECONDS, clock_seconds=CLOCK_SECONDS, memory_bytes=MEMORY_BYTES)
    try:
        return limits.run(work, *given, **named)
    except PastLimits as error:
        raise Undecidable("pdf-limits", error.message) from error
    except LimitsUnavailable as error:
        raise Undecidable("pdf-limits", str(error)) from error
