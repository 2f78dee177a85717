"""What a definition reaches through its calls of other bundles, judged before it is deployed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from engine.acts.calls import MOST_CALLED, bound_now, check_calls, linked, versions_now
from engine.bpmn.check import check_process
from engine.bpmn.graph import CallActivity
from engine.errors import Refused
from engine.process import ProcessDefinition
from tests.engine.bpmn.models import file

Shelf = dict[tuple[str, int], ProcessDefinition]
CALL = '<bpmn:callActivity id="k{0}" calledElement="{0}" {1}>{2}</bpmn:callActivity>'
TASK = '<bpmn:userTask id="a" camunda:candidateGroups="g"/>'


class Library:
    """The processes on a shelf, all of them deployed."""

    def __init__(self, *definitions: ProcessDefinition) -> None:
        self.shelf: Shelf = {(each.key, each.version): each for each in definitions}
        self.asked: list[str] = []

    def find(self, key: str, version: int) -> ProcessDefinition | None:
        return self.shelf.get((key, version))

    def latest(self, key: str, tag: str | None) -> int | None:
        self.asked.append(key)
        found = [each for each in self.shelf.values() if each.key == key and tag in (None, each.graph.version_tag)]
        return max((each.version for each in found), default=None)


def define(
    key: str, *body: str, version: int = 1, before: str = "", bound: Mapping[str, int] | None = None
) -> ProcessDefinition:
    xml = file("".join(body) or TASK, before).replace(b'<bpmn:process id="p"', f'<bpmn:process id="{key}"'.encode())
    graph, problems = check_process(xml, source="process.bpmn", elsewhere=True)
    assert graph is not None, problems
    files = {"process.bpmn": xml}
    return ProcessDefinition(
        key=key, version=version, bundle_hash="0" * 64, graph=graph, forms={}, files=files, bound=bound or {}
    )


def call(key: str, attributes: str = "", inner: str = "") -> str:
    return CALL.format(key, attributes, inner)


def codes(own: ProcessDefinition, *others: ProcessDefinition) -> list[tuple[str | None, str]]:
    return [(item.element, item.code) for item in check_calls(own, Library(*others))]


def test_each_call_of_what_is_not_deployed_is_named() -> None:
    """All at once, each at its own element; what is there is not complained of."""
    own = define("p", call("q"), call("r"), call("t"))
    assert codes(own, define("r")) == [("kq", "call-not-deployed"), ("kt", "call-not-deployed")]
    assert codes(own, define("q"), define("r"), define("t")) == []


def test_what_starts_by_a_trigger_alone_cannot_be_called() -> None:
    """Directly, it is refused at deploy; when a later version became so, as a dossier is received."""
    message = '<bpmn:message id="m" name="m"/>'
    start = '<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
    flows = (
        '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a"/><bpmn:sequenceFlow id="g" sourceRef="a" targetRef="e"/>'
    )
    deaf = define("q", start, TASK, '<bpmn:endEvent id="e"/>', flows, version=2, before=message)
    own = define("p", call("q"))
    assert codes(own, define("q")) == []
    assert codes(own, define("q"), deaf) == [("kq", "call-not-startable")]
    with pytest.raises(Refused, match="version 2 has no start event without trigger"):
        versions_now(own, Library(define("q"), deaf))


def test_how_many_processes_one_dossier_reaches_is_bounded() -> None:
    """A chain of calls as long as may be, and one longer: the refusal comes before they are linked."""
    chain = [define(f"c{i}", call(f"c{i + 1}")) for i in range(1, MOST_CALLED)] + [define(f"c{MOST_CALLED}")]
    assert codes(define("p", call("c1")), *chain) == []
    longer = [*chain[:-1], define(f"c{MOST_CALLED}", call("last")), define("last")]
    assert codes(define("p", call("c1")), *longer) == [("p", "call-too-many")]


def test_what_was_decided_is_not_asked_again() -> None:
    """A dossier keeps its versions: newer ones are not even looked up."""
    old, own = define("q"), define("p", call("q"), call("r", 'camunda:calledElementBinding="deployment"'))
    own = replace(own, bound={"r": 1})
    versions = versions_now(own, Library(old, define("r")))
    assert versions == {"q": 1}
    first = linked(own, Library(old, define("r")), versions)
    assert [(each.key, each.version) for each in first.bundles] == [("p", 1), ("q", 1), ("r", 1)]
    later = Library(old, define("q", version=2), define("r"), define("r", version=2))
    again = linked(own, later, first.versions)
    assert later.asked == []
    assert again.called.keys() == first.called.keys() == {"q@1/", "r@1/"}
    assert versions_now(own, later) == {"q": 2}


def test_calls_bound_by_deployment_take_the_latest_of_then() -> None:
    """Those alone, each process once."""
    own = define("p", call("q", 'camunda:calledElementBinding="deployment"'), call("r"))
    assert bound_now(own, Library(define("q"), define("q", version=4), define("r"))) == {"q": 4}
    assert bound_now(own, Library(define("r"))) == {}


def test_a_process_may_call_an_earlier_version_of_itself() -> None:
    """Pinned, it is another process under its own prefix; the latest of its own key is itself, whoever calls it."""
    attributes = 'camunda:calledElementBinding="version" camunda:calledElementVersion="1"'
    own = define("p", call("p", attributes), call("q"), version=2)
    library = Library(define("p"), define("q", call("p")))
    assert codes(own, *library.shelf.values()) == []
    graph = linked(own, library, versions_now(own, library)).graph
    assert {id for id in graph.nodes if id.endswith("/a")} == {"p@1/a"}
    called = {node.id: node.called for node in graph.nodes.values() if isinstance(node, CallActivity)}
    assert called == {"kp": "p@1/p", "kq": "q@1/q", "q@1/kp": "p"}


def test_the_elements_of_each_bundle_find_their_home() -> None:
    """Forms and files are looked up by the element's prefix, in one place."""
    own = linked(define("p", call("q")), Library(define("q", version=3)), {"q": 3})
    assert own.home("kq") is own
    assert (own.home("q@3/a").key, own.home("q@3/a").version) == ("q", 3)


