"""Mail becomes dossiers and supplements by the agency's rules, each once; what is not clear waits for people."""

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import select

from adapters.application import mails as mails_of
from adapters.application import quarantine
from adapters.application.answer import Request
from adapters.application.mails import Taken, take
from adapters.database import definitions, erasing, jobs, mails, trail
from adapters.database import dossiers as stored_dossiers
from adapters.database.tables import content_use
from adapters.jobs import mailbox
from adapters.mailbox.imap import Place
from adapters.mailbox.reply import dossier_of, reply_address
from adapters.mailbox.rules import Rules
from adapters.mailbox.server import MailboxServer
from adapters.mailbox.setup import Setup
from signing.canonical import sha256_hex
from tests.adapters.application.replaying import contents_of, replayed
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_migrations import migrate
from tests.adapters.mailbox.imap_server import Imap, serving
from tests.adapters.mailbox.letters import PDF, PNG, letter

SECRET = b"s" * 32
RULES: Mapping[str, Any] = {
    "authserv": "mx.benthanh.example",
    "most_a_day": 5,
    "supplement": {"officer": "hoa", "message": "bo-sung", "by_subject": True, "data": {"answer": "text"}},
    "rules": [
        {"name": "khai-tu", "when": {"to": "mot-cua@*", "subject": "*khai tử*"}, "officer": "lan",
         "start": {"process": "cho"}, "data": {"noi_dung": "text"}, "documents": {"largest": 5000, "most": 3}},
        {"name": "noi-bo", "when": {"from_domain": "*.gov.vn"}, "officer": "lan", "sender": "domain",
         "start": {"process": "cho"}},
        {"name": "hong", "when": {"subject": "hỏng*"}, "officer": "lan", "start": {"process": "khong-co"}},
    ],
}  # fmt: skip


def rules(**changes: Any) -> Rules:
    return Rules.model_validate_json(json.dumps({**RULES, **changes}))


def reads(world: World, server: MailboxServer | None = None, **changes: Any) -> None:
    """The installation reads this mailbox by these rules."""
    world.change(mailbox=Setup(server=server, rules=rules(**changes), secret=SECRET))
    with world.app.store.write() as tx:
        trail.head(tx, lock=True)
        mailbox.schedule(world.app, tx)


def waiting(world: World) -> list[Mapping[str, Any]]:
    body = quarantine.list_mails(world.app, world.officer("an"), "waiting", 0, 200).body_or_raise()
    return list(body["items"])


def taken(world: World, raw: bytes) -> Taken:
    """Take one mail."""
    found = take(world.app, raw, None)
    assert found is not None
    return found


def dossiers(world: World) -> list[str]:
    with world.app.store.read() as tx:
        return [row["dossier"] for row in mails.listed(tx, mails.TAKEN, after=0, limit=50)]


def test_a_mail_opens_a_dossier_and_is_moved(world: World) -> None:
    """With its text and files, by email, its sender claimed; told in the trail, without what was written."""
    imap = Imap()
    raw = letter(files={"giấy/báo\u202e tử.pdf": ("application/pdf", PDF), "ảnh.png": ("image/png", PNG)})
    imap.put(raw)
    with serving(imap) as server:
        reads(world, server)
        assert world.work() == 1
    [code] = dossiers(world)
    shown = world.dossier(code)
    assert shown["channel"] == "email"
    assert shown["applicant"] == {"name": "Ánh Tuyết", "email": "anh.tuyet@example.vn", "identified": "claimed"}
    names = [document["name"] for document in shown["documents"]]
    assert sorted(names) == ["báo tử.pdf", "thu-dien-tu.txt", "ảnh.png"]
    assert world.acts(code) == ["dossier-started", "mail-taken"]
    details = world.last(code)["details"]
    assert (details["sender"], details["rule"], len(details)) == ("claimed", "khai-tu", 3)
    assert world.content(sha256_hex(raw)) == raw
    assert (imap.raws("INBOX"), imap.raws("hoso/done")) == ([], [raw])
    with world.app.store.read() as tx:
        assert not [use for use in tx.execute(select(content_use.c.dossier)).scalars() if use.startswith("mail/")]


