"""A PDF that the step signs, too: what the server prepared is checked against what was shown; a lie is not signed."""

import base64
import json
import resource
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.letters.fields import fill_fields
from adapters.letters.render import render
from signing.canonical import sha256_hex
from signing.pdf.prepare import embed, prepare
from signing.pdf.verify import verify_pdf
from tests.adapters.cli.center import TASK, Center
from tests.adapters.limits.hostile import swollen
from tests.pki import authority, known
from tests.signing.records import reference
from tests.signing.world import LOG_KEY, told

HEAD, ORGAN = "sign-approval-lanh-dao", "sign-organ-van-thu"
PERMITS = frozenset({"number", "date"})
SOURCE = """#import "/hoso.typ": *
Số: #field("number")/UBND #field("date", width: 150pt)
#signing-places(sign: "sign-approval-lanh-dao", organ: "sign-organ-van-thu")
"""


@cache
def letter(text: str = "") -> bytes:
    at = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    return render("a.typ", {"a.typ": f"{SOURCE}{text}".encode()}, {}, at=at, fields=("number", "date"))


def offer(content: bytes, *, field: str = HEAD, permits: frozenset[str] | None = PERMITS, **more: Any) -> Any:
    """What a server prepares; honest unless told otherwise."""

    def prepared(center: Center, at: datetime) -> dict[str, Any]:
        made = prepare(content, field=field, permits=permits, look=None, at=at + more.get("late", timedelta()))
        named = {"name": more.get("name", "cong-van.pdf"), "field": more.get("told", field)}
        return {**named, **center.keep(made + more.get("tail", b"")), "permits": sorted(permits or ())}

    return prepared


@pytest.fixture
def sign(signed_in: Center, hoso: Callable[..., Any], key_file: Any) -> Callable[..., Any]:
    """Complete the task over the letter."""
    signed_in.pdf = letter()

    def call(prepared: Any, *more: object) -> Any:
        signed_in.prepared = prepared
        return hoso("task", "complete", TASK, "--decision", "approve", "--key", key_file, "--yes", *more)

    return call


def test_the_pdf_is_signed_beside_the_record(signed_in: Center, sign: Callable[..., Any], tmp_path: Any) -> None:
    """The officer is told, gets it as it will look, and the signature fits what was prepared."""
    result = sign(offer(letter()), "--save-documents", tmp_path / "seen")
    assert result.code == 0, result.err
    assert f"PDF signature: in cong-van.pdf, at its place {HEAD}" in result.err
    assert len(list((tmp_path / "seen").glob("*-signed-cong-van.pdf"))) == 1
    [sent] = [body for body in signed_in.sent if "pdf" in body]
    [signature] = sent["pdf"]
    facts = signed_in.statements[sent["statement"]]["facts"]
    prepared = signed_in.contents[facts["pdf"][0]["sha256"]]
    finished = embed(prepared, base64.b64decode(signature["signature"]), HEAD)
    assert signed_in.trust is not None
    [found] = verify_pdf(finished, trust=signed_in.trust, at=datetime.now(UTC), accepted=None)
    assert (signature["name"], found.field, found.covered) == ("cong-van.pdf", HEAD, len(finished))


def test_a_task_without_prepared_pdfs_sends_none(signed_in: Center, sign: Callable[..., Any]) -> None:
    """A document that keeps no place is approved by its record alone."""
    assert sign(None).code == 0
    assert "pdf" not in signed_in.sent[-1]


LIES = {
    "another PDF": (offer(letter("khác")), "pdf-not-appended"),
    "numbered before": (offer(fill_fields(letter(), {"number": "07"})), "pdf-changed"),
    "everything permitted": (offer(letter(), permits=frozenset({"number", "date", "amount"})), "pdf-lock-missing"),
    "nothing permitted": (offer(letter(), permits=None), "pdf-lock-missing"),
    "the agency's place": (offer(letter(), field=ORGAN, permits=None), "bad-answer"),
    "the agency's place, told as the head's": (offer(letter(), field=ORGAN, told=HEAD), "pdf-unsigned"),
    "another time": (offer(letter(), late=timedelta(minutes=1)), "pdf-time"),
    "a document that was not shown": (offer(letter(), name="khac.pdf"), "bad-answer"),
    "more behind it": (offer(letter(), tail=b"% more"), "pdf-byte-range"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_the_shown_pdf_is_not_signed(signed_in: Center, sign: Callable[..., Any], lie: str) -> None:
    """Nothing leaves this machine, whatever else the statement says."""
    prepared, code = LIES[lie]
    result = sign(prepared)
    assert result.code != 0
    assert f"[{code}]" in result.err
    assert not signed_in.done


def test_a_pack_whose_pdf_takes_too_much(hoso, tmp_path) -> None:
    """Anybody's PDF lies in a pack: it is read in a child with limits, and one error says which leaf is undecided."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    world, shown = told(), swollen()
    listed = (reference("draft.pdf", shown),)
    finished = world.keep(world.objects.setdefault(sha256_hex(shown), shown) + b"\n")
    world.approve(known("otto"), 4, documents=listed, objects={"pdf": [{"name": "draft.pdf", "sha256": finished}]})
    files = {
        "pack.asice": world.pack(),
        "root.pem": authority().root.public_bytes(Encoding.PEM),
        "log.vkey": LOG_KEY.vkey.encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    asked = ("verify", tmp_path / "pack.asice", "--root", tmp_path / "root.pem", "--log-key", tmp_path / "log.vkey")
    result = hoso(*asked, "--json")
    found = json.loads(result.out)
    assert (result.code, found["verdict"], found["code"]) == (5, "undecidable", "pdf-limits"), found
    assert "leaf" in found["reason"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KiB; its reader wants gigabytes
