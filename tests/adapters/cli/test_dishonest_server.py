"""A dishonest server, attack by attack: who notices, with what command, and in which words.

`ATTACKS` is the promise; docs/reference/dishonest-server.md is written from it. Whoever attacks holds the server, its
database and the log's key: what the database says is edited, and signed again as if it had always been so.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.cli.profiles import write_private
from adapters.database import tables
from adapters.database.store import Transaction
from signing.evidence.pack import build_pack
from signing.trail.note import LogKey
from signing.trail.succession import LogState
from tests import pki
from tests.adapters.application.replaying import usurped
from tests.adapters.application.world import Clock, World, application, build
from tests.adapters.cli import forging
from tests.adapters.cli.center import TASK
from tests.adapters.cli.conftest import PIN, Result
from tests.adapters.http.serving import Serving, serving
from tests.databases import Templates
from tests.engine.replay.recorder import LOG_KEY
from tests.signing.attacks.corpus import PACKS

Hoso = Callable[..., Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What a server does, and how it is noticed. `words`, `vietnamese`: how the message begins; … is anything."""

    does: str
    who: str
    command: str
    exit: int
    code: str
    words: str
    vietnamese: str


_EN, _VI = "DO NOT SIGN. The server's log cannot be trusted: ", "ĐỪNG KÝ. Không thể tin nhật ký của máy chủ: "
_SIGN, _VERIFY, _RECEIPTS = "hoso task complete", "hoso audit verify", "hoso audit receipts --check"


def _rewritten(does: str) -> Attack:
    return Attack(
        does=does + ", and the whole log is signed anew",
        who="each officer who acted after that leaf, before signing again",
        command=_SIGN,
        exit=5,
        code="log-inconsistent",
        words=_EN + "the tree of … leaves is not the beginning of this tree",
        vietnamese=_VI + "nhật ký không phải nhật ký đã thấy trước đây (the tree of … leaves",
    )


