"""The table of what the log holds, done: each request leaves the leaves that it says."""

from collections.abc import Iterator

from adapters.database import trail as stored
from signing.trail.leaf import decode_leaf
from tests import leaves, rights
from tests.adapters.application.world import World
from tests.adapters.http.client import Caller
from tests.adapters.http.test_rights import at_hand, call, cast
from tests.rights import COLUMNS, acts, bare, expected

ELSEWHERE = {
    "POST /v1/carriers/{carrier}/callback": "dispatch/post/test_courses.py",
    "POST /v1/dispatches/{id}/order": "dispatch/post/test_courses.py",
    "POST /v1/acts": "application/test_signed_acts.py",
    "POST /v1/dispatches/{dispatch}/give": "application/test_counter.py",
    "POST /v1/dispatches/{dispatch}/visit": "application/test_counter.py",
    "POST /v1/dispatches/{dispatch}/visit/miss": "application/test_counter.py",
    "POST /v1/inbound-parcels": "application/test_inbound.py",
    "POST /v1/inbound-parcels/{parcel}/file": "application/test_inbound.py",
    "POST /v1/inbound-parcels/{parcel}/refuse": "application/test_inbound.py",
    "POST /v1/inbound-parcels/{parcel}/documents": "application/test_inbound.py",
    "POST /v1/dossiers/{code}/originals/return": "application/test_inbound.py",
    "POST /v1/sign-in/token": "oidc/test_provider.py",
    "POST /v1/dispatches/{id}/item": "application/test_handing_over.py",
    "POST /v1/dispatches/{id}/originals": "application/test_handing_over.py",
    "POST /v1/handovers": "application/test_handing_over.py",
    "POST /v1/handovers/{handover}/countersign": "application/test_handing_over.py",
    "POST /v1/handovers/{handover}/tell": "application/test_handing_over.py",
    "POST /v1/handovers/{handover}/withdraw": "application/test_handing_over.py",
    "POST /v1/dossiers/{code}/attachments": "application/test_notes.py",
    "POST /v1/dossiers/{code}/consents/{consent}/address": "application/test_consents.py",
    "POST /v1/dossiers/{code}/incidents/{incident}/retry": "application/test_interventions.py",
    "POST /v1/mail-reports": "mailbox/test_bounces.py",
    "POST /v1/mails/{mail}/discard": "mailbox/test_intake.py",
    "POST /v1/mails/{mail}/release": "mailbox/test_intake.py",
    "POST /v1/organisation/import": "http/test_lists.py",
    "POST /v1/proposals/{proposal}/withdraw": "application/test_proposals.py",
    "POST /v1/dispatches/{id}/cancel": "application/test_parcel_acts.py",
    "POST /v1/dispatches/{id}/receive": "application/test_parcel_acts.py",
    "POST /v1/dispatches/{id}/settle": "application/test_parcel_acts.py",
    "POST /v1/dispatches/{id}/complaints": "application/test_parcel_acts.py",
    "POST /v1/dispatches/{id}/retry": "application/test_parcel_acts.py",
    "POST /v1/parcel-words": "application/test_parcel_acts.py",
    "POST /v1/jobs/{job}/retry": "http/test_jobs.py",
    "POST /v1/jobs/{job}/dismiss": "http/test_jobs.py",
    "POST /v1/jobs/{job}/complete": "http/test_workers.py",
    "POST /v1/jobs/{job}/error": "http/test_workers.py",
    "POST /v1/jobs/{job}/fail": "http/test_workers.py",
    "POST /v1/tasks/{task}/reassign": "application/test_task_work.py",
    "POST /v1/tasks/{task}/follow-up": "application/test_task_work.py",
}
"""What the table of rights asks there is not at hand, or so already; their leaves are seen in these tests."""
UNDONE = (
    "POST /v1/parcel-words",
    "POST /v1/organisation/import",
    "POST /v1/tasks/{task}/reassign",
    "POST /v1/tasks/{task}/follow-up",
)
"""Nothing is done there, and nothing told: it is so already, or must be signed first."""


def test_whatever_writes_stands_in_the_table() -> None:
    """Routes, job types, the server's commands; each act has its words on the page of acts."""
    assert list(leaves.problems()) == []


def test_each_request_leaves_what_the_table_says(caller: Caller) -> None:
    """Done or refused, no other act; and where it is done, at least one."""
    cast(caller.world)
    rows = {bare(row.name): row for row in leaves.ROUTES}
    told = set[str]()
    for each in rights.ROWS:
        row = rows.get(bare(each.route))
        for role in _allowed(each) if row is not None else ():
            hand = at_hand(caller.world, each)
            before = caller.world.size()
            answer = call(caller, f"{role}-agency", each, hand)
            found = set(made(caller.world, before))
            assert found <= set(row.allowed), (each.route, role, found)
            if answer.is_success and not row.why and row.name not in UNDONE:
                assert found & set(row.acts), (each.route, role, answer.text)
            assert not (row.why and found), (each.route, role, found)
            told |= {row.name} if found else set()
    silent = {row.name for row in leaves.ROUTES if not row.why} - told
    assert sorted(silent) == sorted(ELSEWHERE), "done or refused, each must have left something here, or elsewhere"


def _allowed(each: rights.Row) -> Iterator[str]:
    """The roles that the policy lets through; of those for whom the thing itself decides, those that it is for."""
    act = acts()[bare(each.route)]
    return (role for role in COLUMNS if expected(act, role) is None and (not each.by or role in each.by))


def made(world: World, since: int) -> Iterator[str]:
    """The acts of the leaves from there on."""
    with world.app.store.read() as tx:
        found = stored.leaves(tx, start=since, limit=100)
    return (decode_leaf(each.encoded).act for each in found)
