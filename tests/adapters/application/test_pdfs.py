"""A step that signs a PDF itself: prepared by the server, signed by the client, finished in the completion."""

import resource
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import update

from adapters.application import evidence, images, pdfs, queries
from adapters.application.answer import Request
from adapters.console.demo.authority import DemoAuthority
from adapters.database import definitions, tables
from adapters.database import trail as stored
from adapters.database.store import Store
from adapters.letters.fields import fill_fields, signing_places
from adapters.letters.render import render
from adapters.limits.limited import CLOCK_SECONDS
from signing.canonical import parse_canonical, sha256_hex
from signing.errors import Invalid
from signing.evidence.contents import PackContents, digest_of, open_entry
from signing.evidence.pack import build_pack, read_contents, read_pack
from signing.evidence.pdfs import check_extended, check_pdfs
from signing.evidence.report import Report
from signing.evidence.verify import verify_pack
from signing.pdf.check import check_prepared
from signing.pdf.prepare import embed, prepare
from signing.pdf.sign import sign_pdf
from signing.pdf.verify import verify_pdf
from signing.record import parse_time
from signing.verify import verify_submission
from tests.adapters.application import bundles
from tests.adapters.application.world import CITIZEN, Founded, World, build, opened, refusal_of
from tests.adapters.letters.png import drawn
from tests.adapters.limits.hostile import swollen
from tests.databases import Templates
from tests.pki import NOW, authority, known

APPROVE = {"decision": "approve"}
HEAD, ORGAN = "sign-approval-lanh-dao", "sign-organ-van-thu"
SOURCE = b"""#import "/hoso.typ": *
#show: letter.with(title: "Th\xe1\xbb\xad")
S\xe1\xbb\x91: #field("number", width: 26pt)/UBND, #field("date", width: 160pt)
#signature((head: "Ch\xe1\xbb\xa7 t\xe1\xbb\x8bch"), name: "Hang", sign: "sign-approval-lanh-dao",
  organ: "sign-organ-van-thu")
"""


@cache
def draft() -> bytes:
    """A letter that keeps places for the head's signature and the agency's."""
    return render("a.typ", {"a.typ": SOURCE}, {}, at=NOW, fields=("number", "date"))


def waiting(store: Store, founded: Founded) -> tuple[Founded, str]:
    """The agency with a dossier whose leader holds the task to decide on a letter with places."""
    with opened(store, founded) as world:
        code = world.start("tra-ket-qua", files={"result": draft()}, data={**CITIZEN, "channel": "counter"})
        world.do("lan", code, "prepare", {"note": "đủ"})
        world.claim("hang", world.task(code, "decide")).body_or_raise()
    return founded, code


@pytest.fixture
def told(templates: Templates) -> Iterator[tuple[World, str]]:
    with templates.copy(waiting, upon=build) as (store, (founded, code)), opened(store, founded) as world:
        yield world, code


@pytest.fixture
def world(told: tuple[World, str]) -> World:
    return told[0]


@pytest.fixture
def code(told: tuple[World, str]) -> str:
    return told[1]


def offered(world: World, code: str, data: Mapping[str, Any] = APPROVE) -> Mapping[str, Any]:
    return world.prepare("hang", world.task(code, "decide"), data).body_or_raise()


def result(world: World, code: str) -> Mapping[str, Any]:
    """The dossier's result as it is now."""
    [found] = [item for item in world.dossier(code)["documents"] if item["name"] == "result.pdf"]
    return found  # type: ignore[no-any-return]


def objects(world: World, index: int) -> Mapping[str, Any]:
    with world.app.store.read() as tx:
        [leaf] = stored.leaves_at(tx, {index})
    told = parse_canonical(leaf.evidence)
    assert isinstance(told, dict)
    return told["objects"]  # type: ignore[no-any-return]


def signers(pdf: bytes) -> dict[str, str]:
    """Who signed in which field, as pyHanko reads it."""
    found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return {item.field_name: item.signer_cert.subject.native["common_name"] for item in found}


# -- accepted


def test_the_statement_offers_the_prepared_pdf_to_the_officer_alone(world: World, code: str) -> None:
    """The client gets the prepared bytes and finds them to be what it was shown, and one signature."""
    told = offered(world, code)
    [pdf] = told["facts"]["pdf"]
    assert (pdf["name"], pdf["field"], pdf["permits"]) == ("result.pdf", HEAD, ["date", "number"])
    prepared = queries.content(world.app, world.officer("hang"), pdf["sha256"])
    assert isinstance(prepared, bytes)
    assert len(prepared) == pdf["size"]
    claimed = check_prepared(draft(), prepared, field=HEAD, permits=pdfs.PERMITTED)
    assert claimed == parse_time(told["facts"]["time"])
    assert not isinstance(queries.content(world.app, world.officer("nam"), pdf["sha256"]), bytes)