ATTACKS = {
    "dropped": _rewritten("A leaf is taken out, the later ones are renumbered"),
    "swapped": _rewritten("Two leaves are swapped and renumbered"),
    "edited": _rewritten("A leaf is edited, with its evidence"),
    "reordered": Attack(
        does="Leaves are given in another order than their numbers, and the whole log is signed anew",
        who="an auditor, even one who never saw the log before",
        command=_VERIFY,
        exit=5,
        code="log-order",
        words=_EN + "at place … it gives leaf",
        vietnamese=_VI + "tại vị trí … máy chủ đưa lá",
    ),
    "unsigned": Attack(
        does="A leaf is edited in the database by somebody without the log's key",
        who="an auditor, even one who never saw the log before",
        command=_VERIFY,
        exit=5,
        code="log-root",
        words=_EN + "its leaves do not give the root that its checkpoint signs",
        vietnamese=_VI + "các lá không cho ra mã băm gốc",
    ),
    "rolled-back": Attack(
        does="The database is put back to yesterday, without a word",
        who="each officer who acted since, before signing again",
        command=_SIGN,
        exit=5,
        code="log-inconsistent",
        words=_EN + "it cannot prove that … leaves continue the",
        vietnamese=_VI + "máy chủ không chứng minh được … lá tiếp nối",
    ),
    "receipt-of-a-lost-act": Attack(
        does="The same, and the log has grown again since",
        who="each officer who acted since",
        command=_RECEIPTS,
        exit=5,
        code="log-forked",
        words="…: it does not fit the server's checkpoint of … leaves",
        vietnamese="…: nó không khớp với điểm kiểm soát … lá của máy chủ",
    ),
    "forked": Attack(
        does="One officer is shown another log than the others, each well signed and consistent in itself",
        who="whoever puts the receipts of two officers side by side",
        command="hoso audit receipts --from",
        exit=5,
        code="log-forked",
        words="…: leaf … is another one in",
        vietnamese="…: lá … khác với lá trong",
    ),
    "crashed": Attack(
        does="The server stops between appending the leaf and its commit",
        who="the officer; nothing was done, and the same command does it once",
        command=_SIGN,
        exit=1,
        code="database-unavailable",
        words="… Whether task … was completed is not known; nothing is lost",
        vietnamese="… Chưa rõ nhiệm vụ … đã hoàn thành hay chưa; không có gì bị mất",
    ),
    "receipt-withheld": Attack(
        does="An act is done, and its leaf is kept back",
        who="the officer who did it, at once",
        command=_SIGN,
        exit=5,
        code="receipt-missing",
        words=_EN + "it gave no receipt",
        vietnamese=_VI + "máy chủ không đưa biên nhận",
    ),
    "receipt-false": Attack(
        does="The receipt is of something else than what was done",
        who="the officer who did it, at once",
        command=_SIGN,
        exit=5,
        code="receipt-invalid",
        words=_EN + "the evidence of leaf … is not what the trail recorded",
        vietnamese=_VI + "…(the evidence of leaf … is not what the trail recorded)",
    ),
    "another-key": Attack(
        does="Another key signs the log, to which the pinned one did not pass on",
        who="each officer, before signing",
        command=_SIGN,
        exit=5,
        code="checkpoint-invalid",
        words=_EN + "the checkpoint it gave: the note is not signed by the expected key",
        vietnamese=_VI + "điểm kiểm soát mà máy chủ đưa: điểm kiểm soát được ký bằng khóa khác",
    ),
    "retired-key": Attack(
        does="A key that was retired signs a checkpoint beyond its end",
        who="each officer who heard of the new key, before signing; others by `hoso audit verify`",
        command=_SIGN,
        exit=5,
        code="log-key-retired",
        words=_EN + "a key that signs no checkpoint beyond … leaves any more signed one of",
        vietnamese=_VI + "khóa đã thôi ký sau … lá lại ký điểm kiểm soát",
    ),
    "restored": Attack(
        does="A backup is restored, and the signed statement says what was lost",
        who="each officer who saw what was lost; their lost acts are named",
        command=_SIGN,
        exit=5,
        code="log-restored",
        words="DO NOT SIGN yet. The server's log was restored from a backup on … (…): leaves",
        vietnamese="KHOAN KÝ. Nhật ký của máy chủ đã được phục hồi từ bản sao lưu lúc … (…): các lá từ",
    ),
    "restore-conceals": Attack(
        does="A backup is restored, and the statement says less than was lost",
        who="each officer who saw more; it cannot be accepted",
        command="hoso audit accept-restore --yes",
        exit=5,
        code="restore-conceals",
        words=_EN + "it says that its lost log had … leaves; a checkpoint of … is kept here",
        vietnamese=_VI + "nó tuyên bố nhật ký đã mất có … lá; điểm kiểm soát … lá",
    ),
    "pdf-cut-back-to-an-earlier-revision": Attack(
        does="A PDF in the evidence is cut back to an earlier revision",
        who="whoever verifies the evidence, offline",
        command="hoso verify",
        exit=5,
        code="pdf-not-appended",
        words="INVALID: leaf … (task-completed): the signed PDF does not begin with the document that the record names",
        vietnamese="KHÔNG HỢP LỆ: tệp PDF bị sửa chứ không chỉ được nối thêm",
    ),
    "clerk-in-the-chairmans-step": Attack(
        does="A clerk, duly bound, is let sign the chairman's step, and the trail tells what they are",
        who="whoever replays the evidence, offline; `hoso verify` does not ask",
        command="hoso audit replay",
        exit=5,
        code="role-missing",
        words="NO RUN OF THE MODEL: this history cannot have happened so.",
        vietnamese="KHÔNG THEO QUY TRÌNH: lịch sử này không thể đã diễn ra như vậy.",
    ),
    "officer-nobody-appointed": Attack(
        does="Who approved is an officer whom the server invented: no act gives the position",
        who="whoever verifies the evidence, offline",
        command="hoso verify",
        exit=5,
        code="appointment-missing",
        words="CANNOT BE DECIDED: leaf … (task-completed): no act in the pack says what mai held, and by whose word",
        vietnamese="CHƯA XÁC ĐỊNH ĐƯỢC: chứng cứ không cho thấy ai đã bổ nhiệm người ký",
    ),
    "binding-of-another-certificate": Attack(
        does="A bound certificate is moved: kept is another than the administrator signed for",
        who="whoever verifies the evidence, offline",
        command="hoso verify",
        exit=5,
        code="record-other-act",
        words="INVALID: leaf … (certificate-bound): the record binds another certificate than the act",
        vietnamese="KHÔNG HỢP LỆ: bản ghi là của hành vi khác",
    ),
}