def test_a_mail_that_breaks_us_waits_and_the_next_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the same name are told apart; whatever else breaks over a mail, it is kept as it came, once."""
    same = message_from_bytes(letter(1, files={"a-3.png": ("image/png", PNG)}), policy=default)
    assert isinstance(same, EmailMessage)
    for _ in range(2):
        same.add_attachment(PNG, maintype="image", subtype="png", filename="a.png")
    monkeypatch.setattr("adapters.application.mails._acted", breaking(mails_of._acted))
    imap, raws = Imap(), (letter(2, subject="vỡ khai tử", sender="x@y.vn"), same.as_bytes())
    for raw in raws:
        imap.put(raw)
    with serving(imap) as server:
        reads(world, server)
        assert world.work() == 1
        assert imap.raws("INBOX") == []
    [code], [held] = dossiers(world), waiting(world)
    names = [each["name"] for each in world.dossier(code)["documents"]]
    assert sorted(names) == ["a-3.png", "a-4.png", "a.png", "thu-dien-tu.txt"]
    assert (held["reason"], held["sha256"], held["subject"]) == ("mail-broke", sha256_hex(raws[0]), "")
    assert taken(world, raws[0]).again


def breaking(acted: Callable[..., Any]) -> Callable[..., Any]:
    """It breaks over one mail, when it has written of it already."""

    def broken(app: Any, tx: Any, got: Any, plan: Any) -> Any:
        found = acted(app, tx, got, plan)
        if got.mail.subject.startswith("vỡ"):
            raise RuntimeError("a defect")
        return found

    return broken


def test_a_machine_without_a_mailbox_leaves_it_to_the_others(world: World) -> None:
    """The job is put off, not ended."""
    reads(world, MailboxServer(host="127.0.0.1", port=9, secure=False, user="a", password="b"))
    world.change(mailbox=Setup())
    assert world.work() == 1
    with world.app.store.read() as tx:
        job = jobs.newest(tx, mailbox.READ)
    assert job is not None
    assert (job["state"], job["due"], job["error"]) == (
        "open",
        world.clock.now + mailbox.INTERVAL,
        mailbox.UNCONFIGURED,
    )


@pytest.mark.parametrize("cut", ["MOVE", "FETCH"])
def test_killed_between_commit_and_move_it_is_not_taken_twice(world: World, cut: str) -> None:
    """It lies there still, is recognised, also under another UIDVALIDITY, and moved."""
    imap = Imap(refuse={"MOVE"}) if cut == "MOVE" else Imap(drop=["FETCH"])
    imap.put(letter())
    with serving(imap) as server:
        reads(world, server)
        assert world.work() == 1
        assert len(dossiers(world)) == (1 if cut == "MOVE" else 0)
        assert len(imap.raws("INBOX")) == 1
        imap.refuse.clear()
        imap.validity += 1
        world.clock.go(minutes=1)
        assert world.work() == 1
    assert len(dossiers(world)) == 1
    assert (imap.raws("INBOX"), len(imap.raws("hoso/done"))) == ([], 1)


def test_a_worker_whose_lease_was_taken_over_records_nothing(world: World) -> None:
    """The mail is another's to take."""
    reads(world)
    assert take(world.app, letter(), Place(validity=1, uid=1), still=lambda _tx: False) is None
    assert dossiers(world) == waiting(world) == []


