"""Where the standard says what a refusal's code stands for: clauses of BPMN 2.0.2 (formal/13-12-09)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CLAUSES: Mapping[str, str] = MappingProxyType(
    {
        "boundary-detached": "10.5.4",
        "boundary-host": "10.5.4",
        "called-unknown": "10.3.6",
        "condition-empty": "8.4.13",
        "condition-forbidden": "8.4.13",
        "condition-missing": "10.6.2",
        "dangling-reference": "15.3.2",
        "default-elsewhere": "8.4.13",
        "default-forbidden": "10.6.4",
        "duplicate-id": "8.3.1",
        "event-unsupported": "10.5.1",
        "event-untriggered": "10.5.4",
        "expression-informal": "8.4.6",
        "expression-language": "8.4.6",
        "flow-end": "8.4.13",
        "flow-from-end": "10.5.3",
        "flow-into-start": "10.5.2",
        "flow-lists": "8.4.13",
        "flow-not-immediate": "8.4.13",
        "gateway-direction": "8.4.9",
        "handler": "10.7.1",
        "lane-node": "10.8",
        "lane-overlap": "10.8",
        "loop-behaviour": "10.3.8",
        "loop-count": "10.3.8",
        "loop-endless": "10.3.8",
        "loop-maximum": "10.3.8",
        "message-flow-end": "9.4",
        "message-flow-inside": "9.4",
        "no-condition": "10.5.5",
        "no-id": "8.3.1",
        "no-incoming": "13.2",
        "no-link": "10.5.5",
        "no-message": "10.5.5",
        "no-outgoing": "13.2",
        "no-signal": "10.5.5",
        "process-public": "10.2",
        "quantity": "10.3",
        "schema": "15.3",
        "timer-parts": "10.5.5",
        "timer-unreadable": "10.5.5",
    }
)


def cited(code: str, message: str) -> str:
    """The message with the clause behind its code, where the standard has one and the message does not say it."""
    clause = CLAUSES.get(code)
    return message if clause is None or "BPMN 2.0" in message else f"{message} (BPMN 2.0.2 §{clause})"
