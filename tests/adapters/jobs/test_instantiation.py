"""Receive tasks and event-based gateways start dossiers (BPMN 2.0.2 §10.3.3, §10.6.6, §13.2)."""

from adapters.application import messages
from adapters.application.answer import Answer, Request
from adapters.database import dossiers
from adapters.database import messages as stored
from engine.errors import Kind
from tests.adapters.application.bundles import Bundle, accepts, bundle, task
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import at_once
from tests.adapters.jobs.speaking import codes, elements, leaves, send
from tests.engine.bpmn.models import chain, end, flow

ROLE = "chuyen-vien"


def in_lane(element: str, role: str) -> str:
    """The element stands in a lane of that role."""
    inner = f'<bpmn:lane id="l" name="{role}"><bpmn:flowNodeRef>{element}</bpmn:flowNodeRef></bpmn:lane>'
    return f'<bpmn:laneSet id="ls">{inner}</bpmn:laneSet>'


def message(id: str, name: str, key: str = "") -> str:
    own = f'<bpmn:extensionElements><zeebe:subscription correlationKey="{key}"/></bpmn:extensionElements>'
    return f'<bpmn:message id="{id}" name="{name}">{own if key else ""}</bpmn:message>'


def received(process: str = "don", role: str = "") -> Bundle:
    """A receive task begins → read."""
    begins = f'<bpmn:receiveTask id="r" messageRef="m" instantiate="true">{accepts("subject")}</bpmn:receiveTask>'
    body = (in_lane("r", role) if role else "") + begins + task("read", ROLE) + end() + chain("r", "read", "e")
    return bundle(process, body, message("m", "don"))


def caught(id: str, trigger: str) -> str:
    return f'<bpmn:intermediateCatchEvent id="{id}">{accepts("case", "subject")}{trigger}</bpmn:intermediateCatchEvent>'


def on_message(id: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{id}"/>'


def chosen(process: str = "chon") -> Bundle:
    """A gateway begins by the message → read, or by the signal → look."""
    events = caught("c1", on_message("m")) + caught("c2", '<bpmn:signalEventDefinition signalRef="n"/>')
    body = '<bpmn:eventBasedGateway id="g" instantiate="true"/>' + events + task("read", ROLE) + task("look", ROLE)
    body += end() + chain("c1", "read", "e") + chain("c2", "look", "e") + flow("g", "c1") + flow("g", "c2")
    return bundle(process, body, message("m", "don") + '<bpmn:signal id="n" name="tin"/>')


def both(process: str = "du", key: str = "=case") -> Bundle:
    """A parallel gateway wants the application and the fee; each is read."""
    events = caught("c1", on_message("m")) + caught("c2", on_message("f"))
    body = '<bpmn:eventBasedGateway id="g" instantiate="true" eventGatewayType="Parallel"/>' + events
    body += task("read", ROLE) + task("look", ROLE) + end()
    body += chain("c1", "read", "e") + chain("c2", "look", "e") + flow("g", "c1") + flow("g", "c2")
    return bundle(process, body, message("m", "don", key) + message("f", "phi", key))


def status(world: World, code: str) -> str:
    """Whether its process runs, or is completed."""
    with world.app.store.read() as tx:
        dossier = dossiers.load(tx, code)
    assert dossier is not None
    return dossier.state.status


def test_a_receive_task_starts_a_dossier(world: World) -> None:
    """As a message start event does; it brings what the task accepts, and its leaf says by what."""
    world.deploy(received()).body_or_raise()
    told = send(world, name="don", subject="x").body_or_raise()
    assert told["result"] == "started"
    assert elements(world, told["dossier"]) == ["read"]
    assert world.dossier(told["dossier"])["data"] == {"subject": "x"}
    [leaf] = leaves(world, "dossier-started")
    assert (leaf["actor"], leaf["started_by"]) == ("lan", {"message": "don"})
    world.do("lan", told["dossier"], "read")
    assert elements(world, told["dossier"]) == []


def test_it_brings_no_more_than_it_accepts(world: World) -> None:
    """Where it waits in a dossier nothing else would come either; the refusal is recorded."""
    world.deploy(received()).body_or_raise()
    refusal = refusal_of(send(world, name="don", amount=5))
    assert (refusal.kind, refusal.code) == (Kind.INVALID, "message-data")
    assert "accepted: subject" in refusal.message
    assert codes(world) == []
    assert [leaf["code"] for leaf in leaves(world, "start-refused")] == ["message-data"]


def test_it_obeys_the_role_of_its_lane(world: World) -> None:
    """Its dossiers are started by who holds that role, and by nobody at the counter."""
    world.deploy(received(role="van-thu")).body_or_raise()
    refusal = refusal_of(send(world, name="don"))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "not-starter")
    assert send(world, "hoa", name="don").body_or_raise()["result"] == "started"


def test_its_message_starts_no_other_process(world: World) -> None:
    """A message has one receiver; a newer version that does not start by it frees the name."""
    world.deploy(received()).body_or_raise()
    refusal = refusal_of(world.deploy(chosen()))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "message-start-taken")
    with world.app.store.read() as tx:
        [row] = stored.starts(tx, "message", "don")
    assert (row["process"], row["element"]) == ("don", "r")


def test_a_gateway_starts_a_dossier_by_each_of_its_events(world: World) -> None:
    """By the message or the signal; what a signal brings and the event does not accept is left out."""
    world.deploy(chosen()).body_or_raise()
    first = send(world, name="don", subject="x").body_or_raise()["dossier"]
    assert elements(world, first) == ["read"]
    brought = {"subject": "y", "other": "z"}
    messages.send_signal(world.app, world.officer("an"), Request(officer="an"), "tin", brought).body_or_raise()
    assert world.work() == 2
    [second] = [code for code in codes(world) if code != first]
    assert elements(world, second) == ["look"]
    assert world.dossier(second)["data"] == {"subject": "y"}
    assert send(world, name="don").body_or_raise()["result"] == "started"


def test_a_parallel_gateway_waits_for_the_others_in_the_same_dossier(world: World) -> None:
    """The first message starts it, whichever it is; the other comes to the dossier of its key."""
    world.deploy(both()).body_or_raise()
    seven = send(world, name="don", key="7", case="7").body_or_raise()
    eight = send(world, name="phi", key="8", case="8").body_or_raise()
    assert (seven["result"], eight["result"]) == ("started", "started")
    assert (elements(world, seven["dossier"]), elements(world, eight["dossier"])) == (["read"], ["look"])
    told = send(world, name="don", key="8").body_or_raise()
    assert (told["result"], told["dossier"]) == ("correlated", eight["dossier"])
    for element in ("read", "look"):
        world.do("lan", eight["dossier"], element)
    assert status(world, eight["dossier"]) == "completed"
    world.do("lan", seven["dossier"], "read")
    assert status(world, seven["dossier"]) == "running"


def test_two_messages_of_a_parallel_gateway_at_once_make_one_dossier(world: World) -> None:
    """Whichever is second sees what the first started."""
    world.deploy(both(key="")).body_or_raise()

    def give(number: int) -> Answer:
        return send(world, name=("don", "phi")[number])

    told = [answer.body_or_raise()["result"] for answer in at_once(2, give) if isinstance(answer, Answer)]
    assert sorted(told) == ["correlated", "started"]
    assert len(codes(world)) == 1
