"""The report as a page: for people, in both languages, safe to open and true to the report."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from adapters.cli.story import _TELLERS
from signing.errors import Invalid, Undecidable
from signing.evidence.page import Verified, write_page
from signing.evidence.report import ActLine, Report
from signing.evidence.words import ACTS, LABELS
from signing.verdict import Check
from tests.signing.test_anchored_evidence import INSPECTORATE, NEXT, SEEN, verify
from tests.signing.world import LOG_KEY, told

EVIL = '<script>alert("x")</script>\u202e&amp;'


def page(outcome: object, language: str = "en", **changes) -> str:
    values = {"file": "p.asice", "sha256": "ab" * 32, "log_key": LOG_KEY.vkey, "roots": ["CN=Root"], **changes}
    return write_page(Verified(outcome=outcome, **values), language=language)


@pytest.fixture(scope="module")
def report() -> Report:
    world = told()
    world.witnessed(INSPECTORATE)
    world.succeeded(LOG_KEY, NEXT)
    world.stamp()
    return verify(world.pack(key=NEXT, cosigners={INSPECTORATE: SEEN}), witnesses=[INSPECTORATE.vkey])


class Reader(HTMLParser):
    """Collects the text, and checks that what was opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.names.add(tag)
        self.open += [] if tag in {"meta", "br"} else [tag]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""


def read(written: str) -> Reader:
    reader = Reader()
    reader.feed(written)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_tells_the_report(report, language):
    """Verdict, log, witnesses, keys, each signature and each act, in the reader's language and nothing of the other."""
    written = page(report, language, pinned=["cd" * 32])
    reader = read(written)
    said = LABELS["valid"], LABELS["signatures"], LABELS["acts"], LABELS["pinned"], ACTS["task-completed"]
    for vi, en in said:
        mine, other = (vi, en) if language == "vi" else (en, vi)
        assert mine in reader.text
        assert other not in reader.text
    for text in (report.root, INSPECTORATE.name, LOG_KEY.vkey, "ổ đĩa hỏng", "ab" * 32, "cd" * 32, report.dossier):
        assert text in reader.text
    assert written.count("<tr id=leaf-") == len(report.acts)
    assert all(f">{line.index}</a>" in written for line in report.signatures)
    assert ("21/11/2026 15:30:00" in written) == (language == "vi")
    assert page(report, language, pinned=["cd" * 32]) == written


def test_what_a_pack_says_is_never_markup(report):
    """Names, titles, reasons and codes of strangers are shown, and neither run nor turn the text around."""
    act = ActLine(
        index=0,
        time="2026-11-21T08:30:00Z",
        act=EVIL,
        actor=EVIL,
        subject=EVIL,
        verdict="refused",
        details={"title": EVIL, "data": {"decision": EVIL}, "reason": "x" * 5000},
    )
    signature = replace(report.signatures[0], officer=EVIL, position=EVIL, element=EVIL, documents=(EVIL,), signer=EVIL)
    evil = replace(report, dossier=EVIL, origin=EVIL, acts=(act,), signatures=(signature,), bootstrap=(EVIL,))
    for outcome in (evil, Invalid("x" + EVIL, EVIL, (Check(name="chain", result="invalid", code=EVIL, detail=EVIL),))):
        written = page(outcome, file=EVIL, roots=[EVIL], log_key=EVIL)
        reader = read(written)
        assert "script" not in reader.names
        assert "\u202e" not in written
        assert "\\u202e" in reader.text
        assert "<script>" in reader.text
        assert len(written) < 30_000


def test_a_pack_that_does_not_hold():
    """Why, in the reader's language, with every check of the signature to blame; undecidable is not invalid."""
    check = Check(name="revocation", result="undecidable", code="certificate-revocation-unknown", detail="…")
    wrong = read(page(Invalid("leaf-evidence", "the evidence of leaf 3"), "vi"))
    assert "KHÔNG HỢP LỆ" in wrong.text
    assert "chứng cứ không phải những gì nhật ký đã ghi" in wrong.text
    unknown = read(page(Undecidable("certificate-revocation-unknown", "no list", (check,)), "vi"))
    assert "CHƯA XÁC ĐỊNH ĐƯỢC" in unknown.text
    assert "tình trạng thu hồi: không kết luận được" in unknown.text


def test_every_act_has_its_words():
    """What the command line tells as a story, the page names, too."""
    assert sorted(set(_TELLERS) - set(ACTS)) == []
