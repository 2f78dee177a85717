"""A witness over real HTTP: it cosigns what continues, refuses all else with the status that C2SP names."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.witness import trusting
from adapters.witness.keeping import Damaged, Folder
from adapters.witness.refusals import Refusals
from adapters.witness.server import CONNECTIONS
from signing.errors import SigningError
from signing.trail.checkpoint import Checkpoint
from signing.trail.cosignature import verify_anchored, verify_cosignature
from signing.trail.note import LogKey, parse_line, sign_note, split_note
from signing.trail.witnessing import MAX_REQUEST_BYTES, log_name
from tests.adapters.witness.logs import NOW, GrowingLog
from tests.adapters.witness.serving import Serving, serving


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Serving]:
    """It has cosigned five of the log's eight leaves."""
    with serving(tmp_path / "w", LOG.key.vkey) as served:
        assert served.send(LOG.submission(0, 5))[0] == 200
        yield served


def test_what_continues_is_cosigned(witness: Serving) -> None:
    """From nothing, further, and the same again; anyone can compare the last one, with both signatures."""
    log, vkey = LOG, witness.key.vkey
    for old, new in ((5, 5), (5, 8), (8, 8)):
        status, kind, body = witness.send(log.submission(old, new))
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        text, _ = split_note(log.note(new))
        assert verify_cosignature(text, parse_line(body.decode().rstrip("\n")), vkey).time == NOW
        assert witness.held() == new, "on the disk before it is told"
        shown = witness.last()
        assert (shown[0], verify_anchored(shown[2].decode(), log.key.vkey, [vkey]).checkpoint.size) == (200, new)


LOG = GrowingLog().grow(8)
FORK = GrowingLog().grow(3).grow(9, "fork")
STRANGER = GrowingLog("hoso/H29.5").grow(8)
OTHER = GrowingLog("somebody/else").grow(8)
SHORT = b"0" * 32
Made = Callable[[GrowingLog], bytes]


def of_fork(old: int, new: int) -> Made:
    return lambda log: log.submission(old, new, note=FORK.note(new, log.key), proof=FORK.proof(old, new))


def signed(text: str) -> Made:
    return lambda log: log.submission(5, 8, note=sign_note(text, log.key))


REFUSED: dict[str, tuple[Made, int, bytes]] = {
    "forked": (of_fork(5, 8), 422, b"[consistency-proof]"),
    "forked at the size seen": (of_fork(5, 5), 409, b"5\n"),
    "inconsistent proof": (lambda log: log.submission(5, 8, proof=log.proof(4, 8)), 422, b"[consistency-proof]"),
    "no proof": (lambda log: log.submission(5, 8, proof=()), 422, b"[consistency-proof]"),
    "a proof from nothing to prove": (lambda log: log.submission(5, 5, proof=(SHORT,)), 422, b"[consistency-proof]"),
    "short hash": (lambda log: log.submission(5, 8, proof=(b"x",)), 422, b"[consistency-proof]"),
    "shrunk": (lambda log: log.submission(5, 4), 400, b"[submission-cut]"),
    "shrunk, and honest about it": (lambda log: log.submission(4, 4), 409, b"5\n"),
    "old size replayed": (lambda log: log.submission(3, 8), 409, b"5\n"),
    "as if never seen": (lambda log: log.submission(0, 8), 409, b"5\n"),
    "newer than seen": (lambda log: log.submission(7, 8), 409, b"5\n"),
    "unknown log": (lambda _: OTHER.submission(5, 8), 404, b"[witness-log-unknown]"),
    "key of another, same name": (lambda _: STRANGER.submission(5, 8), 403, b"[submission-unsigned]"),
    "signature of another text": (
        lambda log: log.submission(5, 8, note=log.note(8).replace("\n8\n", "\n9\n")), 403, b"[submission-unsigned]",
    ),
    "unsigned": (lambda log: log.submission(5, 8, note=log.note(8).split("—")[0]), 400, b"[submission-malformed]"),
    "nothing": (lambda _: b"", 400, b"[submission-malformed]"),
    "no UTF-8": (lambda _: b"old 5\n\n\xff\n", 400, b"[submission-malformed]"),
    "size with zeroes": (lambda log: log.submission(5, 8).replace(b"old 5", b"old 05"), 400, b"[submission-malformed]"),
    "size of other digits": (
        lambda log: log.submission(5, 8).replace(b"old 5", "old ٥".encode()), 400, b"[submission-malformed]",
    ),
    "hash not base64": (lambda log: log.submission(5, 8).replace(b"=\n", b"*\n", 1), 400, b"[submission-malformed]"),
    "64 hashes": (lambda log: log.submission(5, 8, proof=(SHORT,) * 64), 400, b"[submission-malformed]"),
    "extension line": (signed("hoso/H29.5\n8\n" + "A" * 43 + "=\nmore\n"), 400, b"[submission-malformed]"),
    "no checkpoint": (signed("hoso/H29.5\nmany\n\n"), 400, b"[submission-malformed]"),
}  # fmt: skip


