"""No question shows another office's dossier, task, document, dispatch, history or evidence."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.application import (
    claim,
    complete,
    evidence,
    inbox,
    interventions,
    message,
    parcel_papers,
    queries,
    statement,
)
from adapters.application.answer import Answer, Request
from adapters.database.store import Store
from engine.errors import Kind, Refusal
from signing.canonical import sha256_hex
from tests.adapters.application.world import RESULT, Founded, World, build, opened, refusal_of
from tests.databases import Templates

Ask = Callable[[World, str, str], object]


def posted(store: Store, founded: Founded) -> tuple[Founded, str]:
    """The agency with a dossier of van-phong that has a parcel; khu-pho-3 has a dossier of its own."""
    with opened(store, founded) as world:
        sent = world.approved(channel="post")
        world.work()
        world.start("cho", "nam", files={})
    return founded, sent


@pytest.fixture
def told(templates: Templates) -> Iterator[tuple[World, str]]:
    with templates.copy(posted, upon=build) as (store, (founded, code)), opened(store, founded) as world:
        yield world, code


@pytest.fixture
def world(told: tuple[World, str]) -> World:
    return told[0]


@pytest.fixture
def code(told: tuple[World, str]) -> str:
    return told[1]


def who(world: World, id: str) -> Any:
    return world.officer(id)


def _dispatch(world: World, code: str) -> str:
    return str(world.dossier(code)["dispatches"][0]["id"])


ONE: dict[str, Ask] = {
    "dossier": lambda w, code, id: queries.show_dossier(w.app, who(w, id), code),
    "history": lambda w, code, id: queries.history(w.app, who(w, id), code),
    "evidence": lambda w, code, id: evidence.pack(w.app, who(w, id), code),
    "document": lambda w, code, id: queries.content(w.app, who(w, id), sha256_hex(RESULT)),
    "dispatch": lambda w, code, id: queries.show_dispatch(w.app, who(w, id), _dispatch(w, code)),
    "tokens": lambda w, code, id: interventions.list_tokens(w.app, who(w, id), code),
    "label": lambda w, code, id: parcel_papers.label(w.app, who(w, id), _dispatch(w, code)),
}


def refused(found: object) -> Refusal | None:
    if isinstance(found, Answer):
        return found.refusal
    return found if isinstance(found, Refusal) else None


@pytest.mark.parametrize("name", ONE)
def test_another_office_does_not_even_learn_that_it_exists(world: World, code: str, name: str) -> None:
    """The refusal is that of a name nobody ever used; those above the office, and auditors, see it."""
    refusal = refused(ONE[name](world, code, "nam"))
    assert refusal is not None, f"{name} is shown to another office"
    assert (refusal.kind, refusal.code.endswith("-unknown")) == (Kind.NOT_FOUND, True)
    for id in ("lan", "hoa", "kiem"):
        assert refused(ONE[name](world, code, id)) is None, f"{name} is not shown to {id}"


@pytest.mark.parametrize("name", ["dossier", "history", "evidence"])
def test_the_refusal_is_the_same_for_what_never_was(world: World, code: str, name: str) -> None:
    """Word for word, but for the name asked for."""
    there, nowhere = refused(ONE[name](world, code, "nam")), refused(ONE[name](world, "H29.5-261121-9999", "nam"))
    assert there is not None
    assert nowhere is not None
    assert there.message.replace(code, "?") == nowhere.message.replace("H29.5-261121-9999", "?")
    assert (there.kind, there.code, there.remedy) == (nowhere.kind, nowhere.code, nowhere.remedy)


LISTS: dict[str, Callable[[World, str], list[Any]]] = {
    "dossiers": lambda w, id: [
        item["code"] for item in queries.list_dossiers(w.app, who(w, id), "", 50).body_or_raise()["items"]
    ],
    "tasks": lambda w, id: [
        item["dossier"] for item in inbox.show(w.app, who(w, id), "all", "", 50).body_or_raise()["items"]
    ],
    "dispatches": lambda w, id: [
        item["dossier"] for item in queries.list_dispatches(w.app, who(w, id), "", 50).body_or_raise()["items"]
    ],
    "parcels": lambda w, id: [
        item["dossier"] for item in parcel_papers.parcels_of_day(w.app, who(w, id), w.clock.now.date(), None)
    ],
}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_shows_another_offices(world: World, code: str, name: str) -> None:
    """Each way: neither office sees the other's."""
    if name == "tasks":
        code = world.start("cho")
    seen = LISTS[name](world, "lan")
    assert code in seen
    assert set(seen) <= {code} | {item["code"] for item in _own(world, "lan")}
    assert code not in LISTS[name](world, "nam")


