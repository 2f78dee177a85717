"""What the whole story leaves behind holds, on SQLite and on PostgreSQL."""

import email
import email.policy
import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import zxingcpp
from cryptography.x509 import Certificate
from sqlalchemy import select

from adapters.cli.story import _TELLERS
from adapters.console.demo import cast
from adapters.database import tables
from adapters.database.store import open_store, sqlite_url
from adapters.form_data import refuses_data
from adapters.keystore.pkcs12 import load_pkcs12
from adapters.limits.extends import extends
from engine.replay.replay import replay
from signing.canonical import sha256_hex
from signing.certificates import load_certificates
from signing.errors import SigningError
from signing.evidence.pack import read_contents, read_pack
from signing.evidence.verify import verify_pack
from signing.pdf.reading import read_pdf
from signing.pdf.validation_data import read_validation_data
from signing.pdf.verify import verify_pdf
from signing.verify import Trust
from tests.adapters.letters.text import text_of
from tests.story.conftest import Told

LETTER_TEXT = ("trả lời kiến nghị về lịch tiếp nhận hồ sơ trực tuyến", "Từ ngày 24 tháng 11 năm 2026", "Số:", "KT.")
DEATH_TEXT = ("Nguyễn Văn Thưởng", "05 giờ 40 phút, ngày 19 tháng 11 năm 2026", "Bệnh viện Nhân dân Gia Định")
SIGNED = (
    ("sign-approval-lanh-dao", "sign-organ-van-thu"),
    ("sign-approval-ho-tich", "sign-approval-chu-tich", "sign-organ-van-thu"),
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+")
CITIZENS = (
    "Ánh Tuyết",
    cast.LETTER_START["citizen_phone"],
    "Lê Thị Riêng",
    "Thưởng",
    "Kim Ngân",
    "Nguyễn Thái Bình",
    cast.DEATH["phone"],
    "079041000000",
    "079070000000",
)


def test_the_index_is_complete(told: Told) -> None:
    """demo.json names everything a script needs; each path exists, each key opens with its PIN, each token signs in."""
    index = told.index
    assert set(index) >= {
        "server",
        "database",
        "officers",
        "dossiers",
        "evidence",
        "roots",
        "log_key",
        "pdfs",
        "labels",
        "manifest",
    }
    lists = [*index["evidence"], *index["roots"], *index["pdfs"], *index["labels"], *index["mail"]]
    assert (len(index["dossiers"]), len(index["evidence"]), len(index["pdfs"]), len(index["labels"])) == (2, 2, 2, 1)
    assert [name for name in (*lists, index["log_key"], index["manifest"]) if not told.path(name).is_file()] == []
    assert (told.stage.database_url or told.path(index["database"]).is_file()) in (index["database"], True)
    assert told.path(index["log_key"]).read_text().startswith("hoso/H29.5+")
    for officer in index["officers"]:
        assert officer["name"]
        assert officer["token"].startswith("hs_")
        for name in ("key_file", "organ_key_file"):
            if name in officer:
                assert load_pkcs12(told.path(officer[name]), officer["pin"]).certificate
    assert {officer["id"] for officer in index["officers"]} == {"an", *(player.id for player in cast.OFFICERS)}


def test_secrets_are_their_owners_alone(told: Told) -> None:
    """Keys, tokens, PINs and the log's key are readable by their owner alone, and the borrowed PIN is gone."""
    secret = [told.path("demo.json"), told.stage.data / "log.key", *told.folder.rglob("*.p12")]
    secret += told.folder.rglob("profiles/*/token")
    assert len(secret) > 15
    assert [str(file) for file in secret if file.stat().st_mode & 0o077] == []
    assert list(told.folder.rglob("*pin*")) == []


def test_the_log_file_keeps_secrets(told: Told) -> None:
    """No key, PIN or token, and no citizen's name, address or telephone, stands in the server's log."""
    written = told.path("server.log").read_text("utf-8")
    assert "Hoso serves" in written
    log_key = (told.stage.data / "log.key").read_text().strip().split("+", 4)[4]  # base64 may hold a plus, too
    assert [found for found in (log_key, *CITIZENS) if found in written] == []
    assert _officers_secrets(told, written) == []
    assert "Traceback" not in written


def test_the_database_keeps_no_token(told: Told) -> None:
    """Whoever reads the database cannot act as an officer: it holds hashes of tokens, and no PIN."""
    store = open_store(told.stage.database_url or sqlite_url(told.path(told.index["database"])))
    with store.read() as tx:
        kept = [*tx.execute(select(tables.token)), *tx.execute(select(tables.idempotency))]
    rows = [" ".join(map(str, row)) for row in kept]
    store.close()
    assert len(rows) > 20
    assert _officers_secrets(told, "\n".join(rows)) == []


def _officers_secrets(told: Told, written: str) -> list[str]:
    """Which tokens and PINs stand there; six digits within a hash or after a second's point are no PIN."""
    owned = [officer[name] for officer in told.index["officers"] for name in ("token", "pin") if name in officer]
    words = set(re.findall(r"\w+", _INSTANT.sub("", written)))
    return [secret for secret in owned if (secret in words if secret.isdigit() else secret in written)]


def test_the_results_are_letters(told: Told) -> None:
    """Each result is a PDF whose text is the Vietnamese that was entered, with its number and date filled in."""
    for name, wanted in zip(told.index["pdfs"], (LETTER_TEXT, DEATH_TEXT), strict=True):
        pdf = told.path(name).read_bytes()
        text = "".join(text_of(pdf).split())
        assert pdf.startswith(b"%PDF-")
        for phrase in (*wanted, "01"):
            assert "".join(phrase.split()) in text, phrase


def test_other_readers_see_the_same_text(told: Told) -> None:
    """Poppler reads the same Vietnamese sentences, with their spaces."""
    pdftotext = _program("pdftotext")
    for name, wanted in zip(told.index["pdfs"], (LETTER_TEXT, DEATH_TEXT), strict=True):
        command = [pdftotext, "-layout", str(told.path(name)), "-"]
        text = " ".join(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())
        for phrase in wanted:
            assert phrase in text


def test_every_result_is_signed_and_lasts(told: Told) -> None:
    """In each place stands a signature; proofs and a time stamp are in the file, so that it is judged from the root."""
    trust = Trust(roots=tuple(load_certificates(told.path("trust/root.pem").read_bytes())))
    for name, fields in zip(told.index["pdfs"], SIGNED, strict=True):
        pdf = told.path(name).read_bytes()
        held = read_validation_data(read_pdf(pdf).root)
        assert held is not None
        own = replace(trust, intermediates=held.certificates, crls=held.crls)
        found = verify_pdf(pdf, trust=own, at=datetime.now(UTC), accepted=None)
        assert {(item.field, item.level) for item in found} == {(field, "B-LTA") for field in fields}
        assert found[-1].permits is None
        assert pdf.count(b"/SMask") >= len(fields)  # the images of hands and seal


def test_another_reader_finds_the_signatures_valid(told: Told) -> None:
    """Poppler's pdfsig calls each signature valid, and finds the time stamp over the whole file."""
    for name, fields in zip(told.index["pdfs"], SIGNED, strict=True):
        command = [_program("pdfsig"), "-nocert", str(told.path(name))]
        said = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        assert [field for field in fields if f"Name: {field}" not in said] == []
        assert said.count("Signature is Valid.") == len(fields)  # of time stamps poppler 22.12 says nothing
        assert said.count("Total document signed") == 1


def test_the_mail_holds_the_result(told: Told) -> None:
    """The attachment is byte for byte the document that was signed; it went to the agency that the draft names."""
    [received] = told.index["mail"]
    mail = email.message_from_bytes(told.path(received).read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    [attached] = mail.iter_attachments()
    assert attached.get_content() == told.path(told.index["pdfs"][0]).read_bytes()
    assert mail["To"].addresses[0].addr_spec == cast.DRAFT["recipient_email"]
    shown = told.stage.json("hoa", "dossier", "show", told.index["dossiers"][0])
    assert [sha256_hex(attached.get_content())] == [document["sha256"] for document in shown["documents"]]


def test_the_parcel_has_label_and_line(told: Told) -> None:
    """The label names code and address; the manifest has exactly one line, with the same code."""
    [label] = told.index["labels"]
    code = Path(label).stem
    text = "".join(text_of(told.path(label).read_bytes()).split())
    assert code in text
    assert "".join(cast.CITIZEN_ADDRESS.split()) in text
    lines = told.path(told.index["manifest"]).read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{code},{told.index['dossiers'][0]},")
    assert f'"{cast.CITIZEN_ADDRESS}"' in lines[1]


def test_a_scanner_reads_the_label(told: Told, tmp_path: Path) -> None:
    """The barcode on the label, drawn by poppler, gives the parcel's code."""
    [label] = told.index["labels"]
    drawn = tmp_path / "label"
    subprocess.run([_program("pdftoppm"), "-gray", "-r", "300", "-singlefile", told.path(label), drawn], check=True)
    kind, size, _depth, pixels = drawn.with_suffix(".pgm").read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert kind == b"P5"
    marks = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (height, width)))
    assert (zxingcpp.BarcodeFormat.Code128, Path(label).stem) in {(mark.format, mark.text) for mark in marks}