def test_the_finished_pdf_becomes_the_next_revision(world: World, code: str) -> None:
    """Head, then agency: each signature is appended, and what was shown before is its beginning; the leaves name it."""
    body = world.sign_off("hang", code, "decide", APPROVE)
    after_head = world.content(result(world, code)["sha256"])
    assert after_head.startswith(draft())
    assert signers(after_head) == {HEAD: "hang"}
    kept = objects(world, body["receipt"]["index"])
    assert kept["document"] == [{"name": "result.pdf", "sha256": sha256_hex(draft())}]
    assert kept["pdf"] == [{"name": "result.pdf", "sha256": sha256_hex(after_head)}]
    assert "pdf-signature" not in kept
    world.sign_off("hoa", code, "seal")
    after_organ = world.content(result(world, code)["sha256"])
    assert after_organ.startswith(after_head)
    assert signers(after_organ) == {HEAD: "hang", ORGAN: "con-dau"}
    assert signing_places(after_organ) == {}


def test_a_return_signs_no_pdf(world: World, code: str) -> None:
    """A signed return approves nothing: the PDF stays without a signature."""
    returned = {"decision": "return", "comment": "sai"}
    assert "pdf" not in offered(world, code, returned)["facts"]
    task = world.task(code, "decide")
    world.send("hang", task, world.submission(offered(world, code, returned), known("hang"))).body_or_raise()
    assert result(world, code)["sha256"] == sha256_hex(draft())


def test_a_pdf_without_a_place_is_approved_by_its_record_alone(world: World) -> None:
    """Nothing changes for documents that keep no place for the step."""
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.claim("hang", world.task(code, "decide")).body_or_raise()
    assert "pdf" not in offered(world, code)["facts"]


def test_what_an_applicant_handed_in_gets_no_signature(world: World) -> None:
    """An applicant draws the head's and the agency's place into a paper of their own: it is covered, never signed."""
    step = bundles.task("decide", "lanh-dao", form="decide", properties={"signature": "approval"})
    world.deploy(bundles.straight("duyet", step)).body_or_raise()
    world.adopt("duyet").body_or_raise()
    code = world.start("duyet", files={"result": draft(), "don": draft()})
    world.claim("hang", world.task(code, "decide")).body_or_raise()
    facts = offered(world, code)["facts"]
    assert {item["name"] for item in facts["documents"]} == {"result.pdf", "don.pdf"}
    assert [item["name"] for item in facts["pdf"]] == ["result.pdf"]


def test_a_statement_that_is_not_used_leaves_no_revision(world: World, code: str) -> None:
    """Preparing changes nothing of the dossier."""
    before = world.dossier(code)
    offered(world, code)
    assert world.dossier(code) == before


# -- refused, and told


def refused(world: World, code: str, **changed: Any) -> Mapping[str, Any]:
    """Complete with another submission than the honest one; gives the refusal's line in the history."""
    told = offered(world, code)
    sent = replace(world.submission(told, known("hang")), **changed)
    refusal = refusal_of(world.send("hang", world.task(code, "decide"), sent))
    line = world.last(code)
    assert (line["act"], line["details"]["code"]) == ("completion-refused", refusal.code)
    assert result(world, code)["sha256"] == sha256_hex(draft())
    return line


def test_a_record_without_the_pdf_signature_is_refused(world: World, code: str) -> None:
    """The step signs the PDF or is not done."""
    assert refused(world, code, pdf={})["details"]["code"] == "pdf-signature-missing"


def test_a_signature_of_a_pdf_that_was_not_offered_is_refused(world: World, code: str) -> None:
    """One more than asked for is none of this statement."""
    assert refused(world, code, pdf={"other.pdf": b"x"})["details"]["code"] == "pdf-signature-missing"


def test_a_pdf_signed_by_another_is_refused(world: World, code: str) -> None:
    """Record and PDF are of one hand; what came is kept under the refusal."""
    other = world.signed_pdfs(offered(world, code), known("duc"))
    assert refused(world, code, pdf=other)["details"]["code"] == "pdf-signer"


def test_a_signature_over_other_bytes_is_refused(world: World, code: str) -> None:
    """The signature of an earlier statement does not fit this one."""
    earlier = world.signed_pdfs(offered(world, code), known("hang"))
    world.clock.go(seconds=5)
    line = refused(world, code, pdf=earlier)
    kept = objects(world, line["index"])
    assert kept["pdf-signature"] == [sha256_hex(earlier["result.pdf"])]


