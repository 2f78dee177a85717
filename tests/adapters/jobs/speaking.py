"""Processes that send, await and start by messages, signals and timers; and who sends."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from adapters.application import messages
from adapters.application.answer import Answer, Request
from adapters.database import tables
from adapters.database import trail as stored_trail
from signing.canonical import parse_canonical
from tests.adapters.application.bundles import Bundle, accepts, bundle, task
from tests.adapters.application.world import World
from tests.engine.bpmn.models import chain, end, start_event

MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
SIGNAL = '<bpmn:signalEventDefinition signalRef="n"/>'


def named(name: str = "tra-loi", key: str = "") -> str:
    """The message `m`, with the key that is awaited; and the signal `n`."""
    own = f'<bpmn:extensionElements><zeebe:subscription correlationKey="{key}"/></bpmn:extensionElements>'
    return f'<bpmn:message id="m" name="{name}">{own if key else ""}</bpmn:message><bpmn:signal id="n" name="tin"/>'


def receiving(process: str = "nhan", key: str = "", name: str = "tra-loi", lane: str = "") -> Bundle:
    """work → wait for the message → file."""
    caught = f'<bpmn:intermediateCatchEvent id="wait">{accepts("answer")}{MESSAGE}</bpmn:intermediateCatchEvent>'
    lanes = f'<bpmn:laneSet id="ls"><bpmn:lane id="l" name="{lane}"><bpmn:flowNodeRef>wait</bpmn:flowNodeRef>'
    body = f"{lanes}</bpmn:lane></bpmn:laneSet>" if lane else ""
    body += start_event() + task("work", "chuyen-vien") + caught + task("file", "chuyen-vien") + end()
    return bundle(process, body + chain("s", "work", "wait", "file", "e"), named(name, key))


def throwing(own: Mapping[str, str], process: str = "gui", name: str = "tra-loi") -> Bundle:
    """ask → throw the message with the data `answer` → file."""
    given = "".join(f'<zeebe:property name="hoso:{key}" value="{value}"/>' for key, value in own.items())
    mapped = '<zeebe:ioMapping><zeebe:input source="=answer" target="answer"/></zeebe:ioMapping>'
    extensions = (
        f"<bpmn:extensionElements>{mapped}<zeebe:properties>{given}</zeebe:properties></bpmn:extensionElements>"
    )
    thrown = f'<bpmn:intermediateThrowEvent id="tell">{extensions}{MESSAGE}</bpmn:intermediateThrowEvent>'
    body = start_event() + task("ask", "chuyen-vien") + thrown + task("file", "chuyen-vien") + end()
    return bundle(process, body + chain("s", "ask", "tell", "file", "e"), named(name))


def started_by(process: str, *starts: str, name: str = "tra-loi") -> Bundle:
    """Each of these start events leads to the task `read`."""
    ids = [item.partition('id="')[2].partition('"')[0] for item in starts]
    body = "".join(starts) + task("read", "chuyen-vien") + end() + chain("read", "e")
    return bundle(process, body + "".join(chain(id, "read") for id in ids), named(name))


def send(
    world: World,
    who: str = "lan",
    *,
    name: str = "tra-loi",
    key: str | None = None,
    ttl: str | None = None,
    **data: Any,
) -> Answer:
    return messages.send(world.app, world.officer(who), Request(officer=who), name, key, data, ttl)


def waits(world: World, process: str = "nhan", who: str = "lan", **data: Any) -> str:
    """A dossier that waits for the message."""
    code = world.start(process, who, data=data, files={})
    world.do(who, code, "work")
    return code


def elements(world: World, code: str) -> list[str]:
    return sorted(item["element"] for item in world.dossier(code)["tasks"])


def codes(world: World) -> list[str]:
    with world.app.store.read() as tx:
        return list(tx.execute(select(tables.dossier.c.code).order_by(tables.dossier.c.code)).scalars())


def waiting(world: World, who: str = "lan") -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = messages.list_waiting(world.app, world.officer(who), 0, 50).body_or_raise()[
        "items"
    ]
    return found


def leaves(world: World, act: str) -> list[Mapping[str, Any]]:
    """The details of every leaf of that act, of whatever subject."""
    with world.app.store.read() as tx:
        found = stored_trail.leaves(tx, start=0, limit=1000)
    told = [(parse_canonical(leaf.encoded), parse_canonical(leaf.evidence)) for leaf in found]
    return [{**evidence["details"], "actor": leaf["actor"]} for leaf, evidence in told if leaf["act"] == act]
