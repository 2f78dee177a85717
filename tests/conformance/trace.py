"""The script language `trace` of the control-flow suite: what script tasks ran, as a multiset over all instances.

The languages of script tasks are a port of the engine; once it executes script tasks, the bpmn runner registers this
language there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

FORMAT = "trace"
_INCREMENT = "INCREMENT_INTEGER_VARIABLE"
_MARKER = "CREATE_MARKER_FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a script did: data to merge, seconds that it took, whether it ended in a BPMN error (without a code)."""

    data: Mapping[str, object] = field(default_factory=dict)
    seconds: int = 0
    error: bool = False


@dataclass(slots=True, kw_only=True)
class Trace:
    """Runs scripts and counts them; `marker` says whether the case's own trace names the marker file."""

    marker: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, text: str, data: Mapping[str, object]) -> Ran:
        """Run one script text over the instance's data."""
        text = text.strip()
        if text in (_INCREMENT, f"{_INCREMENT}_AND_LOG"):
            number = data.get("integerVariable", 0)
            assert isinstance(number, int)
            self.counts[text] += text != _INCREMENT
            return Ran(data={"integerVariable": number + 1})
        if text == _MARKER and self.marker:
            self.counts[text] = 1
        elif text.startswith("SCRIPT_task") or (text == "LOG_DATA" and data.get("data") == "String"):
            self.counts[text] += 1
        if text == "SET_STRING_DATA":
            return Ran(data={"data": "String"})
        return Ran(seconds=10 if text == "WAIT_TEN_SECONDS" else 0, error=text == "THROW_ERROR")
