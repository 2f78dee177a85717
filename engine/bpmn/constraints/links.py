"""Link events: every source has its target on the same level, every target its sources (BPMN 2.0.2 §10.5.5)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.constraints.model import Model
from engine.bpmn.document import Element, children, name_of, reference, text_of

_Ends = Mapping[tuple[Element | None, str], list[tuple[Element, Element]]]
"""Events with their link definitions, by the level on which they stand and the link's name."""


def check_links(model: Model) -> None:
    """Pairs of links, and that no sequence flow doubles them."""
    sources, targets = _ends("intermediateThrowEvent", model), _ends("intermediateCatchEvent", model)
    for (level, name), found in sources.items():
        others = targets.get((level, name), [])
        for event, link in found:
            if not others:
                message = f"link {name!r} has no target of its name on this level"
                model.breaks(event, "10.5.5", "link-source", message, "add a catching link event of this name")
            _check_named(event, link, "target", others, model)
            for flow in model.outgoing(event):
                message = f"flow {flow.get('id')} leads on from a link's source, which goes on at its target"
                model.breaks(event, "10.5.4", "link-flow", message, "remove the flow, or the link")
    _check_targets(targets, sources, model)


def _check_targets(targets: _Ends, sources: _Ends, model: Model) -> None:
    for (level, name), found in targets.items():
        others = sources.get((level, name), [])
        for event, link in found:
            if not others:
                message = f"no link leads to target {name!r} on this level"
                model.breaks(event, "10.5.5", "link-target", message, "add a throwing link event of this name")
            if len(found) > 1:
                message = f"link target {name!r} is there {len(found)} times"
                model.breaks(event, "10.5.5", "link-twice", message, "keep one of them")
            _check_named(event, link, "source", others, model)
            for flow in model.incoming(event):
                message = f"flow {flow.get('id')} leads to a link's target, where its sources alone go on"
                model.breaks(event, "10.5.4", "link-flow", message, "remove the flow, or the link")


def _ends(kind: str, model: Model) -> _Ends:
    found: dict[tuple[Element | None, str], list[tuple[Element, Element]]] = {}
    for event in model.each(kind):
        for link in model.definitions(event):
            name = (link.get("name") or "").strip()
            if name_of(link) == "linkEventDefinition" and name:  # without name the reader refuses it
                found.setdefault((event.getparent(), name), []).append((event, link))
    return found


def _check_named(event: Element, link: Element, name: str, others: list[tuple[Element, Element]], model: Model) -> None:
    """What the link says of its other end must be its other end."""
    for item in children(link, name):
        other = model.ids.get(reference(text_of(item), item))
        if others and not any(other is known for _, known in others):
            message = f"it names {text_of(item)!r} as its {name}, which is no {name} of this link"
            model.breaks(event, "10.5.5", "link-ends", message, f"correct the {name}, or remove it")
