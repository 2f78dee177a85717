"""Calls of processes and global tasks of the file, and of processes of other bundles (BPMN 2.0.2 §10.3.6)."""

from __future__ import annotations

from typing import cast, get_args

from engine.bpmn.calls import Binding, CalledProcess
from engine.bpmn.document import reference
from engine.bpmn.expressions import is_foreign
from engine.bpmn.graph import CallActivity
from engine.bpmn.nodes.source import Source, data_of
from engine.bpmn.nodes.tasks import activity
from engine.bpmn.vendor import Extensions
from engine.bpmn.vendor.place import Call

MOST_VERSIONS = 999_999_999
_OF_THE_FILE = ("latest", "deployment")


def read_call_activity(source: Source, extensions: Extensions) -> CallActivity | None:
    """A call; of a process that is not in the file, it names which one is meant."""
    common = activity(source, extensions)
    call = extensions.call
    if call.passed and not call.passes_local and len(extensions.inputs) > call.passed:
        message = "it has inputs of its own beside camunda:in, which alone say what goes in"
        source.refuse("call-data", message, 'pass them: <camunda:in variables="all" local="true"/>')
    key = _key(source, extensions)
    elsewhere = _called(source, extensions, key) if key else None
    if key is None or elsewhere is None:
        return None
    sees, gives = _data(call, bool(extensions.outputs))
    here = key in source.roots.callable and elsewhere.binding in _OF_THE_FILE
    if not here:
        return CallActivity(**common, called="", elsewhere=elsewhere, sees=sees, gives=gives)
    own = data_of(source.roots.callable[key])
    return CallActivity(**common, called=key, properties=own, sees=sees, gives=gives)


def _data(call: Call, outputs: bool) -> tuple[bool, bool]:
    """Whether all data go in, and whether all come out; in Camunda 7, `in` and `out` alone say so where one stands."""
    if call.key is None and (call.sees is not None or call.gives is not None):
        return call.sees is True, call.gives is True
    return call.sees is not False, call.gives is not False and not outputs


def _key(source: Source, extensions: Extensions) -> str | None:
    """The id of the called process, which must be known before anything runs."""
    written = reference(source.element.get("calledElement") or "", source.element)
    key = written or extensions.call.key or ""
    if not key:
        source.refuse("called-unknown", "it calls nothing", "name a process or global task")
        return None
    if extensions.call.key and extensions.call.key != key:
        message = f"it calls {key!r} as calledElement, and {extensions.call.key!r} as zeebe:calledElement"
        source.refuse("called-twice", message, "keep one of them")
        return None
    if key.startswith("=") or is_foreign(key):
        message = f"the called process {key!r} is an expression, so that nobody can check that it is there"
        source.refuse("called-expression", message, "name the process; choose between several by a gateway")
        return None
    return key


def _called(source: Source, extensions: Extensions, key: str) -> CalledProcess | None:
    call = extensions.call
    binding, tag, version = call.binding or "latest", (call.tag or "").strip(), (call.version or "").strip()
    if binding not in get_args(Binding):
        message = f"a called process is bound by {binding!r}"
        source.refuse("called-binding", message, f"write one of {', '.join(get_args(Binding))}")
        return None
    if bool(tag) != (binding == "versionTag") or bool(version) != (binding == "version"):
        message = f"it is bound by {binding}, with version {version or 'none'} and version tag {tag or 'none'}"
        source.refuse("called-binding", message, "give the version to version, the tag to versionTag, no other any")
        return None
    if version and not (version.isascii() and version.isdigit() and 1 <= int(version[:10]) <= MOST_VERSIONS):
        source.refuse("called-binding", f"the version {version!r} is no number from 1", "write the deployed version")
        return None
    number = int(version) if version else None
    return CalledProcess(key=key, binding=cast(Binding, binding), version=number, tag=tag or None)
