"""A damaged PDF, named by its defect, the code of its refusal, and its undamaged twin, which is accepted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_byterange import PdfSignedData

from signing.pdf.byte_range import Hole, bytes_covered, prepared_hole
from signing.pdf.fields import field_named, open_signature_fields, time_text
from signing.pdf.prepare import RESERVE, embed, embed_in, prepare, with_range
from signing.pdf.update import Update, dictionary, name
from signing.sign import sign_content
from signing.verify import Trust
from tests.pki import NOW, Person, known, trust
from tests.signing.pdfs import HEAD, PERMITS, letter, sealed

ATTACKS: dict[str, "Attack"] = {}
Make = Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class Attack:
    name: str
    codes: frozenset[str]
    damaged: Make
    twin: Make
    trust: Callable[[], Trust]
    at: datetime


def attack(
    *codes: str, twin: Make = sealed, by: Callable[[], Trust] = trust, at: datetime = NOW
) -> Callable[[Make], Make]:
    """Enter a builder of a damaged PDF under its own name."""

    def enter(damaged: Make) -> Make:
        name = damaged.__name__
        ATTACKS[name] = Attack(name=name, codes=frozenset(codes), damaged=damaged, twin=twin, trust=by, at=at)
        return damaged

    return enter


def updated(pdf: bytes, change: Callable[[Update], None]) -> bytes:
    """Append whatever an attacker likes."""
    update = Update(pdf)
    change(update)
    return update.bytes_for("attack")


def swapped(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """Exchange the last occurrence of some bytes for as many others."""
    assert len(old) == len(new), (len(old), len(new))
    head, found, tail = pdf.rpartition(old)
    assert found
    return head + new + tail


def insider(
    pdf: bytes,
    field: str = HEAD,
    *,
    permits: frozenset[str] | None = PERMITS,
    change: Callable[[bytes], bytes] = lambda prepared: prepared,
) -> bytes:
    """Sign with a right key, but prepared by a program that checks nothing, and changed before signing."""
    prepared, hole = placed(pdf, field, permits=permits)
    return signed_over(change(prepared), hole)


def placed(
    pdf: bytes,
    field: str = HEAD,
    *,
    permits: frozenset[str] | None = PERMITS,
    alter: Callable[[Update], None] = lambda update: None,
) -> tuple[bytes, Hole]:
    """Prepare a signature as `prepare` does, with whatever else in the same update."""
    update = Update(pdf)
    widget = field_named(update.root, field)
    signature = PdfSignedData(name("Sig"), SigSeedSubFilter.PADES, bytes_reserved=2 * RESERVE)
    signature[name("M")] = pdf_string(time_text(NOW))
    parameters = dictionary(Type=name("TransformParams"), V=name("1.2"), Action=name("All"))
    if permits is not None:
        others = open_signature_fields(update.root)
        parameters[name("Action")] = name("Exclude")
        parameters[name("Fields")] = generic.ArrayObject(map(pdf_string, sorted({*permits, *others} - {field})))
    lock = dictionary(Type=name("SigRef"), TransformMethod=name("FieldMDP"), TransformParams=parameters)
    signature[name("Reference")] = generic.ArrayObject([lock])
    widget[name("V")] = update.add_object(signature)
    update.mark_update(widget.container_ref)
    alter(update)
    prepared = with_range(update.bytes_for("insider"), signature)
    start, end = signature.contents.offsets
    return prepared, Hole(start=start, end=end, covered_to=len(prepared))


def signed_over(prepared: bytes, hole: Hole, content: bytes | None = None, who: Person | None = None) -> bytes:
    """Sign whatever bytes and put the signature into the hole."""
    key = (who or known("otto")).key
    over = bytes_covered(prepared, hole) if content is None else content
    return embed_in(prepared, hole, sign_content(over, key, purpose="approval", at=NOW, claimed=False))


def with_cms(make: Callable[[bytes], bytes], *, at: datetime = NOW) -> bytes:
    """Put a CMS of the attacker's making into an honestly prepared PDF; `make` gets what it should be over."""
    prepared = prepare(letter(), field=HEAD, permits=PERMITS, look=None, at=at)
    return embed(prepared, make(bytes_covered(prepared, prepared_hole(prepared, HEAD))), HEAD)
