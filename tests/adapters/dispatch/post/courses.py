"""The courses that the simulator plays: what it answers to orders, what it tells, and how each parcel ends."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens: `hours` from now, told as `text` forms it."""

    do: str
    status: str = ""
    hours: float = 0
    text: str = ""
    how: str = ""
    answer: int = 200
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`carrier`: sim may be asked for an order by our reference, mute may not. `early`: it calls back while it is
    asked for the order.
    """

    name: str
    steps: tuple[Step, ...] = ()
    state: str = "prepared"
    ordering: str = "ordered"
    orders: int = 1
    contradicted: int = 0
    unknown: int = 0
    carrier: str = "sim"
    answers: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    early: str = ""


def say(status: str, hours: float = 1, **how: Any) -> Step:
    """The carrier tells."""
    return Step(do="say", status=status, hours=hours, **how)


def wait(hours: float = 2) -> Step:
    """Time goes on, and jobs are done."""
    return Step(do="wait", hours=hours)


def decide(how: str, answer: int = 200) -> Step:
    """An officer decides."""
    return Step(do="decide", how=how, answer=answer)


def told(name: str, state: str, *steps: Step, **more: Any) -> Course:
    """A course of a parcel that was ordered plainly."""
    return Course(name=name, state=state, steps=steps, **more)


def ordered(name: str, ordering: str, *answers: str, **more: Any) -> Course:
    """A course of an order."""
    return Course(name=name, ordering=ordering, answers=answers, **more)


HAND, CALL_OFF, CRASH = Step(do="hand"), Step(do="call_off"), Step(do="crash")
DONE, BACK, GONE = say("DONE", 5), say("BACK", 9), say("GONE", 9)

COURSES = (
    # What is told of a parcel
    told("delivered", "delivered", HAND, say("PICKED"), say("SORTED", 2), DONE),
    told("told ten days late", "delivered", HAND, say("PICKED"), wait(240), say("DONE", -200)),
    told("told twice", "delivered", HAND, say("PICKED", how="again"), say("DONE", 5, how="again")),
    told("told a hundred times at once", "delivered", say("DONE", 5, times=100)),
    told("reordered", "delivered", HAND, DONE, say("PICKED"), say("SORTED", 2)),
    told("a call in vain told after the end", "delivered", HAND, DONE, say("ABSENT", 3)),
    told("not handed over yet", "in-transit", say("PICKED"), HAND),
    told("lost", "lost", HAND, say("PICKED"), GONE),
    told("returned at once", "returned", HAND, BACK),
    told("absent once, then delivered", "delivered", HAND, say("ABSENT", 2), DONE),
    told("absent twice, then returned", "returned", say("ABSENT", 2), say("ABSENT", 3), BACK),
    told("absent twice, then delivered", "delivered", say("ABSENT", 2), say("ABSENT", 3), DONE),
    told("absent three times, then returned", "returned", *(say("ABSENT", each) for each in (2, 3, 4)), BACK),
    told("the same absence twice", "attempt-1", say("ABSENT", 2), say("ABSENT", 2)),
    told("absent twice", "attempt-2", say("ABSENT", 3), say("ABSENT", 2)),
    # What contradicts
    told("returned after delivered", "delivered", DONE, BACK, contradicted=1),
    told("lost after delivered", "delivered", DONE, GONE, contradicted=1),
    told("delivered after returned", "returned", say("BACK", 3), DONE, contradicted=1),
    told("delivered after lost", "lost", say("GONE", 3), DONE, contradicted=1),
    told("under way after delivered", "delivered", DONE, say("PICKED", 8), contradicted=1),
    told("void after delivered", "delivered", DONE, say("VOID", 8), contradicted=1),
    told("the carrier calls it off", "cancelled", say("VOID")),
    # What is not believed
    told("forged", "in-transit", say("DONE", how="forged", answer=401), say("PICKED")),
    told("unsigned", "prepared", say("DONE", how="bare", answer=401)),
    told("signed for another body", "prepared", say("DONE", how="other", answer=401)),
    told("of an item that nobody knows", "prepared", say("DONE", how="stranger")),
    told("a word without a meaning", "in-transit", say("PICKED"), say("WEIGHED", 2), say("???", 3), unknown=2),
    told("a date that is none", "prepared", say("DONE", text="32/13/2026 25:61:00", how="again"), unknown=1),
    told("no date", "prepared", say("DONE", text=" "), unknown=1),
    told("two days ahead", "prepared", say("DONE", 48.1), unknown=1),
    told("a clock that goes before", "delivered", say("DONE", 23)),
    told("years ago", "prepared", say("DONE", -9000), unknown=1),
    told("a Vietnamese date", "delivered", say("DONE", text="%d/%m/%Y %H:%M:%S")),
    told("no JSON", "prepared", say("DONE", how="broken", answer=422)),
    told("too many words", "prepared", say("DONE", times=101, answer=422)),
    told("a body too large", "prepared", say("DONE", how="huge", answer=413)),
    # Orders
    ordered("cut off, taken, adopted", "ordered", "cut", steps=(wait(), DONE), state="delivered"),
    ordered("cut off, never taken, sent again", "ordered", "never", steps=(wait(0.01), wait())),
    ordered("an error, taken, adopted", "ordered", "error", steps=(wait(),)),
    ordered("an error, never taken, sent again", "ordered", "error-never", steps=(wait(0.01), wait())),
    ordered("known already", "ordered", "known", steps=(wait(),)),
    ordered("a broken answer, adopted", "ordered", "broken", steps=(wait(),)),
    ordered("an answer too deep, adopted", "ordered", "deep", steps=(wait(),)),
    ordered("refused", "refused", "refused", orders=0, steps=(wait(48),)),
    ordered("refused, then again", "ordered", "refused", steps=(decide("again"),)),
    ordered("busy, then taken", "ordered", "busy", "busy", steps=(wait(), wait())),
    ordered("no token, then one", "ordered", "locked", steps=(wait(),)),
    ordered("killed before it was sent", "ordered", steps=(CRASH, wait(0.01), wait())),
    ordered("the word of it comes first, by reference", "ordered", early="reference", state="in-transit"),
    ordered("the word of it comes first, by item", "ordered", early="plain", state="in-transit"),
    # Orders at a carrier that cannot be asked: never twice by themselves
    ordered("mute: cut off", "unclear", "cut", carrier="mute", steps=(wait(48), wait(48))),
    ordered("mute: an error", "unclear", "error-never", orders=0, carrier="mute", steps=(wait(48),)),
    ordered("mute: too much", "unclear", "huge", carrier="mute", steps=(wait(48),)),
    ordered("mute: no item", "unclear", "no-item", carrier="mute", steps=(wait(48),)),
    ordered("mute: a wrong check digit", "unclear", "misread", carrier="mute", steps=(wait(48),)),
    ordered("mute: killed before it was sent", "unclear", orders=0, carrier="mute", steps=(CRASH, wait(48))),
    ordered("mute: an officer names the item", "ordered", "cut", carrier="mute", steps=(say("PICKED"), decide("item")),
            state="in-transit"),
    ordered("mute: an officer orders again", "ordered", "cut", orders=2, carrier="mute", steps=(decide("again"),)),
    ordered("mute: an officer gives it up", "none", "cut", carrier="mute", steps=(decide("none"), decide("none", 409))),
    ordered("mute: a word names our reference", "ordered", "cut", carrier="mute", state="delivered",
            steps=(say("DONE", 5, how="reference"),)),
    # Cancelled
    Course(name="cancelled before it was fetched", steps=(CALL_OFF, wait()), state="cancelled", ordering="cancelled"),
    Course(name="cancelled too late", steps=(CALL_OFF, wait(), say("PICKED")), state="cancelled", contradicted=1,
           ordering="cancel-refused", cancels=("picked",)),
    Course(name="cancelled, the answer lost", steps=(CALL_OFF, wait(), wait()), state="cancelled",
           ordering="cancelled", cancels=("cut",)),
    Course(name="cancelled before the order was clear", answers=("cut",), steps=(CALL_OFF, wait(), wait()),
           state="cancelled", ordering="cancelled"),
    Course(name="mute: cancelled, and nobody knows the item", carrier="mute", answers=("cut",),
           steps=(CALL_OFF, wait(), wait()), state="cancelled", ordering="cancel-unclear"),
)  # fmt: skip
