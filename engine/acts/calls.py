"""Calls of other bundles: what a definition reaches through its calls, judged as it is deployed, linked as it runs.

Which versions a dossier uses is fixed as it is received, and never asked again: a later deployment moves no dossier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from engine.bpmn.calls import CalledProcess, Version, prefix
from engine.bpmn.constraints.calls import check_called
from engine.bpmn.constraints.model import Model, model_of
from engine.bpmn.document import parse
from engine.bpmn.graph import CallActivity
from engine.bpmn.link import calls_of, link, startable
from engine.bpmn.problems import Problem, Problems
from engine.errors import Kind, Refusal, Refused
from engine.process import PROCESS, ProcessDefinition

MOST_CALLED = 50
"""How many processes of other bundles one dossier may reach."""
DEPLOY_FIRST = "deploy that one first: hoso process deploy DIR"


class Library(Protocol):
    """The deployed processes; none is ever withdrawn."""

    def find(self, key: str, version: int) -> ProcessDefinition | None:
        """That version, not linked."""
        ...

    def latest(self, key: str, tag: str | None) -> int | None:
        """The latest version, or the latest with that version tag."""
        ...


class _Reach:
    """What a definition reaches. With `versions` given, they were decided before, and nothing else is asked for."""

    def __init__(self, own: ProcessDefinition, library: Library, versions: Mapping[str, int] | None) -> None:
        self._own = own
        self._library = library
        self._decides = versions is None
        self.versions: dict[str, int] = dict(versions or {})
        self.found: dict[Version, ProcessDefinition] = {(own.key, own.version): own}

    def meant(self, caller: Version, call: CalledProcess) -> Version:
        """The version that a call of `caller` means, when it was found."""
        version = self._version(self.found[caller], call)
        assert version is not None
        return call.key, version

    def all(self) -> None:
        """Find everything; raises Refused."""
        waiting = [self._own]
        while waiting:
            caller = waiting.pop()
            for node in calls_of(caller.graph):
                called = self.called_by(caller, node)
                if (called.key, called.version) not in self.found:
                    self.found[called.key, called.version] = called
                    waiting.append(called)
            if len(self.found) > MOST_CALLED + 1:  # with its own
                message = f"process {self._own.key} reaches more than {MOST_CALLED} processes of other bundles"
                raise _refused("call-too-many", message, "call fewer")

    def called_by(self, caller: ProcessDefinition, node: CallActivity) -> ProcessDefinition:
        """What a call of `caller` leads to; raises Refused."""
        assert node.elsewhere is not None
        version, key = self._version(caller, node.elsewhere), node.elsewhere.key
        where = f"{node.id} of process {caller.key} calls {node.elsewhere}"
        called = None
        if version is not None:
            called = self.found.get((key, version)) or self._library.find(key, version)
        if called is None:
            raise _refused("call-not-deployed", f"{where}, which is not deployed", DEPLOY_FIRST)
        if not startable(called.graph):
            message = f"{where}, whose version {version} has no start event without trigger"
            raise _refused("call-not-startable", message, "give it one, and deploy it again")
        return called

    def _version(self, caller: ProcessDefinition, call: CalledProcess) -> int | None:
        if call.version is not None:
            return call.version
        if call.binding == "deployment":
            return caller.bound.get(call.key)
        if call.name == self._own.key:
            return self._own.version  # a dossier is received under the latest of its own process
        if self._decides and call.name not in self.versions:
            latest = self._library.latest(call.key, call.tag)
            if latest is not None:
                self.versions[call.name] = latest
        return self.versions.get(call.name)


def _refused(code: str, message: str, remedy: str) -> Refused:
    return Refused(Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy))


def versions_now(own: ProcessDefinition, library: Library) -> Mapping[str, int]:
    """The versions that a dossier received now keeps, by `CalledProcess.name`; raises Refused.

    Its codes: `call-not-deployed`, `call-not-startable`, `call-too-many`.
    """
    reach = _Reach(own, library, None)
    reach.all()
    return reach.versions


def linked(own: ProcessDefinition, library: Library, versions: Mapping[str, int]) -> ProcessDefinition:
    """The definition with all that it calls, in these versions, in one graph; raises Refused, as above."""
    if not calls_of(own.graph):
        return own
    reach = _Reach(own, library, versions)
    reach.all()
    home = (own.key, own.version)
    graph = link(home, {version: each.graph for version, each in reach.found.items()}, reach.meant)
    called = {prefix(version): each for version, each in reach.found.items() if version != home}
    return replace(own, graph=graph, called=called, versions=dict(versions))


def bound_now(own: ProcessDefinition, library: Library) -> dict[str, int]:
    """The latest versions now of the processes whose calls are bound by the deployment of their caller."""
    calls = (node.elsewhere for node in calls_of(own.graph))
    keys = sorted({call.key for call in calls if call is not None and call.binding == "deployment"})
    return {key: version for key in keys if (version := library.latest(key, None)) is not None}


def check_calls(own: ProcessDefinition, library: Library) -> tuple[Problem, ...]:
    """What is wrong with the calls of other bundles in a definition that is about to be deployed."""
    problems = Problems(PROCESS)
    called: dict[str, ProcessDefinition] = {}
    for node in calls_of(own.graph):
        try:
            called[node.id] = _Reach(own, library, None).called_by(own, node)
        except Refused as refused:
            _add(problems, node.line, node.id, refused)
    if called and not problems.refused:
        try:
            versions_now(own, library)
        except Refused as refused:
            _add(problems, own.graph.line, own.key, refused)
    if called:
        _check_data(own, called, problems)
    return problems.found()


def _add(problems: Problems, line: int, element: str, refused: Refused) -> None:
    refusal = refused.refusal
    problems.error(line, element, refusal.code, refusal.message, refusal.remedy)


def _check_data(own: ProcessDefinition, called: Mapping[str, ProcessDefinition], problems: Problems) -> None:
    """A call gives what is called its data (BPMN 2.0.2 §10.3.6), in another file as in the same."""
    model = _model(own, problems)
    others = {(each.key, each.version): _model(each, Problems(PROCESS)) for each in called.values()}
    for id, definition in called.items():
        other = others[definition.key, definition.version]
        check_called(model.ids[id], other.ids[definition.key], model, other)


def _model(definition: ProcessDefinition, problems: Problems) -> Model:
    root = parse(definition.files[PROCESS], problems)
    assert root is not None  # it was checked before
    return model_of(root, problems)