def test_the_refusal_stands(told: Told) -> None:
    """The wrong key is in the dossier's history, and as a leaf of its own in the evidence."""
    letter = told.index["dossiers"][0]
    [refusal] = [item for item in told.history("hang", letter) if item["act"] == "completion-refused"]
    assert (refusal["actor"], refusal["element"]) == ("hang", "approve")
    assert refusal["details"]["code"] == "certificate-of-another"
    entries = read_pack(told.path(told.index["evidence"][0]).read_bytes())
    leaf = json.loads(entries[f"trail/{refusal['index']:08d}.leaf"])
    assert (leaf["act"], leaf["actor"]) == ("completion-refused", "hang")
    evidence = json.loads(entries[f"trail/{refusal['index']:08d}.evidence"])
    assert evidence["details"]["code"] == "certificate-of-another"


def test_each_dossier_replays(told: Told) -> None:
    """Done by a real server, its worker and its clock: by the packs alone, each act is one that the process allows."""
    for file in told.index["evidence"]:
        found = replay(read_contents(read_pack(told.path(file).read_bytes())), fits=refuses_data, extends=extends)
        assert (found.divergence, found.answer) == (None, "yes")


def test_history_tells_the_return_and_the_redraft(told: Told) -> None:
    """The story reads in order: drafted, returned with its reason, drafted again, approved; and the dossier ends."""
    letter, death = told.index["dossiers"]
    acts = [
        (item["actor"], item["element"], item["details"].get("data", {}).get("decision"))
        for item in told.history("lan", letter)
        if item["act"] == "task-completed" and item["element"] in {"draft", "approve"}
    ]
    assert acts == [
        ("lan", "draft", None),
        ("hang", "approve", "return"),
        ("lan", "draft", None),
        ("hang", "approve", "approve"),
    ]
    lines = told.stage.hoso("lan", "dossier", "history", letter)
    assert "returned: “Ghi rõ ngày bắt đầu áp dụng.”" in lines
    assert "the dossier is completed" in lines
    assert "excludes post" in told.stage.hoso("bao", "dossier", "history", death)