@pytest.mark.parametrize("defect", REFUSED)
def test_what_does_not_continue_is_refused(witness: Serving, defect: str) -> None:
    """Each with its status; a conflict tells the size held; nothing of it is kept, and the right one goes on."""
    make, expected, told = REFUSED[defect]
    before = witness.last()
    status, kind, body = witness.send(make(LOG))
    assert (status, told in body) == (expected, True), body
    assert (kind == "text/x.tlog.size") is (expected == 409)
    assert witness.last() == before
    kept = [file.name.split("-")[1] for file in (witness.folder.path / "refused").glob("*.txt")]
    unproven = ["unproven"] if expected == 422 and "nothing to prove" not in defect else []
    assert kept == (["fork"] if defect.startswith("forked") else unproven), "what the log signed may prove a fork"
    assert witness.send(LOG.submission(5))[0] == 200


def test_junk_takes_no_place_of_proof(witness: Serving) -> None:
    """True checkpoints with false proofs, more than there are places: a fork is kept all the same; what is cosigned
    later takes no place any more, and one of another root than was cosigned then is proof.
    """
    log = GrowingLog(key=LOG.key).grow(100)
    assert witness.send(log.submission(5, 6))[0] == 200
    for size in range(7, 100):
        assert witness.send(log.submission(6, size, proof=(SHORT,) * 3))[0] == 422
    fork = FORK.submission(6, 9, note=FORK.note(9, log.key))
    assert witness.send(fork)[0] == 422
    known = witness.folder.find(log_name(log.key.origin), witness.key)
    assert known is not None
    kept = Refusals(folder=witness.folder, log=known)
    assert (kept.count, kept.forks) == (94, 2), "the fork, and the true one of its size: two roots, both signed"
    files = sorted((witness.folder.path / "refused").glob("*.txt"))
    [proof] = [file for file in files if FORK.state(9).root.hex()[:16] in file.name]
    assert FORK.note(9, log.key) in proof.read_text()
    assert known.note is not None
    assert known.note in proof.read_text()
    other = GrowingLog(key=log.key).grow(7, "again")
    assert witness.send(log.submission(6, 7))[0] == 200
    assert witness.send(other.submission(7, 7))[0] == 409
    assert kept.forks == 3
    names = [file.name for file in (witness.folder.path / "refused").glob("*-unproven-*")]
    assert len(names) == 14
    assert not [name for name in names if "-7-" in name]


def test_what_was_not_proof_becomes_it(witness: Serving) -> None:
    """From a size of which no proof shows a fork: one kept, and then the true one of its size cosigned."""
    odd = GrowingLog(key=LOG.key).grow(8, "other")
    assert witness.send(odd.submission(5, 7, proof=(SHORT,)))[0] == 422
    assert [witness.send(LOG.submission(*sizes))[0] for sizes in ((5, 7), (7, 8))] == [200, 200]
    [file] = (witness.folder.path / "refused").glob("*.txt")
    assert "-fork-7-" in file.name
    assert odd.note(7) in file.read_text()
    assert LOG.note(7) in file.read_text()


def test_the_empty_log_and_strange_roots(tmp_path: Path) -> None:
    """From an empty log whatever comes is taken once, without a proof; an empty log has one root only."""
    log = GrowingLog().grow(2)
    with serving(tmp_path / "w", log.key.vkey) as witness:
        assert witness.last()[0] == 404
        odd = Checkpoint(origin=log.key.origin, size=0, root=SHORT).sign(log.key)
        assert witness.send(log.submission(0, 0, note=odd))[0] == 409
        assert witness.send(log.submission(0, 2, proof=(SHORT,)))[0] == 422
        assert [witness.send(log.submission(0, size))[0] for size in (0, 1)] == [200, 200]