def _own(world: World, id: str) -> list[Any]:
    unit = world.officer(id).unit
    listed = queries.list_dossiers(world.app, world.officer(id), "", 50).body_or_raise()["items"]
    assert {item["unit"] for item in listed} == {unit}
    return list(listed)


TASK: dict[str, Callable[[World, str, str], Answer]] = {
    "show": lambda w, task, id: queries.show_task(w.app, who(w, id), task),
    "claim": lambda w, task, id: claim.claim(w.app, who(w, id), Request(officer=id), task),
    "release": lambda w, task, id: claim.release(w.app, who(w, id), Request(officer=id), task),
    "statement": lambda w, task, id: statement.for_task(w.app, who(w, id), Request(officer=id), task, {}),
    "complete": lambda w, task, id: complete.complete_task(
        w.app, who(w, id), Request(officer=id), complete.Completion(task=task, submission=None, data={})
    ),
}


@pytest.mark.parametrize("name", TASK)
def test_a_task_of_another_office_is_unknown_in_every_way(world: World, code: str, name: str) -> None:
    """Also to officers who hold its role in their own office."""
    task = world.task(world.start("cho"), "work")
    refusal = refusal_of(TASK[name](world, task, "nam"))
    assert (refusal.kind, refusal.code, refusal.message) == (Kind.NOT_FOUND, "task-unknown", f"no task {task}")


def test_a_message_from_another_office_moves_nothing(world: World) -> None:
    """Nor one from an auditor, who may read it."""
    code = world.start("rut")

    def send(id: str) -> Answer:
        return message.send(world.app, world.officer(id), Request(officer=id), code, "rut", {})

    assert refusal_of(send("nam")).code == "dossier-unknown"
    assert refusal_of(send("kiem")).code == "auditor-changes-nothing"
    assert world.dossier(code)["tasks"]
    assert send("lan").refusal is None


def test_uploaded_bytes_are_shown_to_who_uploaded_them(world: World) -> None:
    """Before any dossier holds them; and to nobody else, auditors included."""
    digest = world.upload("lan", b"not yet handed in")
    assert queries.content(world.app, world.officer("lan"), digest) == b"not yet handed in"
    for id in ("mai", "nam", "hoa", "kiem"):
        assert isinstance(queries.content(world.app, world.officer(id), digest), Refusal)


def test_what_the_store_keeps_for_itself_is_no_document(world: World, code: str) -> None:
    """Signatures, records, bundle files and labels are not read by their digest."""
    with world.app.store.read() as tx:
        from sqlalchemy import select

        from adapters.database import tables

        digests = set(tx.execute(select(tables.content.c.sha256)).scalars()) - {sha256_hex(RESULT)}
    assert digests
    for digest in digests:
        assert isinstance(queries.content(world.app, world.officer("nam"), digest), Refusal)


def test_only_an_auditor_reads_the_whole_trail(world: World, code: str) -> None:
    """The others have their dossiers' histories, the checkpoint, and proofs; the auditor gets no evidence with it."""
    assert refusal_of(queries.leaves(world.app, world.officer("an"), 0, 10)).code == "right-missing"
    items = queries.leaves(world.app, world.officer("kiem"), 0, 10).body_or_raise()["items"]
    assert [set(item) for item in items] == [{"index", "leaf"}] * 10
