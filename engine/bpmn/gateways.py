"""Gateways: which tokens they take, which flows they give tokens to (BPMN 2.0 §13.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.effects import ElementEntered
from engine.bpmn.flows import choose_again
from engine.bpmn.graph import ComplexGateway, EventBasedGateway, InclusiveGateway, Node, ParallelGateway
from engine.bpmn.listening import arm, prepare
from engine.bpmn.reach import reached
from engine.bpmn.state import Thing, Token
from engine.bpmn.work import STARVED, Work

Joining = ParallelGateway | InclusiveGateway | ComplexGateway


def arrive(work: Work, node: Node, token: Token) -> None:
    """A token came to a gateway."""
    if isinstance(node, EventBasedGateway) and not node.parallel:
        _choose_later(work, node, token.scope)
    elif len(node.incoming) < 2 or token.flow is None or not isinstance(node, Joining):
        _pass(work, node, token.scope)
    elif isinstance(node, ComplexGateway):
        _count(work, node, token.scope, token.flow)
    else:
        flows = work.wait_at(node.id, token.scope, token.flow)
        if isinstance(node, ParallelGateway) and len(flows) == len(node.incoming):
            _take(work, node, token.scope, tuple(flows))
            _pass(work, node, token.scope)


def _pass(work: Work, node: Node, scope: int) -> None:
    work.effects.append(ElementEntered(node.id))
    work.leave(node, scope)


def take(work: Work, element: str, scope: int, tokens: Mapping[str, int]) -> None:
    """Take waiting tokens, so many of each flow; what came in excess stays (BPMN 2.0.2 §13.4.1).

    What people were shown of them is over.
    """
    held = work.joins[scope][element]
    work.touched.add(scope)
    for flow, number in tokens.items():
        held[flow] -= number
        if not held[flow]:
            del held[flow]
    if not held:
        del work.joins[scope][element]
    if not work.joins[scope]:
        del work.joins[scope]
    over = [
        key
        for key, each in work.incidents.items()
        if (each.thing, each.element, each.code) == (scope, element, STARVED)
    ]
    for key in over:
        work.resolve(key)


def _take(work: Work, node: Node, scope: int, flows: tuple[str, ...]) -> None:
    take(work, node.id, scope, dict.fromkeys(flows, 1))


def _choose_later(work: Work, node: EventBasedGateway, scope: int) -> None:
    """Wait for the first of the events behind the gateway (BPMN 2.0 §13.4.4)."""
    targets = [work.node(flow.target) for flow in node.outgoing]
    armed = [each for target in targets for each in prepare(work, target, scope, {})]
    work.effects.append(ElementEntered(element=node.id))
    key = work.add(Thing(element=node.id, kind="gateway", parent=scope))
    arm(work, key, armed)


def _count(work: Work, node: ComplexGateway, scope: int, flow: str) -> None:
    """Activate a complex gateway as its condition holds over the tokens that came (BPMN 2.0 §13.4.5)."""
    held = dict(work.joins.get(scope, {}).get(node.id, {}))
    held[flow] = held.get(flow, 0) + 1
    # What comes after the activation is taken as the gateway is reset.
    ready = node.id not in work.activated.get(scope, {}) and _holds(work, node, scope, held)
    work.wait_at(node.id, scope, flow)
    if ready:
        _activate(work, node, scope)


def _holds(work: Work, node: ComplexGateway, scope: int, held: Mapping[str, int]) -> bool:
    """Whether these tokens activate the gateway; raises Stuck."""
    if node.activation is None:
        return len(held) == len(node.incoming)
    seen = work.scope(node.id, scope, {"activationCount": sum(held.values())})
    return seen.answer(node.activation).value is True


def _activate(work: Work, node: ComplexGateway, scope: int) -> None:
    flows = tuple(work.joins[scope][node.id])
    _take(work, node, scope, flows)
    if len(flows) < len(node.incoming):
        work.activated.setdefault(scope, {})[node.id] = flows
    _pass(work, node, scope)


def settle(work: Work) -> bool:
    """At rest: let one gateway go on that waits for what cannot come any more; whether one did."""
    return _decide(work, strict=True) or _reset(work) or _decide(work, strict=False)


def _decide(work: Work, *, strict: bool) -> bool:
    """Gateways for which nothing more can come; not `strict`, inclusive ones that wait for each other alone."""
    for scope, held in sorted(work.joins.items()):
        for element, flows in held.items():
            node = work.node(element)
            # A migration may have taken away the flow that a join still waited for.
            full = isinstance(node, ParallelGateway) and len(flows) == len(node.incoming)
            free = isinstance(node, InclusiveGateway) and not _awaited(
                work, node, scope, frozenset(flows), strict=strict
            )
            if full or free:
                _take(work, node, scope, tuple(flows))
                _pass(work, node, scope)
                return True
    return False


def _reset(work: Work) -> bool:
    """Complex gateways for which nothing more can come take what came late (BPMN 2.0.2 §13.4.5).

    They give only what their conditions say of the reset. What came twice is there for the next activation.
    """
    for scope, seen in sorted(work.activated.items()):
        for element, flows in seen.items():
            node = work.node(element)
            assert isinstance(node, ComplexGateway)
            late = work.joins.get(scope, {}).get(element, {})
            if not _awaited(work, node, scope, frozenset((*flows, *late)), strict=True):
                if came := tuple(flow for flow in late if flow not in flows):
                    _take(work, node, scope, came)
                del seen[element]
                if not seen:
                    del work.activated[scope]
                for flow in choose_again(node, work.scope(element, scope)):
                    work.send(Token(element=flow.target, scope=scope, flow=flow.id))
                rest = work.joins.get(scope, {}).get(element, {})
                if rest and _holds(work, node, scope, rest):
                    _activate(work, node, scope)
                return True
    return False


def _awaited(work: Work, node: Node, scope: int, held: frozenset[str], *, strict: bool) -> bool:
    """Whether a token somewhere in the scope can still come by a flow that has none."""
    ways = _elsewhere(work, node, scope, strict=strict)
    return any(flows - held and not flows & held for flows in ways)


def _elsewhere(work: Work, gateway: Node, scope: int, *, strict: bool) -> Iterator[frozenset[str]]:
    """For each token in the scope but those at the gateway itself: the flows by which it can come there."""
    for key in work.within(scope):
        thing = work.things[key]
        for token in thing.tokens:
            if token.element == gateway.id and token.phase == "enter":
                yield frozenset({token.flow} if token.flow else ())
            else:
                yield reached(work.graph, token.element, gateway.id)
        if not thing.tokens and not thing.outcome:  # what is undone beside comes nowhere
            yield reached(work.graph, thing.element, gateway.id)
    for element in work.joins.get(scope, {}):
        if element != gateway.id and (strict or not isinstance(work.node(element), InclusiveGateway)):
            yield reached(work.graph, element, gateway.id)


def stalled(work: Work) -> None:
    """At the very end: gateways whose tokens nothing can free any more are shown to people."""
    for scope, held in sorted(work.joins.items()):
        if work.alive(scope):
            continue
        for element, flows in held.items():
            missing = [flow.id for flow in work.node(element).incoming if flow.id not in flows] or ["more tokens"]
            if not work.has_incident(element, scope):
                work.stall(scope, element, f"the join waits for {', '.join(missing)}, where no token can come")