# -- images


def test_signatures_show_the_images_that_were_set(world: World, code: str) -> None:
    """The head's own and the agency's seal stand in the prepared PDF; the trail tells who set them."""
    plain = offered(world, code)["facts"]["pdf"][0]["size"]
    picture = drawn(60, 30)
    answer = images.set_image(world.app, world.officer("hang"), Request(officer="hang"), "hang", picture)
    assert answer.body_or_raise()["sha256"] == sha256_hex(picture)
    sealed = images.set_seal(world.app, world.officer("an"), Request(officer="an"), drawn(50, 50), 36)
    assert sealed.body_or_raise()["width_mm"] == 36
    [pdf] = offered(world, code)["facts"]["pdf"]
    assert pdf["size"] != plain
    assert b"/SMask" in world.content(pdf["sha256"])


@pytest.mark.parametrize(
    ("who", "of", "code"),
    [("lan", "hang", "right-missing"), ("kiem", "kiem", "auditor-changes-nothing"), ("an", "ai-do", "officer-unknown")],
)
def test_whose_image_one_may_not_set(world: World, who: str, of: str, code: str) -> None:
    """One's own, or as an administrator."""
    answer = images.set_image(world.app, world.officer(who), Request(officer=who), of, drawn(9, 9))
    assert refusal_of(answer).code == code


@pytest.mark.parametrize(
    "png",
    [
        b"",
        b"GIF89a" + bytes(99),
        drawn(9, 9, alpha=False),
        drawn(2500, 1),
        drawn(9, 9)[:60],
        drawn(9, 9) + bytes(400_000),
    ],
    ids=["empty", "gif", "no alpha", "too wide", "cut", "too big"],
)
def test_an_image_that_cannot_be_shown_is_refused(world: World, png: bytes) -> None:
    """Before any signature needs it."""
    answer = images.set_image(world.app, world.officer("hang"), Request(officer="hang"), "hang", png)
    assert refusal_of(answer).code == "image-refused"


# -- evidence


def through(world: World, code: str) -> str:
    """Head and agency sign, and the result lies at the counter."""
    world.sign_off("hang", code, "decide", APPROVE)
    world.sign_off("hoa", code, "seal")
    return code


def pack_of(world: World, code: str) -> PackContents:
    packed = evidence.pack(world.app, world.officer("kiem"), code)
    assert isinstance(packed, bytes)
    return read_contents(read_pack(packed))


def judged(world: World, contents: PackContents) -> Report:
    return verify_pack(build_pack(contents), roots=(authority().root,), log_key=world.app.log_key.vkey)


def test_an_auditor_finds_every_signed_pdf(world: World, code: str) -> None:
    """The pack holds each revision under the document's name, and proves who signed it."""
    contents = pack_of(world, through(world, code))
    report = judged(world, contents)
    assert [line.purpose for line in report.signatures][-2:] == ["approval", "organ"]
    packed = build_pack(contents)
    final = result(world, code)["sha256"]
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        [name] = [name for name in archive.namelist() if final[:16] in name]
        assert name.startswith("documents/")
        assert name.endswith("result.pdf")
        assert archive.read(name) == world.content(final)


def told_of(world: World, code: str, objects: Mapping[str, bytes], act: int, **changed: Any) -> tuple[Any, ...]:
    """What `check_pdfs` gets of the act-th completion, with its leaf's objects changed."""
    contents = pack_of(world, code)
    stored = {**contents.objects, **objects}
    done = [item for item in map(open_entry, contents.entries) if "pdf" in item.objects][act]
    item = replace(done, objects={**done.objects, **changed})
    trust = world.app.trust()
    parts = (stored[digest_of(item, role)] for role in ("record", "manifest", "signature"))
    verified = verify_submission(*parts, trust=trust, at=parse_time(item.leaf.time))
    return item, verified, stored, trust


