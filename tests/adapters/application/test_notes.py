"""Comments and attachments: written by who works in the unit, read by who sees the dossier, part of no approval."""

import io
import zipfile

from adapters.application import notes, queries
from adapters.application.answer import Request
from adapters.application.evidence import pack
from engine.errors import Kind, Refusal
from signing.canonical import sha256_hex
from signing.evidence.verify import verify_pack
from tests.adapters.application.working import attach, comment, make_head
from tests.adapters.application.world import World, refusal_of
from tests.pki import authority

PAPER = "Tờ trình nháp".encode()


def listed(world: World, code: str, who: str = "lan") -> list[dict[str, object]]:
    return list(notes.list_attachments(world.app, world.officer(who), code, 0, 50).body_or_raise()["items"])


def remove(world: World, who: str, code: str, id: int):  # type: ignore[no-untyped-def]
    return notes.remove_attachment(world.app, world.officer(who), Request(officer=who), code, id)


def test_a_comment_is_told_by_its_digest_alone(world: World) -> None:
    """So that its text can be erased; it changes neither the dossier's revision nor a signed statement."""
    code = world.start("cho")
    task = world.task(code, "work")
    revision = world.dossier(code)["revision"]
    written = comment(world, "mai", code, " Gọi lại bà Tuyết ", task).body_or_raise()
    assert (written["officer_name"], written["text"], written["task"]) == ("Mai", "Gọi lại bà Tuyết", task)
    assert world.dossier(code)["revision"] == revision
    last = world.last(code)
    assert (last["act"], last["actor"]) == ("comment-added", "mai")
    assert last["details"] == {
        "task": task,
        "comment": written["id"],
        "sha256": sha256_hex("Gọi lại bà Tuyết".encode()),
    }


def test_comments_are_listed_page_by_page(world: World) -> None:
    """The oldest first; a dossier and its tasks show the newest ten."""
    code = world.start("cho")
    for number in range(12):
        comment(world, "lan", code, f"{number}").body_or_raise()
    first = notes.list_comments(world.app, world.officer("mai"), code, 0, 7).body_or_raise()
    rest = notes.list_comments(world.app, world.officer("mai"), code, int(first["next"]), 7).body_or_raise()
    assert [item["text"] for item in (*first["items"], *rest["items"])] == [str(number) for number in range(12)]
    assert rest["next"] is None
    shown = queries.show_task(world.app, world.officer("lan"), world.task(code, "work")).body_or_raise()
    assert [item["text"] for item in shown["comments"]] == [str(number) for number in range(2, 12)]


def test_who_may_write_beside_a_dossier(world: World) -> None:
    """Who works in its unit; another office learns nothing, an auditor reads and writes nothing."""
    code = world.start("cho")
    other = world.start("cho")
    assert refusal_of(comment(world, "nam", code, "x")).code == "dossier-unknown"
    assert refusal_of(comment(world, "kiem", code, "x")).code == "auditor-changes-nothing"
    own = world.start("cho", "nam")
    assert refusal_of(comment(world, "kiem", own, "x")).code == "auditor-changes-nothing"
    assert refusal_of(comment(world, "lan", code, "x", world.task(other, "work"))).code == "task-unknown"
    for text in ("  ", "x" * 4001):
        assert refusal_of(comment(world, "lan", code, text)).code == "comment-length"
    comment(world, "hoa", code, "x" * 4000).body_or_raise()
    assert len(notes.list_comments(world.app, world.officer("kiem"), code, 0, 9).body_or_raise()["items"]) == 1


def test_an_attachment_outlasts_its_task_and_is_no_part_of_the_evidence(world: World) -> None:
    """It is shown with the dossier and its tasks; the trail names its digest, the pack does not hold it."""
    code = world.start("cho")
    task = world.task(code, "work")
    added = attach(world, "lan", code, PAPER, task=task).body_or_raise()
    shown = queries.show_task(world.app, world.officer("mai"), task).body_or_raise()
    assert [item["name"] for item in shown["attachments"]] == ["nháp.txt"]
    assert [item["name"] for item in shown["documents"]] == ["result.pdf"]
    world.do("lan", code, "work")
    assert [item["id"] for item in world.dossier(code)["attachments"]] == [added["id"]]
    assert world.acts(code)[1] == "attachment-added"
    packed = pack(world.app, world.officer("lan"), code)
    assert isinstance(packed, bytes)
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        assert PAPER not in [files.read(name) for name in files.namelist()]
    verify_pack(packed, roots=(authority().root,), log_key=world.app.log_key.vkey)


def test_an_attachment_is_read_within_sight_alone(world: World) -> None:
    """Its bytes too, and only under its own dossier."""
    code, other = world.start("cho"), world.start("cho")
    id = attach(world, "lan", code, PAPER).body_or_raise()["id"]
    assert notes.attachment(world.app, world.officer("mai"), code, id) == PAPER
    for who, where in (("nam", code), ("mai", other)):
        assert isinstance(notes.attachment(world.app, world.officer(who), where, id), Refusal)
    refusal = refusal_of(notes.list_attachments(world.app, world.officer("nam"), code, 0, 9))
    assert refusal.code == "dossier-unknown"


def test_who_added_it_or_a_head_removes_it(world: World) -> None:
    """A colleague does not; its bytes stay, for an auditor; twice it is not there to remove."""
    code = world.start("cho")
    first, second = (attach(world, "lan", code, PAPER + mark).body_or_raise()["id"] for mark in (b"1", b"2"))
    refusal = refusal_of(remove(world, "mai", code, first))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "not-head")
    assert remove(world, "lan", code, first).body_or_raise()["removed"] == "2026-11-21T08:30:00Z"
    make_head(world, "mai", "van-phong")
    remove(world, "mai", code, second).body_or_raise()
    assert refusal_of(remove(world, "mai", code, second)).code == "attachment-unknown"
    assert isinstance(notes.attachment(world.app, world.officer("lan"), code, first), Refusal)
    assert notes.attachment(world.app, world.officer("kiem"), code, first) == PAPER + b"1"
    assert [item["removed"] is None for item in listed(world, code)] == [False, False]
    assert world.dossier(code)["attachments"] == []
    assert world.acts(code)[3:] == ["removal-refused", "attachment-removed", "attachment-removed"]


def test_an_attachment_is_checked_like_a_document(world: World) -> None:
    """Uploaded by who attaches it, under a name that can be one."""
    code = world.start("cho")
    assert refusal_of(attach(world, "lan", code, PAPER, name="a/b.txt")).code == "document-name"
    paper = ("x.txt", "text/plain", world.upload("lan", b"of lan"))
    answer = notes.attach(world.app, world.officer("mai"), Request(officer="mai"), code, paper, None)
    assert refusal_of(answer).code == "document-unknown"