def test_people_read_words(told: Told) -> None:
    """`history` has a sentence for every act, and what `show` prints is no program's data, in both languages."""
    letter, death = told.index["dossiers"]
    acts = {item["act"] for code in (letter, death) for item in told.history("kiem", code)}
    assert acts <= set(_TELLERS)
    for language in ("en", "vi"):
        shown = told.stage.hoso("kiem", "dossier", "show", letter, "--lang", language)
        [dispatch, *_] = told.stage.json("kiem", "dispatch", "list")["items"]
        shown += told.stage.hoso("kiem", "dispatch", "show", dispatch["id"], "--lang", language)
        assert [line for line in shown.splitlines() if "{'" in line or line.startswith(tuple(dispatch))] == []


def test_the_evidence_verifies_and_one_flipped_bit_does_not(told: Told) -> None:
    """Offline, with root and log key alone: both packs are valid; no pack survives a changed bit, wherever it is."""
    roots = load_certificates(told.path("trust/root.pem").read_bytes())
    log_key = told.path(told.index["log_key"]).read_text().strip()
    seed = int.from_bytes(os.urandom(4))
    chance = random.Random(seed)
    for name, code in zip(told.index["evidence"], told.index["dossiers"], strict=True):
        pack = told.path(name).read_bytes()
        assert verify_pack(pack, roots=roots, log_key=log_key).dossier == code
        for at in (0, len(pack) - 1, *(chance.randrange(len(pack)) for _ in range(40))):
            changed = bytearray(pack)
            changed[at] ^= 1 << chance.randrange(8)
            assert _refused(bytes(changed), roots, log_key), f"byte {at} of {name}, seed {seed}"


def test_the_command_refuses_a_flipped_byte(told: Told, tmp_path: Path) -> None:
    """`hoso verify` says so in one line, with exit code 5."""
    pack = told.path(told.index["evidence"][1]).read_bytes()
    trust = ("--root", str(told.path("trust/root.pem")), "--log-key", str(told.path(told.index["log_key"])))
    for at in random.Random().sample(range(len(pack)), 3):
        file = tmp_path / "changed.asice"
        file.write_bytes(pack[:at] + bytes([pack[at] ^ 0x10]) + pack[at + 1 :])
        said = told.stage.hoso("kiem", "verify", str(file), *trust, expected=5)
        assert len(said.strip().splitlines()) == 1, at
        assert said.startswith("INVALID: ")


def _refused(pack: bytes, roots: Sequence[Certificate], log_key: str) -> bool:
    try:
        verify_pack(pack, roots=roots, log_key=log_key)
    except SigningError:
        return True
    return False


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing; install poppler-utils"
    return found
