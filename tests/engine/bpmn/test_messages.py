"""A thrown message says whom it means and how long it may wait; start events have timers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import check_process, start, start_timers
from engine.bpmn.effects import MessageThrown
from engine.bpmn.events import MessageReceived
from engine.bpmn.messages import LONGEST_KEY
from engine.bpmn.start_timers import after_firing, ahead, armed
from engine.bpmn.timers import Schedule, plan
from tests.engine.bpmn.models import (
    Walk,
    boundary,
    chain,
    deploy,
    end,
    file,
    flow,
    message,
    on_message,
    par,
    start_event,
    throw,
    timer,
    user,
)

NOW = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
ON_SIGNAL = '<bpmn:signalEventDefinition signalRef="n"/>'
BEFORE = message() + '<bpmn:signal id="n" name="news"/>'


def own(**properties: str) -> str:
    """Hoso's own properties of an element."""
    found = "".join(f'<zeebe:property name="hoso:{name}" value="{value}"/>' for name, value in properties.items())
    return f"<bpmn:extensionElements><zeebe:properties>{found}</zeebe:properties></bpmn:extensionElements>"


def sending(kind: str, **properties: str) -> str:
    """A sequence in which `x` sends the message."""
    inner = own(**properties)
    if kind == "sendTask":
        return (
            start_event()
            + f'<bpmn:sendTask id="x" messageRef="m">{inner}</bpmn:sendTask>'
            + end()
            + chain("s", "x", "e")
        )
    if kind == "endEvent":
        return start_event() + end("x", inner + on_message()) + chain("s", "x")
    return start_event() + throw("x", inner + on_message()) + end() + chain("s", "x", "e")


SENDERS = ("sendTask", "endEvent", "intermediateThrowEvent")


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize(
    ("properties", "key", "ttl"),
    [
        ({}, None, None),
        ({"correlationKey": "A-1"}, "A-1", None),
        ({"correlationKey": "=so + 1", "timeToLive": "PT1H"}, "8", 3600),
        ({"timeToLive": "PT0S"}, None, 0),
        ({"timeToLive": "PT0.5S"}, None, 1),
        ({"timeToLive": "=duration(&quot;P1D&quot;)"}, None, 86400),
        ({"timeToLive": "=&quot;P90D&quot;"}, None, 90 * 86400),
    ],
)
def test_what_sends_gives_key_and_time_to_live(
    kind: str, properties: dict[str, str], key: str | None, ttl: int | None
) -> None:
    """As text, ISO 8601 or FEEL, on whatever sends; the key that is awaited under that message plays no part."""
    walk = Walk(deploy(sending(kind, **properties), message(key="=other")), {"so": 7})
    assert walk.seen(MessageThrown) == [MessageThrown(element="x", name="m-name", key=key, ttl=ttl)]


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"correlationKey": "=nobody"}, "no-correlation-key"),
        ({"correlationKey": "=long"}, "no-correlation-key"),
        ({"timeToLive": "=nobody"}, "time-to-live"),
        ({"timeToLive": "=duration(&quot;P91D&quot;)"}, "time-to-live"),
        ({"timeToLive": "=duration(&quot;-PT1S&quot;)"}, "time-to-live"),
    ],
)
def test_what_cannot_be_sent_is_an_incident_and_nothing_is_thrown(
    kind: str, properties: dict[str, str], code: str
) -> None:
    """The token waits until somebody mends it."""
    walk = Walk(deploy(sending(kind, **properties), message()), {"long": "k" * (LONGEST_KEY + 1)})
    assert (walk.incidents, walk.seen(MessageThrown)) == ([("x", code)], [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (sending("endEvent", timeToLive="P91D"), "time-to-live"),
        (sending("sendTask", timeToLive="1 hour"), "time-to-live"),
        (sending("sendTask", correlationKey="k" * (LONGEST_KEY + 1)), "correlation-key"),
        (sending("sendTask", correlationKey="=1 +"), "expression-syntax"),
        (sending("sendTask", correlationKey="${x}"), "expression-foreign-language"),
        (
            start_event() + throw("x", own(timeToLive="P1D") + ON_SIGNAL) + end() + chain("s", "x", "e"),
            "property-unknown",
        ),
        (start_event() + throw("x", own(key="k") + on_message()) + end() + chain("s", "x", "e"), "property-unknown"),
    ],
)
def test_what_says_nothing_is_refused_at_deploy(body: str, code: str) -> None:
    """At its element, with what to write instead."""
    graph, problems = check_process(file(body, BEFORE), source="p.bpmn")
    assert graph is None
    [found] = [item for item in problems if item.severity == "error"]
    assert (found.element, found.code) == ("x", code)
    assert found.remedy