def test_a_lying_server_cannot_exchange_a_signed_pdf(world: World, code: str) -> None:
    """Another's signature, another PDF, one cut back, one gone on: each is refused for its reason."""
    through(world, code)
    check_pdfs(*told_of(world, code, {}, 0))
    head, organ = (told_of(world, code, {}, act)[0].objects["pdf"][0]["sha256"] for act in (0, 1))
    signed_by_head, signed_by_both = world.content(head), world.content(organ)
    other = render("a.typ", {"a.typ": SOURCE}, {}, at=NOW.replace(hour=1), fields=("number", "date"))
    filled = fill_fields(signed_by_head, {"number": "01"})
    cases = {
        "record-other-act": [signed_by_both, filled],
        "pdf-not-appended": [signed_of(other, "hang", world)],
        "pdf-signer": [signed_of(draft(), "duc", world)],
        "pdf-unsigned": [draft(), fill_fields(draft(), {"number": "01"})],
    }
    for code_, pdfs_ in cases.items():
        for pdf in pdfs_:
            swapped = [{"name": "result.pdf", "sha256": sha256_hex(pdf)}]
            with pytest.raises(Invalid) as found:
                check_pdfs(*told_of(world, code, {sha256_hex(pdf): pdf}, 0, pdf=swapped))
            assert found.value.code == code_


def test_a_signed_pdf_that_was_numbered_first_is_not_the_shown_one(world: World, code: str) -> None:
    """Between what the record names and the signature nothing was added, permitted or not."""
    through(world, code)
    numbered = signed_of(fill_fields(draft(), {"number": "07"}), "hang", world)
    swapped = [{"name": "result.pdf", "sha256": sha256_hex(numbered)}]
    with pytest.raises(Invalid) as found:
        check_pdfs(*told_of(world, code, {sha256_hex(numbered): numbered}, 0, pdf=swapped))
    assert found.value.code == "pdf-changed"


@pytest.mark.parametrize("listed", [["result.pdf", "result.pdf"], ["other.pdf"]])
def test_pdfs_that_the_record_does_not_name_are_refused(world: World, code: str, listed: list[str]) -> None:
    """Each signed PDF is one of the documents that were approved, once."""
    through(world, code)
    digest = told_of(world, code, {}, 0)[0].objects["pdf"][0]["sha256"]
    named = [{"name": name, "sha256": digest} for name in listed]
    with pytest.raises(Invalid) as found:
        check_pdfs(*told_of(world, code, {}, 0, pdf=named))
    assert found.value.code == "record-other-act"


def signed_of(pdf: bytes, who: str, world: World) -> bytes:
    """The PDF with that person's signature in the head's place."""
    made = prepare(pdf, field=HEAD, permits=pdfs.PERMITTED, look=None, at=world.clock())
    return embed(made, sign_pdf(made, known(who).key, field=HEAD, at=world.clock()), HEAD)


# -- before it leaves


def levels(pdf: bytes, world: World) -> set[str]:
    """How long each signature can be judged from the file alone."""
    return {item.level for item in verify_pdf(pdf, trust=world.app.trust(), at=world.clock(), accepted=None)}


def test_a_signed_pdf_is_extended_before_it_leaves(world: World, code: str) -> None:
    """What lies at the counter is the signed PDF with proofs and a time stamp; an auditor agrees."""
    through(world, code)
    signed = world.content(result(world, code)["sha256"])
    world.work()
    [ready] = world.dossier(code)["dispatches"]
    leaving = world.content(ready["sha256"])
    assert (ready["state"], ready["sha256"]) == ("ready", result(world, code)["sha256"])
    assert leaving.startswith(signed)
    assert leaving != signed
    assert levels(signed, world) == {"B-B"}
    assert levels(leaving, world) == {"B-LTA"}
    assert world.acts(code)[-3:] == ["document-extended", "dispatch-prepared", "visit-set"]
    contents = pack_of(world, code)
    assert "document-extended" in {line.act for line in judged(world, contents).acts}
    assert ready["sha256"] in contents.objects
    [extended] = [item for item in map(open_entry, contents.entries) if item.leaf.act == "document-extended"]
    with pytest.raises(Invalid) as found:  # signatures that no completion of the pack made
        check_extended(extended, contents.objects, world.app.trust(), ())
    assert found.value.code == "pdf-signer"


def test_without_an_authority_the_result_waits(world: World, code: str) -> None:
    """Nothing leaves that could not be checked later; it leaves once the authority is back."""
    authority_, clock = world.app.stamp, world.clock
    through(world, code)
    world.change(stamp=None)
    world.work()
    assert world.dossier(code)["dispatches"] == []
    assert "document-extended" not in world.acts(code)
    world.change(stamp=authority_)
    clock.go(minutes=5)
    world.work()
    assert [item["state"] for item in world.dossier(code)["dispatches"]] == ["ready"]
    assert world.acts(code).count("document-extended") == 1


