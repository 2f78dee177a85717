"""Where the standard says what a refusal's code stands for: clauses of BPMN 2.0.2 (formal/13-12-09)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

CLAUSES: Mapping[str, str] = MappingProxyType(
    {
        "adhoc-empty": "10.3.5",
        "adhoc-part": "10.3.5",
        "association-end": "10.4.1",
        "association-item": "10.4.2",
        "association-sources": "10.4.2",
        "binding-item": "10.4.1",
        "boundary-cancels": "10.5.4",
        "boundary-detached": "10.5.4",
        "boundary-host": "10.5.4",
        "call-data": "10.3.6",
        "call-item": "10.3.6",
        "called-unknown": "10.3.6",
        "cancel-host": "10.5.4",
        "cancel-outside": "10.5.3",
        "choice-boundary": "10.6.6",
        "choice-joined": "10.6.6",
        "choice-mixed": "10.6.6",
        "choice-of-one": "10.6.6",
        "choice-target": "10.6.6",
        "code-missing": "8.4.3",
        "collection": "10.4.1",
        "compensation-flow": "10.5.4",
        "compensation-unseen": "10.7.2",
        "condition-alone": "8.4.13",
        "condition-empty": "8.4.13",
        "condition-forbidden": "8.4.13",
        "condition-missing": "10.6.2",
        "condition-not-boolean": "10.3.8",
        "conversation-inside": "9.5",
        "dangling-reference": "15.3.2",
        "data-name": "10.4.1",
        "data-unused": "10.4.1",
        "default-elsewhere": "8.4.13",
        "default-forbidden": "10.6.4",
        "definition-not-shared": "10.5.1",
        "duplicate-id": "8.3.1",
        "end-without-start": "10.5.2",
        "event-data": "10.5.1",
        "event-item": "10.5.1",
        "event-subprocess-flow": "10.3.5",
        "event-subprocess-start": "10.3.5",
        "event-unsupported": "10.5.1",
        "event-untriggered": "10.5.4",
        "expression-empty": "8.4.6",
        "expression-informal": "8.4.6",
        "expression-language": "8.4.6",
        "flow-end": "8.4.13",
        "flow-from-end": "10.5.3",
        "flow-into-start": "10.5.2",
        "flow-lists": "8.4.13",
        "flow-not-immediate": "8.4.13",
        "gateway-direction": "8.4.9",
        "gateway-idle": "10.6.1",
        "gateway-parallel": "10.6.6",
        "handler": "10.7.1",
        "handler-flow": "10.7.1",
        "handlers": "10.7.1",
        "instantiate-incoming": "10.6.6",
        "lane-node": "10.8",
        "lane-overlap": "10.8",
        "language-uri": "8.2.1",
        "link-ends": "10.5.5",
        "link-flow": "10.5.4",
        "link-source": "10.5.5",
        "link-target": "10.5.5",
        "link-twice": "10.5.5",
        "loop-behaviour": "10.3.8",
        "loop-collection": "10.3.8",
        "loop-count": "10.3.8",
        "loop-endless": "10.3.8",
        "loop-item": "10.3.8",
        "loop-maximum": "10.3.8",
        "message-data": "10.3.3",
        "message-flow-end": "9.4",
        "message-flow-inside": "9.4",
        "message-item": "10.3.3",
        "message-missing": "10.5.5",
        "multiplicity": "9.3.1",
        "no-condition": "10.5.5",
        "no-id": "8.3.1",
        "no-incoming": "13.2",
        "no-link": "10.5.5",
        "no-message": "10.5.5",
        "no-outgoing": "13.2",
        "no-signal": "10.5.5",
        "operation-missing": "10.5.5",
        "operation-unbound": "10.3.6",
        "part-elsewhere": "9.5",
        "process-public": "10.2",
        "quantity": "10.3",
        "resource-missing": "10.3.1",
        "resource-twice": "10.3.1",
        "schema": "15.3",
        "service-data": "10.3.3",
        "service-item": "10.3.3",
        "set-part": "10.4.1",
        "start-triggered": "10.5.2",
        "start-untriggered": "10.5.2",
        "start-without-end": "10.5.3",
        "subprocess-data": "10.4.1",
        "text-format": "8.4.1",
        "timer-parts": "10.5.5",
        "timer-unreadable": "10.5.5",
    }
)


def cited(code: str, message: str) -> str:
    """The message with the clause behind its code, where the standard has one and the message does not say it."""
    clause = CLAUSES.get(code)
    return message if clause is None or "BPMN 2.0" in message else f"{message} (BPMN 2.0.2 §{clause})"


_SAID = re.compile(r" ?\(BPMN 2\.0(?:\.2)? (?P<clause>[^()]{1,60})\)")


def clause_of(code: str, message: str) -> str:
    """The clause behind a finding, as `BPMN 2.0.2 §10.5.5`: the one that its message names, else that of its code."""
    if said := _SAID.search(message):
        return f"BPMN 2.0.2 {said['clause']}"
    clause = CLAUSES.get(code)
    return f"BPMN 2.0.2 §{clause}" if clause else ""


def without_clause(message: str) -> str:
    """The message alone, for where the clause is shown by itself."""
    return _SAID.sub("", message, count=1)