def test_bounds(tmp_path: Path) -> None:
    """Too long, no length, elsewhere: refused before anything is read; whoever drips or fills the places is cut."""
    log = GrowingLog().grow(3)
    with serving(tmp_path / "w", log.key.vkey, longest=1) as witness:
        assert witness.send(b"x" * (MAX_REQUEST_BYTES + 1))[0] == 413
        assert witness.send(b"", "/other")[0] == 404
        assert witness.send(b"", "/checkpoints/../witness.key", "GET")[0] == 404
        kept = http.client.HTTPConnection(*witness.address, timeout=10)
        for size in (1, 2):
            kept.request("POST", "/add-checkpoint", log.submission(size - 1, size))
            assert kept.getresponse().read().startswith("— w.example ".encode()), "one connection serves many requests"
        kept.close()
        with socket.create_connection(witness.address) as raw:
            raw.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n")
            assert b" 411 " in raw.recv(100)
        held = [socket.create_connection(witness.address) for _ in range(CONNECTIONS + 5)]
        try:
            held[0].sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\nold")
            time.sleep(1.5)
            assert witness.send(log.submission(2, 3))[0] == 200, "the others were cut"
        finally:
            for each in held:
                each.close()


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length: {n}",
        "Content-Length: 0\r\nContent-Length: {n}",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding:",
        "Odd : x\r\nContent-Length: {n}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_request_within_a_request(witness: Serving, method: str, header: str) -> None:
    """Behind a proxy that pools connections, what a request carries beyond its end is never answered as another one.

    Attack: somebody sends a question with a body that is itself a request; the answer to it would go to whoever asks
    next over that connection.
    """
    path = f"/checkpoints/{log_name(witness.origin)}" if method == "GET" else "/other"
    inner = f"GET /checkpoints/{log_name(witness.origin)} HTTP/1.1\r\nHost: w\r\n\r\n"
    outer = f"{method} {path} HTTP/1.1\r\nHost: w\r\n{header.format(n=len(inner))}\r\n\r\n"
    with socket.create_connection(witness.address, timeout=10) as raw:
        raw.sendall((outer + inner).encode())
        answered = b"".join(iter(lambda: raw.recv(4096), b""))
    assert answered.startswith(b"HTTP/1.1 4")
    assert answered.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in answered


def test_two_at_once(tmp_path: Path) -> None:
    """Of many that continue the same state, over two servers on one folder, one is first and none goes back."""
    log = GrowingLog().grow(40)
    with serving(tmp_path / "w", log.key.vkey) as one, serving(tmp_path / "w", log.key.vkey) as two:
        assert one.send(log.submission(0, 3))[0] == 200
        sent = [(one, two)[n % 2] for n in range(24)]
        with ThreadPoolExecutor(24) as pool:
            found = list(pool.map(lambda n: sent[n].send(log.submission(3, 4 + n)), range(24)))
        won = [n for n, answer in enumerate(found) if answer[0] == 200]
        assert len(won) == 1
        assert one.held() == 4 + won[0]
        assert {answer[2] for n, answer in enumerate(found) if n not in won} == {f"{4 + won[0]}\n".encode()}


def test_an_answer_that_is_lost(witness: Serving) -> None:
    """It was written, and nobody heard: the log asks as before, is told the size, and gets its cosignature."""
    with socket.create_connection(witness.address) as raw:
        body = LOG.submission(5, 8)
        raw.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    deadline = time.monotonic() + 5
    while witness.held() != 8 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert witness.send(LOG.submission(5, 8))[::2] == (409, b"8\n")
    assert witness.send(LOG.submission(8, 8))[0] == 200