MIXED = b"From: a@b.vn\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
BOMB = b"PK\x03\x04" + b"\x00" * 200
DEEP = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60))
SLOW = "mail-malformed or mail-over-bounds"  # as fast as the machine is
HOSTILE: Mapping[str, tuple[str, bytes]] = {
    "parts": ("mail-over-bounds", MIXED + b"--x\r\n\r\n" * 9999),
    "nested": ("mail-over-bounds", b"From: a@b.vn\r\n" + DEEP + b"\r\nhi"),
    "in a mail in a mail": ("mail-malformed", b"From: a@b.vn\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 2500),
    "headers": ("mail-over-bounds", b"From: a@b.vn\r\n" + b"X: y\r\n" * 20_000 + b"\r\nx"),
    "comments": (SLOW, b"From: " + b"(" * 8_000 + b"\r\n\r\nx"),
    "empty": ("mail-sender", b""),
    "NULs": ("mail-sender", b"\x00" * 500 + b"\r\n\r\n" + b"\x00" * 500),
    "two senders": ("mail-sender", letter(20, sender="a@b.vn, c@d.vn")),
    "zip bomb": ("mail-attachment", letter(21, files={"a.zip": ("application/zip", BOMB)})),
    "zip as PDF": ("mail-attachment", letter(22, files={"a.pdf": ("application/pdf", BOMB)})),
    "PDF as PNG": ("mail-attachment", letter(23, files={"a.png": ("image/png", PDF)})),
    "broken PDF": ("mail-attachment", letter(24, files={"a.pdf": ("application/pdf", b"%PDF-1.7 no")})),
    "large file": ("mail-attachment", letter(25, files={"a.png": ("image/png", PNG + b"x" * 5000)})),
    "many files": ("mail-attachment", letter(26, files={f"{n}.png": ("image/png", PNG) for n in range(4)})),
    "vacation": ("mail-automatic", letter(27, Auto_Submitted="auto-replied")),
    "bulk": ("mail-list", letter(28, Precedence="bulk")),
    "list": ("mail-list", letter(29, List_Id="<x.example>")),
    "ourselves": ("mail-own", letter(30, sender="vanthu@benthanh.example")),
    "no rule": ("mail-unmatched", letter(31, subject="Chào")),
    "claims a domain": ("mail-sender-claimed", letter(32, sender="x@so.gov.vn", subject="Báo cáo")),
    "no such process": ("process-unknown", letter(33, subject="hỏng rồi")),
    "text bounce": ("mail-automatic", letter(34, sender="MAILER-DAEMON@x.vn", Return_Path="<>")),
}  # fmt: skip


def test_what_is_hostile_or_unclear_waits(world: World) -> None:
    """Each for its own reason, none takes long or opens anything, and the next mail is taken all the same."""
    imap = Imap()
    for _, raw in HOSTILE.values():
        imap.put(raw)
    imap.put(letter(99, sender="khac@example.vn"))
    huge = imap.put(b"never fetched")
    imap.sizes[huge] = 1 << 30
    with serving(imap) as server:
        reads(world, server, most_a_day=500)
        assert world.work() == 1
    found = waiting(world)
    reasons = [reason for reason, _ in HOSTILE.values()]
    assert found[reasons.index(SLOW)]["reason"] in SLOW
    reasons[reasons.index(SLOW)] = found[reasons.index(SLOW)]["reason"]
    assert [item["reason"] for item in found] == [*reasons, "mail-over-bounds"]
    assert (found[-1]["size"], found[-1]["sha256"]) == (1 << 30, None)
    assert len(dossiers(world)) == 1
    assert len(imap.raws("hoso/quarantine")) == len(HOSTILE) + 1


def test_one_sender_opens_only_so_many_a_day(world: World) -> None:
    """The sixth waits; the next day they may again. A Message-ID that comes again with other words waits, too."""
    reads(world)
    for number in range(6):
        take(world.app, letter(number), None)
    assert [item["reason"] for item in waiting(world)] == ["mail-rate"]
    world.clock.go(days=1, minutes=1)
    again = taken(world, letter(7))
    assert (again.state, again.again) == ("taken", False)
    assert taken(world, letter(7)).again
    other = taken(world, letter(7, text="khác"))
    assert other.reason == "mail-repeated"


def test_a_supplement_finds_its_dossier_by_an_address_that_nobody_can_guess(world: World) -> None:
    """It is laid beside the dossier, and the process that waits for it goes on; one bit changed, it is nobody's."""
    reads(world)
    code = world.start("cho")
    world.do("lan", code, "work")
    address = reply_address(world.app.agency.email, code, SECRET)
    assert dossier_of(address.upper(), SECRET) == code
    forged = address.replace(code.lower()[-1] + ".", ("2" if code[-1] != "2" else "3") + ".")
    assert dossier_of(forged, SECRET) is dossier_of(address, b"") is dossier_of(address, b"x" * 32) is None
    wrong = taken(world, letter(1, to=forged, subject="Bổ sung"))
    assert wrong.reason == "mail-unmatched"
    raw = letter(
        2, sender="con@khac.example", to=address, text="Giấy chứng tử đây", files={"a.png": ("image/png", PNG)}
    )
    right = taken(world, raw)
    assert right.dossier == code
    assert [item["element"] for item in world.dossier(code)["tasks"]] == ["file"]
    assert {item["name"] for item in world.dossier(code)["attachments"]} == {"thu-dien-tu.txt", "a.png"}
    assert world.acts(code)[-2:] == ["mail-taken", "message-received"]


def test_a_code_in_the_subject_counts_only_with_the_applicants_proven_domain(world: World) -> None:
    """Codes are no secret, and From is only a claim: both together need the word of our own mail server."""
    reads(world)
    opened = taken(world, letter(1))
    assert opened.dossier is not None
    code = opened.dossier
    results = "mx.benthanh.example; dmarc=pass header.from=example.vn"
    tries = {
        "mail-sender-claimed": letter(2, subject=f"Bổ sung [{code}]"),
        "mail-sender-other": letter(3, subject=code, sender="ke@example.vn", Authentication_Results=results),
    }
    forged = (
        "mx.evil.example; dmarc=pass header.from=example.vn",
        "mx.benthanh.example; dmarc=fail header.from=example.vn",
    )
    for number, each in enumerate(forged, 4):
        held = taken(world, letter(number, subject=code, Authentication_Results=each))
        assert held.reason == "mail-sender-claimed"
    for reason, raw in tries.items():
        held = taken(world, raw)
        assert held.reason == reason
    good = taken(world, letter(9, subject=f"({code}) bổ sung", Authentication_Results=results))
    assert (good.reason, good.dossier) == (None, code)


def test_people_release_and_discard(world: World) -> None:
    """Released, it begins in the officer's name; discarded, its bytes are gone; each is decided once, by who may."""
    reads(world)
    titles, files = ("Xin hỏi", "Quảng cáo", "Thêm giấy"), {"a.png": ("image/png", PNG)}
    raws = [letter(number, subject=subject, files=files) for number, subject in enumerate(titles)]
    for raw in raws:
        taken(world, raw)
    first, second, third = (item["id"] for item in waiting(world))
    an, code = world.officer("an"), world.start("cho")

    def release(id: int, **how: Any) -> Any:
        given = {"rule": None, "dossier": None, **how}
        return quarantine.release(world.app, an, Request(officer="an"), id, given["rule"], given["dossier"])

    assert quarantine.show_mail(world.app, an, first).body_or_raise()["text"] == "Kính gửi ủy ban."
    assert release(first).refusal.code == "mail-release"
    assert release(first, rule="x").refusal.code == "mail-rule-unknown"
    assert release(999, rule="khai-tu").refusal.code == "mail-unknown"
    lan = quarantine.release(world.app, world.officer("lan"), Request(officer="lan"), first, "khai-tu", None)
    assert refusal_of(lan).code == "right-missing"
    begun = release(first, rule="khai-tu").body_or_raise()["dossier"]
    assert world.acts(begun) == ["dossier-started", "mail-taken"]
    assert world.dossier(begun)["unit"] == "agency"
    assert release(third, dossier=code).body_or_raise()["dossier"] == code
    assert release(third, dossier=code).refusal.code == "mail-decided"
    [left] = waiting(world)
    assert quarantine.discard(world.app, an, Request(officer="an"), second).body_or_raise()["state"] == "discarded"
    with world.app.store.read() as tx:
        assert definitions.get_content(tx, left["sha256"]) is None
    assert waiting(world) == []
    assert taken(world, raws[1]).again


def test_a_dossier_that_a_mail_opened_replays_and_can_be_erased(world: World) -> None:
    """Its path is one of its process; erased, neither the mail nor who sent it is left, and it is not taken again."""
    reads(world)
    raw = letter(1, files={"a.png": ("image/png", PNG)})
    place = Place(validity=3, uid=9)
    first = take(world.app, raw, place)
    assert first is not None
    code = str(first.dossier)
    taken(world, letter(2, to=reply_address(world.app.agency.email, code, SECRET)))
    found = replayed(contents_of(world, code))
    assert found.divergence is None
    with world.app.store.write() as tx:
        of = stored_dossiers.load(tx, code, lock=True)
        assert of is not None
        erasing.erase(tx, of, ())
        assert definitions.get_content(tx, sha256_hex(raw)) is None
        row = mails.at_place(tx, place.validity, place.uid)
    assert row is not None
    assert (row["sender"], row["subject"], row["sha256"], row["dossier"]) == ("", "", None, code)


def test_two_that_read_at_once_take_a_mail_once(world: World) -> None:
    """Whoever is second finds it there."""
    reads(world)
    raw, gate = letter(1), threading.Barrier(3)

    def reader() -> Taken | None:
        gate.wait()
        return take(world.app, raw, Place(validity=1, uid=1))

    with ThreadPoolExecutor(3) as pool:
        found = [each.result() for each in [pool.submit(reader) for _ in range(3)]]
    assert sorted(each.again for each in found if each) == [False, True, True]
    assert len(dossiers(world)) == 1


def test_a_full_quarantine_leaves_mail_where_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job says so, and reads on when people have looked."""
    monkeypatch.setattr("adapters.application.mails.MOST_WAITING", 1)
    imap = Imap()
    for number in range(2):
        imap.put(letter(number, subject="Chào"))
    with serving(imap) as server:
        reads(world, server)
        assert world.work() == 1
        assert (len(imap.raws("INBOX")), len(waiting(world))) == (1, 1)
        with world.app.store.read() as tx:
            job = jobs.newest(tx, mailbox.READ)
        assert job is not None
        assert "wait in quarantine" in job["error"]
        [item] = waiting(world)
        quarantine.discard(world.app, world.officer("an"), Request(officer="an"), item["id"]).body_or_raise()
        world.clock.go(minutes=1)
        assert world.work() == 1
    assert imap.raws("INBOX") == []


def test_an_older_release_keeps_no_mail_that_waited(world: World) -> None:
    """It has no word for the quarantine, and could never delete its bytes; what dossiers have of mails stays."""
    reads(world)
    first, second = letter(1), letter(2, subject="Chào")
    for raw in (first, second):
        taken(world, raw)
    migrate(world.app.store, to="0019", up=False)
    with world.app.store.read() as tx:
        kept = [definitions.get_content(tx, sha256_hex(raw)) for raw in (first, second)]
    assert kept == [first, None]
    migrate(world.app.store, to="head", up=True)
