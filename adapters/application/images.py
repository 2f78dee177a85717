"""The images that PDF signatures show: each officer's own, and the agency's seal. They prove nothing by themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.application import people
from adapters.application.answer import Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.trail import append
from adapters.database import definitions
from adapters.database import images as stored
from adapters.database.store import Transaction
from adapters.letters.errors import LetterError
from adapters.letters.images import check_image
from engine import policy
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.procedure import ORGAN
from signing.canonical import sha256_hex

SEAL_MM = 36
"""The diameter of a seal where nobody said its own."""
SET = "signature-image-set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A PNG; of a seal, how wide it is on paper."""

    content: bytes
    width_mm: int | None


def of_signer(tx: Transaction, officer: str, purpose: str) -> Image | None:
    """The image that a signature of that purpose by that officer shows."""
    row = stored.find_image(tx, stored.AGENCY if purpose == ORGAN else officer)
    return Image(content=row["bytes"], width_mm=row["width_mm"]) if row else None


def set_image(app: Application, officer: Officer, request: Request, of: str, png: bytes) -> Answer:
    """Set an officer's image: their own, or (administrators) that of an officer of their unit."""

    def refuses(tx: Transaction) -> Refusal | None:
        if of == officer.id:
            return policy.refuses_change(officer)
        if app.organisations.get(tx).person(of) is None:
            return not_found("officer", of, "list them: hoso officer list")
        return policy.refuses(officer, "set others' signature images", people.unit_of(app, tx, of))

    return _set(app, officer, request, of, png, None, refuses)


def set_seal(app: Application, officer: Officer, request: Request, png: bytes, width_mm: int) -> Answer:
    """Set the image of the agency's seal, with its true diameter."""

    def refuses(tx: Transaction) -> Refusal | None:
        return policy.refuses(officer, "set the seal", app.organisations.get(tx).top)

    return _set(app, officer, request, stored.AGENCY, png, width_mm, refuses)


def _set(
    app: Application,
    officer: Officer,
    request: Request,
    of: str,
    png: bytes,
    width_mm: int | None,
    refuses: Callable[[Transaction], Refusal | None],
) -> Answer:
    if known := known_answer(app, request):
        return known
    with app.store.read() as tx:
        refusal = refuses(tx)
    if refusal or (refusal := _refuses(png)):
        return refuse(refusal)

    def act(tx: Transaction) -> Answer:
        if again := refuses(tx):
            return refuse(again)
        now, digest = app.clock(), sha256_hex(png)
        definitions.put_content(tx, digest, png)
        stored.put_image(tx, {"of": of, "sha256": digest, "width_mm": width_mm, "set_at": now})
        details: dict[str, object] = {"of": of or "agency", "sha256": digest}
        details |= {"width_mm": width_mm} if width_mm else {}
        subject = of or app.agency.identifier
        leaf = LeafDraft(actor=officer.id, act=SET, subject=subject, details=details, objects={"image": digest})
        append(app, tx, [leaf], now)
        return Answer(body={"officer": of or None, "sha256": digest, "size": len(png), "width_mm": width_mm})

    return once(app, request, act)


def _refuses(png: bytes) -> Refusal | None:
    try:
        check_image(png)
    except LetterError as error:
        return Refusal(kind=Kind.INVALID, code=error.code, message=error.message, remedy="send another image")
    return None