def interface(*names: str, kind: str = "Input") -> str:
    """A data interface with these inputs or outputs, each of the item of its name."""
    data = "".join(f'<bpmn:data{kind} id="d_{name}" itemSubjectRef="i_{name}"/>' for name in names)
    refs = "".join(f"<bpmn:data{kind}Refs>d_{name}</bpmn:data{kind}Refs>" for name in names)
    ins, outs = (refs, "") if kind == "Input" else ("", refs)
    sets = f"<bpmn:inputSet>{ins}</bpmn:inputSet><bpmn:outputSet>{outs}</bpmn:outputSet>"
    return f"<bpmn:ioSpecification>{data}{sets}</bpmn:ioSpecification>"


def items(*names: str) -> str:
    return "".join(f'<bpmn:itemDefinition id="i_{name}" structureRef="{name}"/>' for name in names)


@pytest.mark.parametrize(
    ("given", "wanted", "found"),
    [
        (("x",), ("x",), []),
        (("x",), (), [("kq", "call-data")]),
        ((), ("x",), [("kq", "call-data")]),
        (("x",), ("y",), [("d_x", "call-item")]),
    ],
)
@pytest.mark.parametrize("kind", ["Input", "Output"])
def test_a_call_has_the_data_of_what_it_calls(
    given: tuple[str, ...], wanted: tuple[str, ...], found: list[tuple[str, str]], kind: str
) -> None:
    """§10.3.6, across files: as many inputs and outputs, of equivalent items."""
    inner = interface(*given, kind=kind) if given else ""
    own = define("p", call("q", inner=inner), before=items("x", "y"))
    body = interface(*wanted, kind=kind) if wanted else ""
    other = replace(define("q"), files={"process.bpmn": interfaced(body)})
    assert codes(own, other) == found


def interfaced(body: str) -> bytes:
    """A process with a data interface, as another tool may write it."""
    return file(body + TASK, items("x", "y")).replace(b'<bpmn:process id="p"', b'<bpmn:process id="q"')