def test_a_result_that_was_changed_after_the_agency_signed_stays(world: World, code: str) -> None:
    """Somebody with the database filled the number after the seal: the job fails, and nothing leaves."""
    through(world, code)
    before = result(world, code)["sha256"]
    forged = fill_fields(world.content(before), {"number": "99"})
    with world.app.store.write() as tx:
        definitions.put_content(tx, sha256_hex(forged), forged)
        row = tables.document.c.sha256 == before
        tx.execute(update(tables.document).where(row).values(sha256=sha256_hex(forged), size=len(forged)))
    world.work()
    assert world.dossier(code)["dispatches"] == []
    [failed] = [item for item in world.dossier(code)["jobs"] if item["state"] == "failed"]
    assert "[pdf-" in failed["error"]


def test_a_result_with_an_empty_place_stays(world: World) -> None:
    """The template names a role that no step has: found before the letter leaves, not by its reader."""
    source = SOURCE.replace(b"sign-approval-lanh-dao", b"sign-approval-chu-tich")
    letter = render("a.typ", {"a.typ": source}, {}, at=NOW, fields=("number", "date"))
    code = world.start("tra-ket-qua", files={"result": letter}, data={**CITIZEN, "channel": "counter"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", APPROVE)
    world.sign_off("hoa", code, "seal")
    world.work()
    assert world.dossier(code)["dispatches"] == []
    [failed] = [item for item in world.dossier(code)["jobs"] if item["state"] == "failed"]
    assert "[pdf-place-empty]" in failed["error"]


def test_a_result_that_a_stranger_signed_before_never_leaves(world: World) -> None:
    """Somebody else's signature stands at the head's place already: the head approves by record alone, and it stays."""
    forged = signed_of(draft(), "nam", world)
    code = world.start("tra-ket-qua", files={"result": forged}, data={**CITIZEN, "channel": "counter"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", APPROVE)
    world.sign_off("hoa", code, "seal")
    world.work()
    shown = world.dossier(code)
    assert shown["dispatches"] == []
    assert [item["code"] for item in shown["incidents"]] == ["pdf-signer"]


def test_a_result_that_only_speaks_of_stamps_leaves(world: World) -> None:
    """Nobody signed inside it: there is nothing to extend, whatever words it has."""
    source = SOURCE.partition(b"#signature")[0]
    letter = render("a.typ", {"a.typ": source}, {}, at=NOW, fields=("number", "date"))
    told = letter + b"% /DocTimeStamp\n"
    code = world.start("tra-ket-qua", files={"result": told}, data={**CITIZEN, "channel": "counter"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", APPROVE)
    world.sign_off("hoa", code, "seal")
    world.work()
    [ready] = world.dossier(code)["dispatches"]
    assert ready["sha256"] == sha256_hex(told)


def test_a_result_that_takes_too_much_to_read_is_refused_and_nothing_else_suffers(world: World, code: str) -> None:
    """It is read in a child: who should sign it is told, the dossier stays as it was, and others go on."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hostile = world.start("tra-ket-qua", files={"result": swollen()}, data={**CITIZEN, "channel": "counter"})
    world.do("lan", hostile, "prepare", {"note": "đủ"})
    world.claim("hang", world.task(hostile, "decide")).body_or_raise()
    start = time.monotonic()
    answer = world.prepare("hang", world.task(hostile, "decide"), APPROVE)
    assert refusal_of(answer).code == "pdf-malformed"
    assert time.monotonic() - start < CLOCK_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KiB; its reader wants gigabytes
    assert offered(world, code)["facts"]["pdf"]
    returned = world.sign_off("hang", hostile, "decide", {"decision": "return", "comment": "tệp PDF không đọc được"})
    assert returned["receipt"]


def test_an_act_keeps_the_lists_of_its_own_authorities_alone(world: World, code: str) -> None:
    """Ten lists of others in the trust folder stay there; what is kept still proves all, offline."""
    base = world.trusted[-1]
    others = [DemoAuthority.create(f"Khác {number}", at=NOW - timedelta(days=9)) for number in range(5)]
    lists = [crl for other in others for crl in other.crls(NOW - timedelta(hours=1))]
    issuing = tuple(other.issuing for other in others)
    world.trusted.append(replace(base, intermediates=(*base.intermediates, *issuing), crls=(*base.crls, *lists)))
    since = world.size()
    through(world, code)
    world.work()
    contents = pack_of(world, code)
    acts = {item.leaf.act: item.objects for item in map(open_entry, contents.entries) if item.leaf.index >= since}
    kept = {act: set(told["crl"]) for act, told in acts.items() if "crl" in told}
    assert kept.keys() == {"task-completed", "signature-stamped", "document-extended"}
    assert all(names == {*map(sha256_hex, base.crls)} for names in kept.values())
    assert not contents.objects.keys() & {*map(sha256_hex, lists)}
    assert judged(world, contents).signatures[-1].purpose == "organ"
