"""What must hold after servers were killed: everybody's own record against the database, the log and the mails."""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from adapters.database import tables
from adapters.database import trail as stored
from signing.trail import tree
from signing.trail.checkpoint import verify_checkpoint
from tests.killing.clients import Record
from tests.killing.office import Office

Json = Mapping[str, Any]
STEPS = ("number-taken", "job-completed", "timer-fired", "dispatch-prepared", "dispatch-sent")
"""What programs do once in every dossier, as its leaves tell."""


def check(office: Office, record: Record, kills: list[float]) -> dict[str, int]:
    """All of it; gives what was counted."""
    leaves = _leaves(office)
    acts: dict[str, Counter[str]] = defaultdict(Counter)
    for leaf in leaves:
        acts[str(leaf["dossier"])][leaf["act"]] += 1
    codes = _started(office, record)
    completed = _receipts(office, record, leaves)
    for code in codes:
        letter = _letter(office, code)
        told = {step: acts[code][step] for step in STEPS}
        assert told == dict.fromkeys(STEPS, 1), (code, told)
        assert (acts[code]["dossier-started"], acts[code]["number-issued"]) == (1, 1), (code, acts[code])
        assert acts[code]["letter-made"] == letter, (code, acts[code])
        assert (acts[code]["task-completed"], acts[code]["task-claimed"]) == (2, 2), (code, acts[code])
    _jobs(office, record)
    _numbers(office, len(codes))
    doubled = _mails(office, set(codes), kills)
    office.world.check_trail()
    tried = sum(item.tries > 1 for item in record.accepted)
    return {
        "kills": len(kills), "dossiers": len(codes), "signed acts": completed, "leaves": len(leaves),
        "answers got by repeating": tried, "mails twice": doubled,
    }  # fmt: skip


def _leaves(office: Office) -> list[dict[str, Any]]:
    columns = (tables.leaf.c.encoded, tables.leaf.c.dossier)
    with office.store.read() as tx:
        rows = tx.execute(select(*columns).order_by(tables.leaf.c.index)).all()
    return [{**json.loads(encoded), "dossier": dossier} for encoded, dossier in rows]


def _started(office: Office, record: Record) -> list[str]:
    """Each accepted start is one dossier, there are no others, and each has ended."""
    codes = [item.answer["code"] for item in record.of("start")]
    assert len(set(codes)) == len(codes)
    with office.store.read() as tx:
        rows = tx.execute(select(tables.dossier.c.code, tables.dossier.c.finished)).all()
        kept = {row.code: row.finished for row in rows}
    assert sorted(kept) == sorted(codes)
    assert all(kept.values()), [code for code, finished in kept.items() if finished is None]
    return codes


def _receipts(office: Office, record: Record, leaves: list[dict[str, Any]]) -> int:
    """Each signed act that an officer was told of stands where the receipt says, is proven, and is there once; and
    none is there of which nobody was told. Every checkpoint that was given continues into the present one.
    """
    held = [*record.of("decide"), *record.of("seal")]
    done = Counter(leaf["subject"] for leaf in leaves if leaf["act"] == "task-completed")
    assert done == Counter(item.subject for item in held)
    assert set(done.values()) <= {1}
    claimed = Counter(leaf["subject"] for leaf in leaves if leaf["act"] == "task-claimed")
    assert claimed == Counter(item.subject for item in record.of("claim"))
    vkey = office.world.app.log_key.vkey
    with office.store.read() as tx:
        head = verify_checkpoint(stored.head(tx).checkpoint, vkey)
        for item in held:
            receipt = item.answer["receipt"]
            kept = leaves[receipt["index"]]
            assert (kept["act"], kept["subject"]) == ("task-completed", item.subject)
            [row] = stored.leaves_at(tx, {receipt["index"]})
            point = verify_checkpoint(receipt["checkpoint"], vkey)
            proof = [bytes.fromhex(each) for each in receipt["inclusion"]]
            assert row.encoded == base64.b64decode(receipt["leaf"])
            tree.verify_inclusion(receipt["index"], point.size, tree.leaf_hash(row.encoded), proof, point.root)
            since = tree.consistency_proof(point.size, head.size, lambda level, index: stored.node(tx, level, index))
            tree.verify_consistency(point.size, head.size, since, point.root, head.root)
    return len(held)


def _letter(office: Office, code: str) -> int:
    with office.store.read() as tx:
        query = select(tables.job.c.id).where(tables.job.c.dossier == code, tables.job.c.type == "hoso.letter")
        return len(tx.execute(query).all())


def _jobs(office: Office, record: Record) -> None:
    """Every job of a dossier is done, each external one by exactly one of the completions that were sent."""
    with office.store.read() as tx:
        rows = tx.execute(select(tables.job)).mappings().all()
    left = [(row["type"], row["state"], row["error"]) for row in rows if row["dossier"] and row["state"] != "done"]
    assert left == []
    stamps = [row for row in rows if row["type"] == "stamp"]
    assert {row["state"] for row in stamps} == {"done"}
    assert len({row["payload"]["record"] for row in stamps}) == len(stamps)
    assert len(stamps) >= len(record.of("decide")) + len(record.of("seal"))
    accepted = Counter(item.subject for item in record.of("job"))
    assert accepted == Counter(str(row["id"]) for row in rows if row["queue"] != tables.OWN_QUEUE)
    assert {code for act, _, code in record.refused if act == "job"} <= {"lease-lost", "job-over"}


def _numbers(office: Office, count: int) -> None:
    """A register numbers without a double and, since a number is issued in one transaction, without a gap."""
    with office.store.read() as tx:
        values = sorted(tx.execute(select(tables.number.c.value)).scalars())
    assert values == list(range(1, count + 1))


def _mails(office: Office, codes: set[str], kills: list[float]) -> int:
    """Every result was mailed; whichever went out again did so since a server died between the first final dot and the
    commit, with the same Message-ID, and none after the commit. Gives how many went out more than once.
    """
    with office.store.read() as tx:
        rows = tx.execute(select(tables.dispatch)).mappings().all()
    assert {row["dossier"] for row in rows} == codes
    assert {row["state"] for row in rows} == {"sent"}
    copies = defaultdict(list)
    for mail in office.mail.taken:
        copies[mail.id].append(mail)
    assert len(copies) == len(rows)
    by_id = {id: next(row for row in rows if row["key"] in id) for id in copies}
    for id, mails in copies.items():
        noted: datetime = by_id[id]["updated"]
        for earlier, later in pairwise(mails):
            assert any(earlier.at <= kill <= later.at for kill in kills), (id, earlier.at, later.at)
        last = datetime.fromtimestamp(mails[-1].at, noted.tzinfo) + timedelta(seconds=office.ahead)
        assert last <= noted, (id, last, noted)
    return sum(len(mails) > 1 for mails in copies.values())
