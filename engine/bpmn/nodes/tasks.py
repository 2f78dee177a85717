"""Tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from engine.bpmn.graph import (
    BusinessRuleTask,
    MultiInstance,
    Place,
    PlainTask,
    ReceiveTask,
    SendTask,
    ServiceTask,
    Signature,
    Strategy,
    UserTask,
)
from engine.bpmn.nodes.loops import read_loop
from engine.bpmn.nodes.messages import read_thrown
from engine.bpmn.nodes.source import Source, check_children, flag, names
from engine.bpmn.nodes.triggers import read_message
from engine.bpmn.problems import Mark
from engine.bpmn.vendor import Extensions
from engine.capacities import read_capacities

SIGNATURES = ("none", "initial", "approval", "organ")
PLACES = ("anywhere", "office")
STRATEGIES = ("queue", "least-loaded", "least-recent")
LONGEST_KIND = 100


def read_user_task(source: Source, extensions: Extensions) -> UserTask:
    """A user task with what Hoso says of it."""
    found = extensions.properties
    return UserTask(
        **activity(source, extensions),
        role=source.role,
        assignee=extensions.assignee,
        candidate_users=extensions.candidate_users,
        candidate_groups=extensions.candidate_groups,
        form=extensions.form,
        signature=cast(Signature, _one_of(source, found, "signature", SIGNATURES)),
        place=cast(Place, _one_of(source, found, "place", PLACES)),
        documents=names(found["documents"]) if "documents" in found else None,
        not_same_as=names(found.get("notSameAs", "")),
        schedule=extensions.schedule,
        hand_over=found.get("handOver", "").strip() or None,
        unit=extensions.unit,
        document_kind=_document_kind(source, found),
        strategy=cast(Strategy, _one_of(source, found, "assign", STRATEGIES)),
        capacities=_capacities(source, found),
    )


def _capacities(source: Source, found: Mapping[str, str]) -> frozenset[str] | None:
    if "capacity" not in found:
        return None
    text = found["capacity"].strip()
    if found.get("signature", "").strip() != "approval":
        message = "hoso:capacity has no effect: only an approval is signed in a capacity"
        source.refuse("capacity-unused", message, "remove it, or set hoso:signature to approval", mark=Mark(text=text))
        return None
    try:
        return read_capacities(names(text))
    except ValueError as error:
        source.refuse("property-value", f"hoso:capacity: {error}", "write such as: own, KT.", mark=Mark(text=text))
        return None


def _document_kind(source: Source, found: Mapping[str, str]) -> str | None:
    kind = found.get("kind", "").strip()
    if len(kind) > LONGEST_KIND:
        message = f"hoso:kind has {len(kind)} characters"
        source.refuse("property-value", message, f"write at most {LONGEST_KIND} characters", mark=Mark(text=kind))
    return kind or None


def _one_of(source: Source, found: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    value = found.get(name, values[0]).strip()
    if value not in values:
        message, mark = f"hoso:{name} is {value!r}", Mark(text=value)
        source.refuse("property-value", message, f"write one of {', '.join(values)}", mark=mark)
        return values[0]
    return value


def read_service_task(source: Source, extensions: Extensions) -> ServiceTask | None:
    """A service task, which must name its job type."""
    common = activity(source, extensions)
    if not extensions.job_type:
        source.refuse(
            "no-job-type", "the service task names no job type", "set its task definition type, such as hoso.letter"
        )
        return None
    return ServiceTask(**common, job_type=extensions.job_type, headers=extensions.headers, retries=extensions.retries)


def read_business_rule_task(source: Source, extensions: Extensions) -> BusinessRuleTask | None:
    """A business rule task, which must name its decision and a result variable."""
    common = activity(source, extensions)
    if extensions.decision is None:
        remedy = "set its called decision to the id of a decision of the bundle"
        source.refuse("no-decision", "the business rule task names no decision", remedy)
        return None
    if extensions.result_variable is None:
        message = "the decision's value goes nowhere: the task names no result variable"
        source.refuse("no-result-variable", message, "set its result variable")
        return None
    return BusinessRuleTask(
        **common, decision=extensions.decision, result_variable=extensions.result_variable, shape=extensions.shape
    )


def read_plain_task(source: Source, extensions: Extensions) -> PlainTask:
    """A task that is abstract or manual."""
    return PlainTask(**activity(source, extensions))


def read_send_task(source: Source, extensions: Extensions) -> SendTask | None:
    """A task that sends a message."""
    common = activity(source, extensions)
    message = read_message(source, source.element)
    return SendTask(**common, message=read_thrown(source, extensions, message)) if message else None


def read_receive_task(source: Source, extensions: Extensions) -> ReceiveTask | None:
    """A task that waits for a message, or starts the process by it."""
    common = activity(source, extensions)
    message = read_message(source, source.element)
    if message is None:
        return None
    accepts = names(extensions.properties.get("accepts", ""))
    return ReceiveTask(**common, message=message, accepts=accepts, instantiate=flag(source.element, "instantiate"))


def activity(source: Source, extensions: Extensions, *parts: str) -> dict[str, Any]:
    """What every activity has; BPMN parts of it other than `parts` and loops are refused."""
    check_children(source, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", *parts)
    loop = read_loop(source)
    for target, _ in extensions.inputs:
        if isinstance(loop, MultiInstance) and target.partition(".")[0] in loop.own:
            message = f"input {target!r} has the name of what each instance has for itself"
            source.refuse("input-target", message, "name it otherwise")
    return {
        **source.base,
        "default": source.element.get("default"),
        "inputs": tuple(extensions.inputs),
        "outputs": tuple(extensions.outputs),
        "loop": loop,
        "for_compensation": (source.element.get("isForCompensation") or "false").strip() in ("true", "1"),
        "start_quantity": _quantity(source, "startQuantity"),
        "completion_quantity": _quantity(source, "completionQuantity"),
    }


def _quantity(source: Source, name: str) -> int:
    text = (source.element.get(name) or "1").strip()
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 1000:
        return int(text)
    remedy = "write a number from 1 to 1000 (BPMN 2.0 table 10.3)"
    source.refuse("quantity", f"{name} is {text!r}", remedy, mark=Mark(attribute=name))
    return 1