def test_a_message_may_mean_one_of_several_that_wait() -> None:
    """By its id, whichever is older; one that does not listen for that name is not meant."""
    body = start_event() + par("f") + user("a") + user("b") + end() + chain("s", "f", "a", "e") + chain("f", "b", "e")
    body += boundary("x", "a", on_message()) + boundary("y", "b", on_message()) + flow("x", "e") + flow("y", "e")
    walk = Walk(deploy(body, message()))
    younger = max(walk.state.subscriptions)
    walk.send(MessageReceived(name="m-name", subscription=younger))
    assert walk.open == ["a"]


# Timers that start


def test_a_process_starts_by_its_timer() -> None:
    """At the event whose timer it is; the timer of another event is no way in."""
    body = start_event("t1", timer("timeDuration", "PT1H")) + start_event("t2", timer("timeDuration", "PT2H"))
    body += user("a") + user("b") + end() + chain("t1", "a", "e") + chain("t2", "b", "e")
    graph = deploy(body)
    taken = start(graph, {}, now=NOW, timer="t2")
    assert list(taken.state.open_tasks.values()) == ["b"]
    dues = [item.schedule.due for item in armed(graph, NOW) if item.schedule is not None]
    assert dues == [NOW + timedelta(hours=1), NOW + timedelta(hours=2)]


@given(
    period=st.sampled_from(["PT1M", "PT7M", "P1D", "P1M", "P1Y", "P1M1D"]),
    times=st.none() | st.integers(1, 40),
    minutes=st.integers(-100_000, 3_000_000),
)
def test_the_next_time_ahead_is_found_as_by_walking(period: str, times: int | None, minutes: int) -> None:
    """The first repetition that is not before now; none where all have passed."""
    anchor = datetime(2024, 1, 31, 8, 0, tzinfo=UTC)
    now = anchor + timedelta(minutes=minutes if period not in ("PT1M", "PT7M") else minutes // 100)
    first = plan("timeCycle", f"R{times or ''}/{anchor.isoformat()}/{period}", anchor)
    walked: Schedule | None = first
    while walked is not None and walked.due < now:
        walked = walked.following()
    assert ahead(first, now) == walked


def test_a_cycle_of_long_ago_costs_as_little_as_any() -> None:
    """Fourteen million minutes are not walked through."""
    first = plan("timeCycle", "R/2000-01-01T00:00:00Z/PT1M", NOW)
    found = ahead(first, NOW + timedelta(seconds=30))
    assert found is not None
    assert found.due == NOW + timedelta(minutes=1)
    following = after_firing(found, NOW + timedelta(days=400, seconds=1))
    assert following is not None
    assert following.due == NOW + timedelta(days=400, minutes=1)


def test_a_cycle_ends_with_the_calendar() -> None:
    """The last time that there is, and then none."""
    last = datetime(9999, 12, 31, tzinfo=UTC)
    cycle = plan("timeCycle", "R/9999-12-30T00:00:00Z/P1D", NOW)
    found = ahead(cycle, last)
    assert found is not None
    assert found.due == last
    assert after_firing(found, last) is None


def test_a_schedule_is_stored_and_loaded() -> None:
    """As it was."""
    schedule = plan("timeCycle", "R3/2026-12-01T08:00:00+07:00/P1M", NOW)
    assert start_timers.from_json(start_timers.to_json(schedule)) == schedule
