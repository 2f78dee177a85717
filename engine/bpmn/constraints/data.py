"""Data: what is declared fits its item, its sets and its associations (BPMN 2.0.2 §10.4)."""

from __future__ import annotations

from engine.bpmn.constraints.items import equivalent, item_of
from engine.bpmn.constraints.model import SUBPROCESSES, Model, flag, parent_of
from engine.bpmn.document import Element, children, name_of, reference, text_of

_SETS = {
    "inputSet": ("dataInput", "dataInputRefs", ("optionalInputRefs", "whileExecutingInputRefs")),
    "outputSet": ("dataOutput", "dataOutputRefs", ("optionalOutputRefs", "whileExecutingOutputRefs")),
}


def check_data(model: Model) -> None:
    """Data objects, inputs and outputs of what may run."""
    for data in model.each("dataObject", "dataInput", "dataOutput"):
        _check_collection(data, model)
    for scope in model.each(*SUBPROCESSES):
        _check_subprocess(scope, model)
    for holder in _holders(model):
        for name in _SETS:
            _check_sets(holder, name, model)
    for association in model.each("dataInputAssociation", "dataOutputAssociation"):
        _check_association(association, model)
    for item in model.each("dataObjectReference"):
        _check_name(item, model)


def _check_collection(data: Element, model: Model) -> None:
    item = model.at(data, "itemSubjectRef")
    if item is not None and flag(data, "isCollection") != flag(item, "isCollection"):
        said, found = (str(flag(each, "isCollection")).lower() for each in (data, item))
        message = f"isCollection of the {name_of(data)} is {said}, of its item {item.get('id')} {found}"
        model.breaks(data, "10.4.1", "collection", message, "give both the same value")


def _check_subprocess(scope: Element, model: Model) -> None:
    if list(children(scope, "multiInstanceLoopCharacteristics")):
        return
    for part in children(scope, "ioSpecification"):
        message = f"a {name_of(scope)} has no data inputs and outputs of its own"
        model.breaks(part, "10.4.1", "subprocess-data", message, "remove them: what stands within sees all data")


def _holders(model: Model) -> list[Element]:
    """What holds data inputs and outputs with their sets."""
    events = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
    return list(model.each("ioSpecification", *events))


def _check_sets(holder: Element, name: str, model: Model) -> None:
    data_name, all_of, parts = _SETS[name]
    used = set()
    for each in children(holder, name):
        members = {reference(text_of(item), item) for item in children(each, all_of)}
        used |= members
        for item in children(each, *parts):
            if reference(text_of(item), item) not in members:
                message = f"{name_of(item)} names {text_of(item)!r}, which is not among the set's {all_of}"
                model.breaks(item, "10.4.1", "set-part", message, f"add it to the {all_of}, or remove it")
    for data in children(holder, data_name):
        if data.get("id") not in used:
            message = f"{data_name} {data.get('id')} is in no {name}"
            model.breaks(data, "10.4.1", "data-unused", message, f"name it in the {all_of} of a set")


def _check_association(association: Element, model: Model) -> None:
    sources = list(children(association, "sourceRef"))
    if len(sources) > 1 and not list(children(association, "transformation")):
        message = f"the data association has {len(sources)} sources and no transformation"
        model.breaks(association, "10.4.2", "association-sources", message, "keep one source, or transform them")
    _check_items(association, model)
    for end, wrong, verb in (("targetRef", "dataInput", "leads into"), ("sourceRef", "dataOutput", "leads out of")):
        for data in model.named(association, end):
            if name_of(data) == wrong and _of_process(data):
                message = (
                    f"the data association {verb} {wrong} {data.get('id')} of the process, which only its caller does"
                )
                model.breaks(association, "10.4.1", "association-end", message, "use a data object")


def _check_items(association: Element, model: Model) -> None:
    """What is copied as it is has the same item on both sides."""
    sources, targets = model.named(association, "sourceRef"), model.named(association, "targetRef")
    changed = list(children(association, "transformation", "assignment"))
    if changed or len(sources) != 1 or len(targets) != 1:
        return
    source, target = (_item(data, model) for data in (sources[0], targets[0]))
    if source is not None and target is not None and not equivalent(source, target):
        message = f"{sources[0].get('id')} and {targets[0].get('id')} have different items, and nothing transforms them"
        model.breaks(association, "10.4.2", "association-item", message, "give both the same item, or a transformation")


def _item(data: Element, model: Model) -> Element | None:
    """The item of data, or of what a reference stands for."""
    stands_for = model.at(data, "dataObjectRef")
    if stands_for is None:
        stands_for = model.at(data, "dataStoreRef")
    return (
        item_of(data, model) if item_of(data, model) is not None or stands_for is None else item_of(stands_for, model)
    )


def _of_process(data: Element) -> bool:
    holder = data.getparent()
    return holder is not None and name_of(holder) == "ioSpecification" and parent_of(holder) == "process"


def _check_name(item: Element, model: Model) -> None:
    """A reference to a data object in some state is called after both."""
    data, name = model.at(item, "dataObjectRef"), item.get("name")
    states = [state.get("name") for state in children(item, "dataState") if state.get("name")]
    called = (data.get("name") if data is not None else None) or ""
    if not name or not (called or states):
        return  # modelers for engines name the reference alone
    wanted = f"{called} [{states[0]}]".strip() if states else called
    given = name if states else name.partition("[")[0]
    if "".join(given.split()) != "".join(wanted.split()):
        message = f"the data object reference is called {name!r}, not {wanted!r} after its data object and state"
        model.breaks(item, "10.4.1", "data-name", message, f"call it {wanted!r}")
