"""Which process a call activity calls, in which version, and what goes in and out, as Camunda says it."""

from __future__ import annotations

from engine.bpmn.document import CAMUNDA, Element, name_of
from engine.bpmn.expressions import compile_at, literal_or_feel
from engine.bpmn.vendor.mappings import add, targets
from engine.bpmn.vendor.place import Place, known_attributes

_OWN_KEY = "execution.processBusinessKey"
LONGEST_TAG = 100


def read_called_element(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:calledElement`. Outputs take the place of `propagateAllChildVariables`."""
    names = ("processId", "bindingType", "versionTag", "propagateAllChildVariables", "propagateAllParentVariables")
    known_attributes(item, place, *names)
    call = place.found.call
    call.key = (item.get("processId") or "").strip()
    call.binding, call.tag = item.get("bindingType"), item.get("versionTag")
    call.sees = _flag(item, "propagateAllParentVariables", place)
    call.gives = _flag(item, "propagateAllChildVariables", place)


def _flag(item: Element, name: str, place: Place) -> bool:
    value = (item.get(name) or "true").strip()
    if value not in ("true", "false"):
        place.refuse(item, "call-data", f"{name} is {value!r}", "write true or false")
    return value == "true"


def read_call_attributes(place: Place) -> None:
    """Camunda 7: `camunda:calledElementBinding`, `calledElementVersion`, `calledElementVersionTag`."""
    call = place.found.call
    call.binding, call.version, call.tag = (
        place.element.get(f"{{{CAMUNDA}}}calledElement{name}") for name in ("Binding", "Version", "VersionTag")
    )


def read_version_tag(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:versionTag` of a process."""
    known_attributes(item, place, "value")
    _tag(item.get("value"), item, place)


def read_tag_attribute(place: Place) -> None:
    """Camunda 7: `camunda:versionTag` of a process."""
    _tag(place.element.get(f"{{{CAMUNDA}}}versionTag"), place.element, place)


def _tag(text: str | None, at: Element, place: Place) -> None:
    if text is None:
        return
    tag = text.strip()
    if not tag or len(tag) > LONGEST_TAG or not tag.isprintable() or tag.startswith("="):
        message = f"the version tag {tag[:LONGEST_TAG]!r} is no name that a call can give"
        place.refuse(at, "version-tag", message, f"write 1 to {LONGEST_TAG} characters, such as v1.2")
    else:
        place.found.version_tag = tag


def read_in(item: Element, place: Place) -> None:
    """Camunda 7: `camunda:in`. With one, nothing else goes in."""
    call = place.found.call
    call.sees = bool(call.sees)
    if item.get("businessKey") is not None:
        _business_key(item, place)
    elif item.get("variables") is not None:
        local = _all(item, place)
        call.passes_local |= local
        call.sees |= not local
    elif _maps(item, place, inward=True):
        call.passed += 1


def read_out(item: Element, place: Place) -> None:
    """Camunda 7: `camunda:out`. With one, nothing else comes out."""
    call = place.found.call
    call.gives = bool(call.gives)
    if item.get("variables") is not None:
        call.gives |= not _all(item, place)
    else:
        _maps(item, place, inward=False)


def _all(item: Element, place: Place) -> bool:
    """Whether `variables="all"` means the local ones, which are the call's own inputs or outputs."""
    known_attributes(item, place, "variables", "local")
    if item.get("variables") != "all":
        message = f"variables is {item.get('variables')!r}"
        place.refuse(item, "call-data", message, 'write variables="all", or name them one by one')
    local = (item.get("local") or "false").strip()
    if local not in ("true", "false"):
        place.refuse(item, "call-data", f"local is {local!r}", "write true or false")
    return local == "true"


def _business_key(item: Element, place: Place) -> None:
    """What is called is part of the dossier, whose code is the key of everything in it."""
    known_attributes(item, place, "businessKey")
    text = (item.get("businessKey") or "").strip()
    if text in (f"#{{{_OWN_KEY}}}", f"${{{_OWN_KEY}}}"):
        message = "businessKey has no effect: what is called has its dossier's code anyway"
        place.note(item, "extension-without-effect", message, "remove it")
    else:
        message = "a called process has no business key of its own: it is part of the dossier, and has its code"
        place.refuse(item, "call-business-key", message, "pass the value as data")


def _maps(item: Element, place: Place, *, inward: bool) -> bool:
    known_attributes(item, place, "source", "sourceExpression", "target")
    target = (item.get("target") or "").strip()
    into = targets(item, inward, target, place)
    source, text = (item.get("source") or "").strip(), item.get("sourceExpression")
    if into is None:
        return False
    if text is not None:
        add(into, target, literal_or_feel(text, item, place.owner, place.problems))
    elif source.isidentifier():
        add(into, target, compile_at(source, item, place.owner, place.problems))
    else:
        message = f"the source {source!r} of {name_of(item)} is no name"
        place.refuse(item, "call-data", message, "name a value, or write sourceExpression with FEEL after =")
    return True