class Noticed:
    """Runs the command of an attack in both languages; each must say what is promised."""

    def __init__(self, hoso: Hoso, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hoso, self.monkeypatch = hoso, monkeypatch

    def __call__(self, name: str, *arguments: object) -> None:
        attack = ATTACKS[name]
        for language, words in (("vi", attack.vietnamese), ("en", attack.words)):
            self.monkeypatch.setenv("HOSO_LANG", language)
            result = self.hoso(*arguments)
            told = [line for line in (result.err + result.out).splitlines() if f"[{attack.code}]" in line]
            assert (result.code, bool(told)) == (attack.exit, True), f"{name}: {result}"
            begins = ".*".join(re.escape(part) for part in words.split("…"))
            assert any(re.match(begins, line) for line in told), f"{name}: {begins}\n{told}"


@pytest.fixture
def noticed(hoso: Hoso, monkeypatch: pytest.MonkeyPatch) -> Noticed:
    return Noticed(hoso, monkeypatch)


def test_a_rewritten_log(office: "Office", noticed: Noticed) -> None:
    """Whatever is done to past leaves, the next officer who signs notices; so does an auditor where it is clumsy."""
    office.sign()
    whole, leaves = office.forger.snapshot(), office.forger.leaves()
    at = len(leaves) - 3
    for name in ("dropped", "swapped", "edited"):
        office.forger.rewrite(getattr(forging, name)(leaves, at))
        office.grow()
        noticed(name, *office.signing())
        # Who has seen nothing before and meets nobody who has, is told nothing: that is what witnesses are for.
        assert office.fresh("kiem", "audit", "verify").code == 0
        office.forger.put_back(whole)
    for name, signed in (("reordered", True), ("edited", False)):
        office.forger.rewrite(getattr(forging, name)(leaves, at), signed=signed)
        office.fresh("kiem", "audit", "verify")
        noticed(name if signed else "unsigned", "--profile", "kiem", "audit", "verify")
        office.forger.put_back(whole)
    assert office.hoso(*office.signing()).code == 0  # nothing of it was laid at the honest server's door


def test_a_database_put_back(office: "Office", noticed: Noticed) -> None:
    """Yesterday's database lacks what was seen today, and once it has grown again, it is another log."""
    yesterday = office.forger.snapshot()
    office.sign()
    office.forger.put_back(yesterday)
    noticed("rolled-back", *office.signing())
    for _ in range(3):
        office.grow()
    noticed("receipt-of-a-lost-act", "--profile", "hang", "audit", "receipts", "--check")


def test_a_forked_log(office: "Office", noticed: Noticed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each officer's log is whole; two receipts side by side are the proof, with or without the server."""
    common = office.forger.snapshot()
    office.sign()
    office.forger.put_back(common)
    office.work()
    for who in ("lan", "hang"):
        (tmp_path / "gathered").mkdir(exist_ok=True)
        (office.profile(who) / "receipts").rename(tmp_path / "gathered" / who)
    noticed("forked", "--profile", "kiem", "audit", "receipts", "--from", tmp_path / "gathered")
    told = json.loads(
        office.hoso("--profile", "kiem", "audit", "receipts", "--from", tmp_path / "gathered", "--json").out
    )
    [fork] = [each for each in told["findings"] if "leaf" in each["message"]]
    assert len({note for note in fork["evidence"] if note.startswith("hoso/H29.5\n")}) == 2
    monkeypatch.setenv("HOSO_SERVER", "http://127.0.0.1:9")
    alone = office.hoso("--profile", "kiem", "audit", "receipts", "--from", tmp_path / "gathered")
    assert (alone.code, "leaf" in alone.out, "held to each other" in alone.out) == (5, True, True), alone


def test_a_crash_before_the_commit(office: "Office", noticed: Noticed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The leaf and what it tells are there together or not at all; the same command completes the task once."""
    monkeypatch.setattr("adapters.cli.client.RETRY_PAUSES", (0.01,))
    size = office.world.size()

    def appends(tx: Transaction) -> bool:
        return bool(tx.execute(select(func.max(tables.leaf.c.index))).scalar_one() >= size)

    with forging.crashing(office.world.app.store, appends) as crashes:
        noticed("crashed", *office.signing())
    assert (crashes[0] >= 2, office.world.size()) == (True, size)
    assert office.hoso(*office.signing()).code == 0
    told = [leaf for leaf in office.forger.leaves()[size:] if b'"task-completed"' in leaf.encoded]
    assert len(told) == 1
    assert office.world.check_trail() > size


def test_what_the_receipt_and_the_keys_tell(signed_in, hoso: Hoso, noticed: Noticed, key_file: Path) -> None:
    """Receipts that are missing or false, keys that are another's or retired, restores with and without the truth."""
    signed_in.others = [f"H29.5-261121-000{number}.3" for number in range(2, 9)]

    def signing(task: str) -> tuple[object, ...]:
        return ("task", "complete", task, "--decision", "approve", "--key", key_file, "--yes")

    for lie, name in (("no-receipt", "receipt-withheld"), ("receipt", "receipt-false")):
        signed_in.mischief = {lie}
        noticed(name, *signing(signed_in.others[-1]))
        signed_in.mischief = set()
        signed_in.others.append(f"{TASK}{len(signed_in.others)}")
    assert hoso(*signing(TASK)).code == 0
    true, signed_in.key = signed_in.key, LogKey.generate(signed_in.key.origin)
    noticed("another-key", *signing(signed_in.others[0]))
    signed_in.key = true
    old = signed_in.rotate()
    assert hoso(*signing(signed_in.others[0])).code == 0
    new, signed_in.key = signed_in.key, old
    noticed("retired-key", *signing(signed_in.others[1]))
    signed_in.key, before, seen = new, list(signed_in.leaves), signed_in.state()
    signed_in.restore(seen.size - 1)
    noticed("restored", *signing(signed_in.others[1]))
    signed_in.key, signed_in.leaves, signed_in.successions = new, before, signed_in.successions[:1]
    signed_in.restore(seen.size - 2, known=LogState(size=seen.size - 1, root=b"\x01" * 32))
    noticed("restore-conceals", "audit", "accept-restore", "--yes")


def test_a_clerk_in_the_chairmans_step(world: World, noticed: Noticed, tmp_path: Path) -> None:
    """The pack is genuine to its last byte; that the step was not the clerk's to sign, the replay finds."""
    _, forged = usurped(world, "lan")
    (tmp_path / "pack.asice").write_bytes(build_pack(forged))
    (tmp_path / "root.pem").write_bytes(pki.authority().roots_pem())
    (tmp_path / "log.vkey").write_text(LOG_KEY.vkey)
    trust = ("--root", tmp_path / "root.pem", "--log-key", tmp_path / "log.vkey")
    noticed("clerk-in-the-chairmans-step", "audit", "replay", tmp_path / "pack.asice", *trust)


@pytest.mark.parametrize("name", [name for name, each in ATTACKS.items() if each.command == "hoso verify"])
def test_a_forged_pack(noticed: Noticed, tmp_path: Path, name: str) -> None:
    """What the log cannot show, the evidence does: packs that are kept as files, as `hoso verify` judges them."""
    (tmp_path / "pack.asice").write_bytes(gzip.decompress((PACKS / f"{name}.asice.gz").read_bytes()))
    noticed(name, "verify", tmp_path / "pack.asice", "--root", PACKS / "root.pem", "--log-key", PACKS / "log.vkey")


def test_every_attack_is_tried() -> None:
    """No row of the table without its test."""
    source = Path(__file__).read_text(encoding="utf-8")
    assert [
        name for name in ATTACKS if source.count(f'"{name}"') < 2 and not (PACKS / f"{name}.asice.gz").exists()
    ] == []


@dataclass
class Office:
    """The agency behind its real server, and officers at their own machines: hang signs, lan works, kiem audits."""

    hoso: Hoso
    served: Serving
    folder: Path
    forger: forging.Forger

    def __post_init__(self) -> None:
        self.key = self.folder / "hang.p12"
        write_private(self.key, pki.file_of(pki.known("hang"), pin=PIN))
        for who in ("hang", "lan", "kiem"):
            token = self.world.tokens[who]
            done = self.hoso("--profile", who, "login", "--server", self.served.url, "--token", token)
            assert done.code == 0, done.err
        self.tasks = [self._to_decide(), self._to_decide()]
        code = self.world.start("cho")
        self.work_waits = self.world.task(code, "work")
        self.world.claim("lan", self.work_waits).body_or_raise()

    def _to_decide(self) -> str:
        code = self.world.start("tra-ket-qua")
        self.world.do("lan", code, "prepare", {"note": "đủ"})
        task = self.world.task(code, "decide")
        self.world.claim("hang", task).body_or_raise()
        return task

    @property
    def world(self) -> World:
        return self.served.world

    def signing(self) -> tuple[object, ...]:
        """How hang signs the next decision."""
        task = self.tasks[0]
        return ("--profile", "hang", "task", "complete", task, "--decision", "approve", "--key", self.key, "--yes")

    def sign(self) -> None:
        """Sign one, and get a receipt."""
        done = self.hoso(*self.signing())
        assert done.code == 0, done.err
        self.tasks.pop(0)

    def work(self) -> None:
        """Complete lan's task, which wants no signature, and get a receipt."""
        done = self.hoso("--profile", "lan", "task", "complete", self.work_waits, "--yes")
        assert done.code == 0, done.err

    def grow(self) -> None:
        """The log goes on."""
        self.world.start("cho")

    def profile(self, who: str) -> Path:
        return self.folder / "config" / "profiles" / who

    def fresh(self, who: str, *arguments: object) -> Result:
        """A command of somebody who has seen nothing of the log before."""
        for name in ("checkpoint", "audit.json"):
            (self.profile(who) / name).unlink(missing_ok=True)
        return self.hoso("--profile", who, *arguments)


@pytest.fixture
def office(templates: Templates, hoso: Hoso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Not checked after the test, unlike other agencies: its log was forged."""
    monkeypatch.setenv("HOSO_PIN", PIN)
    with templates.copy(build) as (store, (log_key, tokens)):
        clock = Clock()
        world = World(application(store, log_key, clock, pki.trust), clock, tokens)
        with serving(world) as served:
            yield Office(hoso, served, tmp_path, forging.Forger(store=store, key=log_key))
