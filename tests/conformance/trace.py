"""The script language `trace` of the control-flow suite: what script tasks ran, as a multiset over all instances.

The languages of script tasks are a port of the engine; the bpmn runner registers this one there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.bpmn.scope import Scope
from engine.bpmn.scripts import Ran

FORMAT = "trace"
_INCREMENT = "INCREMENT_INTEGER_VARIABLE"
_MARKER = "CREATE_MARKER_FILE"


@dataclass(slots=True, kw_only=True)
class Trace:
    """Runs scripts and counts them; `marker` says whether the case's own trace names the marker file."""

    marker: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def compile(self, text: str, result: str | None) -> TraceScript:
        """A script; what it gives goes to variables of its own choice."""
        return TraceScript(trace=self, text=text.strip())

    def run(self, text: str, data: Mapping[str, object]) -> Ran:
        """Run one script text over the instance's data; one may end in a BPMN error."""
        if text in (_INCREMENT, f"{_INCREMENT}_AND_LOG"):
            number = data.get("integerVariable", 0)
            assert isinstance(number, int)
            self.counts[text] += text != _INCREMENT
            return Ran(values={"integerVariable": Decimal(number + 1)})
        if text == _MARKER and self.marker:
            self.counts[text] = 1
        elif text.startswith("SCRIPT_task") or (text == "LOG_DATA" and data.get("data") == "String"):
            self.counts[text] += 1
        if text == "SET_STRING_DATA":
            return Ran(values={"data": "String"})
        return Ran(seconds=10 if text == "WAIT_TEN_SECONDS" else 0, error=text == "THROW_ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceScript:
    """One script of the language, ready to run."""

    trace: Trace
    text: str

    def run(self, scope: Scope) -> Ran:
        """Run it over the data; the time makes no difference."""
        return self.trace.run(self.text, scope.data)
