"""Mutated process files: a seed file and a number give one hostile file, always the same.

Some mutations break the text, others only the model: flows that lead elsewhere, kinds exchanged, flags turned, parts
moved. The latter are those that may deploy and then meet the kernel.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from lxml import etree

ROOT = Path(__file__).resolve().parents[3]
SUITES = Path(os.environ.get("SUITES", ROOT.parent / "shared" / "conformance"))

_MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_KINDS = (
    ("task", "userTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask"),
    ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway"),
    ("startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent"),
    ("subProcess", "transaction", "adHocSubProcess", "callActivity"),
    tuple(f"{kind}EventDefinition" for kind in (
        "timer", "message", "signal", "conditional", "error", "escalation", "compensate", "cancel", "link", "terminate",
    )),
    ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"),
)  # fmt: skip
_LIKE = {kind: kinds for kinds in _KINDS for kind in kinds}
_FLAGS = (
    *("isInterrupting", "cancelActivity", "triggeredByEvent", "isForCompensation", "isSequential", "parallelMultiple"),
    *("testBefore", "instantiate", "waitForCompletion", "cancelRemainingInstances", "isExecutable"),
)
_HOSTILE = (
    *("", " ", "-1", "0", "1", "3", "1000", "99999999999", "1e999", "true", "all", "None"),
    *("ü" * 300, "a" * 100_000, "\u202e", "'\"<&>"),
    *("none", "id", "__class__", "=1/0", "=", "=[[[[", "=" + "(" * 5_000, "=for i in 1..100000 return i", "=null"),
    *('="x"', "=loopCounter", "=numberOfInstances > 1", "P1D", "R/PT0S", "R99/PT1S", "PT999999999H", "0001-01-01"),
    *("=string join(for i in 1..50000 return \"aaaaaaaaaaaaaaaaaaaa\")", "${x}", "tns:x:y"),
)  # fmt: skip

_FAILING = (
    *("=integerVariable", "=a", "=null", "=true", "=7", '="P1D"', "=[1, 2, 3]", '=[1, {b: "x"}, null]', "=1000", "=-1"),
    *("=count(for i in 1..99999 return for j in 1..99999 return 1) > 0", "=loopCounter", "=-integerVariable"),
    *('="R3/PT1H"', "=a > 1", "=integerVariable < 3", "=numberOfCompletedInstances > 1"),
)

Element = etree._Element


@cache
def seeds(suite: str) -> list[Path]:
    """The process files of one suite, where it is at hand; `processes` are our own."""
    return sorted(ROOT.glob("processes/*/process.bpmn") if suite == "processes" else SUITES.glob(f"{suite}/**/*.bpmn"))


def drawn(random: Random) -> Path:
    """A file to begin with: most often one that runs many elements."""
    suites = [found for suite in ("processes", "constraints", *["bpmn"] * 6) if (found := seeds(suite))]
    return random.choice(random.choice(suites))


def mutant(seed: bytes, number: int) -> bytes:
    """The seed, changed in a few ways that the number chooses."""
    random = Random(number)
    if random.random() < 0.15:
        return random.choice(_TEXT)(seed, random)
    root = etree.fromstring(seed)
    if random.random() < 0.7:
        for item in list(root.iter(f"{_MODEL}incoming", f"{_MODEL}outgoing")):
            _parent(item).remove(item)  # else a flow that leads elsewhere breaks these lists, and that is all
    ways = _GENTLE if random.random() < 0.7 else _TREE
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        random.choice(ways)(root, random)
    written = etree.tostring(root, encoding=random.choice(("UTF-8",) * 5 + ("UTF-16", "ASCII")), xml_declaration=True)
    assert isinstance(written, bytes)
    return written


def _parent(item: Element) -> Element:
    parent = item.getparent()
    assert parent is not None
    return parent


def _any(root: Element, random: Random, where: Callable[[Element], object] = lambda item: True) -> Element:
    """An element of the model other than the root, else the root itself."""
    found = [item for item in root.iter(f"{_MODEL}*") if item is not root and where(item)]
    return random.choice(found) if found else root


def _set(item: Element, name: str, value: str) -> None:
    try:
        item.set(name, value)
    except ValueError:  # no text of XML
        item.set(name, "x")


# Mutations of the model


def _delete(root: Element, random: Random) -> None:
    item = _any(root, random)
    if item is not root:
        _parent(item).remove(item)


def _duplicate(root: Element, random: Random) -> None:
    item = _any(root, random)
    if item is root:
        return
    twin = copy.deepcopy(item)
    if random.random() < 0.8:
        for number, each in enumerate(twin.iter(f"{_MODEL}*")):
            if each.get("id"):
                each.set("id", f"twin{random.randrange(10**6)}_{number}")
    item.addnext(twin)


def _move(root: Element, random: Random) -> None:
    item, home = _any(root, random), _any(root, random)
    if item is not root and item not in (home, *home.iterancestors()):
        home.append(item)


def _move_into_scope(root: Element, random: Random) -> None:
    scopes = {f"{_MODEL}{name}" for name in ("process", "subProcess", "adHocSubProcess", "transaction")}
    item = _any(root, random, lambda each: _parent(each).tag in scopes)
    home = _any(root, random, lambda each: each.tag in scopes)
    if item is not root and item not in (home, *home.iterancestors()):
        home.insert(random.randrange(len(home) + 1), item)


def _rename(root: Element, random: Random) -> None:
    item = _any(root, random, lambda each: etree.QName(each).localname in _LIKE)
    if item is not root:
        item.tag = _MODEL + random.choice(_LIKE[etree.QName(item).localname])


def _rename_wildly(root: Element, random: Random) -> None:
    item = _any(root, random)
    if item is not root:
        item.tag = _any(root, random).tag


def _swap_ids(root: Element, random: Random) -> None:
    one, other = (_any(root, random, lambda each: each.get("id")) for _ in range(2))
    first, second = one.get("id", "a"), other.get("id", "b")
    one.set("id", second)
    other.set("id", first)


def _redirect(root: Element, random: Random) -> None:
    """A reference that leads elsewhere."""
    names = ("sourceRef", "targetRef", "attachedToRef", "default", "calledElement", "activityRef", "errorRef")
    item = _any(root, random, lambda each: any(name in each.attrib for name in names))
    for name in names:
        if name in item.attrib:
            item.set(name, _any(root, random, lambda each: each.get("id")).get("id", ""))
            if random.random() < 0.6:
                return


def _lead_on(root: Element, random: Random) -> None:
    """One more flow between two elements of a scope."""
    flow = _any(root, random, lambda each: each.tag == f"{_MODEL}sequenceFlow")
    if flow is root:
        return
    ends = [each.get(name, "") for each in _parent(flow).iter(flow.tag) for name in ("sourceRef", "targetRef")]
    identity = f"more{random.randrange(10**6)}"
    etree.SubElement(_parent(flow), flow.tag, id=identity, sourceRef=random.choice(ends), targetRef=random.choice(ends))


def _flag(root: Element, random: Random) -> None:
    item = _any(root, random, lambda each: _parent(each) is not root)
    name = random.choice([name for name in _FLAGS if name in item.attrib] or _FLAGS)
    item.set(name, "false" if item.get(name) == "true" else "true")


def _quantity(root: Element, random: Random) -> None:
    tasks = (*_KINDS[0], *_KINDS[3])
    item = _any(root, random, lambda each: etree.QName(each).localname in tasks)
    item.set(random.choice(("startQuantity", "completionQuantity")), random.choice(("2", "3", "1000", "x")))


def _repeat(root: Element, random: Random) -> None:
    """Give an activity the loop or event of another."""
    wanted = (*_KINDS[4], *_KINDS[5])
    part = _any(root, random, lambda each: etree.QName(each).localname in wanted)
    home = _any(root, random, lambda each: etree.QName(each).localname in _LIKE)
    if part is not root and home is not root and part not in (home, *home.iterancestors()):
        home.append(copy.deepcopy(part))


def _nest(root: Element, random: Random) -> None:
    item = _any(root, random)
    if item is root:
        return
    inner, place = item, _parent(item).index(item)
    parent = _parent(item)
    for number in range(random.choice((1, 1, 2, 30, 300))):
        outer = etree.Element(f"{_MODEL}subProcess", id=f"nest{random.randrange(10**6)}_{number}")
        outer.append(inner)
        inner = outer
    parent.insert(place, inner)


def _attribute(root: Element, random: Random) -> None:
    item = _any(root, random)
    names = [str(name) for name in item.attrib] or ["id"]
    if random.random() < 0.3:
        item.attrib.pop(random.choice(names), "")
    else:
        _set(item, random.choice(names), random.choice(_HOSTILE))


def _exchange(root: Element, random: Random) -> None:
    """An attribute gets the value that it has elsewhere."""
    item = _any(root, random, lambda each: each.attrib)
    name = random.choice([str(name) for name in item.attrib] or ["id"])
    _set(item, name, _any(root, random, lambda each: name in each.attrib).get(name, ""))


def _text(root: Element, random: Random) -> None:
    item = _any(root, random, lambda each: (each.text or "").strip())
    text = item.text or ""
    cut = random.randrange(len(text) + 1)
    item.text = random.choice((random.choice(_HOSTILE), text[:cut], text + text, _any(root, random).text))


def _expression(root: Element, random: Random) -> None:
    """An expression, timer or cardinality that compiles, and may fail as it runs."""
    kinds = ("condition", "conditionExpression", "loopCondition", "completionCondition", "loopCardinality")
    times = ("timeDate", "timeDuration", "timeCycle", "activationCondition")
    item = _any(root, random, lambda each: etree.QName(each).localname in (*kinds, *times))
    if item is not root:
        item.text = random.choice(_FAILING)


_Mutation = Callable[[Element, Random], None]
_GENTLE: tuple[_Mutation, ...] = (
    *(_rename, _redirect, _redirect, _lead_on, _lead_on, _flag, _flag, _quantity, _repeat, _move_into_scope, _text),
    *(_exchange, _expression, _expression),
)
_TREE: tuple[_Mutation, ...] = (
    *_GENTLE,
    *(_delete, _duplicate, _move, _rename_wildly, _swap_ids, _nest, _attribute),
)


# Mutations of the text


def _cut(seed: bytes, random: Random) -> bytes:
    first, second = sorted(random.randrange(len(seed)) for _ in range(2))
    return random.choice((seed[:first], seed[:first] + seed[second:], seed[first:]))


def _garble(seed: bytes, random: Random) -> bytes:
    changed = bytearray(seed)
    for _ in range(random.choice((1, 10, 200))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _encode(seed: bytes, random: Random) -> bytes:
    """Bytes in one encoding that say they are in another."""
    text = seed.decode("utf-8-sig").replace("UTF-8", random.choice(("UTF-7", "UTF-16", "EBCDIC-CP-US", "x", "GB18030")))
    return text.encode(random.choice(("utf-8-sig", "utf-16", "utf-32", "latin-1", "utf-7")), errors="replace")


def _entities(seed: bytes, random: Random) -> bytes:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    doctype = random.choice((f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]>', '<!DOCTYPE d SYSTEM "file:///etc/passwd">'))
    start = seed.find(b"?>") + 2 if seed.startswith(b"<?xml") else 0
    return seed[:start] + doctype.encode() + seed[start:].replace(b'name="', b'name="&l9;', 1)


def _deepen(seed: bytes, random: Random) -> bytes:
    times = random.choice((50, 5_000))
    return seed.replace(b"</", b"<task>" * times + b"</task>" * times + b"</", 1)


def _widen(seed: bytes, random: Random) -> bytes:
    place = seed.rfind(b"</")
    return seed[:place] + b'<x xmlns="urn:x" id="i"/>' * random.choice((1_000, 20_000)) + seed[place:]


_TEXT: tuple[Callable[[bytes, Random], bytes], ...] = (
    _cut,
    _cut,
    _garble,
    _garble,
    _encode,
    _entities,
    _deepen,
    _widen,
)