@pytest.mark.parametrize("how", ["cut", "empty", "other root", "put back", "of another log", "other key"])
def test_a_damaged_file_is_no_empty_one(witness: Serving, how: str, tmp_path: Path) -> None:
    """What was changed on the disk is told and not cosigned over; a half-written file beside it is nothing."""
    name = log_name(LOG.key.origin)
    file = witness.folder.path / "logs" / f"{name}.json"
    whole = file.read_text()
    (file.parent / f".{file.name}.0123").write_text(whole[:40])
    foreign = Folder(path=tmp_path / "other")
    other = foreign.make_key("w.example")
    line = other.cosign(split_note(LOG.note(8))[0], NOW)
    file.write_text(
        {
            "cut": whole[:-30],
            "empty": "",
            "other root": whole.replace("hoso/H29.5\\n5", "hoso/H29.5\\n4"),
            "put back": whole.replace('"note":', '"notes":'),
            "of another log": whole.replace(LOG.key.vkey, OTHER.key.vkey),
            "other key": whole.replace("\\n— w.example", f"\\n{line.strip()}\\n— w.example2"),
        }[how]
    )
    assert witness.send(LOG.submission(5, 8))[0] == 500
    assert witness.last()[0] == 500
    with pytest.raises(Damaged, match=r"json was changed or damaged"):
        witness.folder.logs(witness.key)
    file.write_text(whole)
    assert witness.send(LOG.submission(5, 8))[0] == 200


def test_a_rotated_key(witness: Serving) -> None:
    """By the statement alone: then the new key counts and the old no more, and what was seen still binds."""
    log, fresh = LOG, LogKey.generate("hoso/H29.5")
    with pytest.raises(trusting.Untrusted):
        trusting.trust(witness.folder, witness.key, fresh.vkey, None)
    statement = log.succeeded(fresh, log.state(8))
    assert trusting.trust(witness.folder, witness.key, fresh.vkey, statement).kind == trusting.ROTATED
    assert witness.send(log.submission(5, 8))[0] == 403
    assert witness.send(FORK.submission(5, 8, note=FORK.note(8, fresh)))[0] == 422
    assert witness.send(log.submission(5, 8, note=log.note(8, fresh)))[0] == 200
    assert trusting.trust(witness.folder, witness.key, fresh.vkey, None).kind == trusting.KNOWN


def test_a_restored_log(witness: Serving) -> None:
    """It goes on under another name from what it kept; the lost leaves are told, the old log is not cosigned again."""
    log, fresh = LOG, LogKey.generate("hoso/H29.5/2")
    statement = log.succeeded(fresh, log.state(3), log.state(5))
    plan = trusting.trust(witness.folder, witness.key, fresh.vkey, statement)
    assert (plan.kind, plan.lost) == (trusting.RESTORED, 2)
    again = trusting.trust(witness.folder, witness.key, fresh.vkey, statement)
    assert again.kind == trusting.KNOWN
    assert witness.send(log.submission(5, 8))[0] == 404
    assert witness.last()[0] == 200, "as evidence"
    after = GrowingLog(key=fresh).grow(3).grow(2, "anew")
    assert witness.send(after.submission(0, 5))[::2] == (409, b"3\n")
    assert witness.send(GrowingLog(key=fresh).grow(5, "other").submission(3, 5))[0] == 422
    assert witness.send(after.submission(3, 5))[0] == 200


@pytest.mark.parametrize(
    "statement",
    [
        lambda log, to: log.succeeded(to, log.state(3), log.state(4)),
        lambda log, to: log.succeeded(to, FORK.state(3), FORK.state(5)),
        lambda log, to: log.succeeded(LogKey.generate("hoso/H29.5/3"), log.state(3), log.state(5)),
        lambda log, to: STRANGER.succeeded(to, STRANGER.state(3), STRANGER.state(5)),
        lambda log, to: log.succeeded(to, log.state(3), log.state(5)).replace("hỏng", "hong"),
    ],
    ids=["tells less than was seen", "of another history", "to another key", "from a stranger", "changed"],
)
def test_statements_that_are_not_followed(witness: Serving, statement: Callable[[GrowingLog, LogKey], str]) -> None:
    """Nobody talks a witness out of what it cosigned."""
    fresh = LogKey.generate("hoso/H29.5/2")
    with pytest.raises((trusting.Untrusted, SigningError)):
        trusting.trust(witness.folder, witness.key, fresh.vkey, statement(LOG, fresh))
    assert witness.folder.find(log_name(fresh.origin), witness.key) is None
    assert witness.send(LOG.submission(5, 8))[0] == 200
