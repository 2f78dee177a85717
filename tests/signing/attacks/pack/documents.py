"""The PDF that a step leaves behind is not the one that was shown and signed."""

from collections.abc import Callable

from tests.pki import Person
from tests.signing import pdfs
from tests.signing.attacks.pack.attack import LAN, OTTO, enter, packed
from tests.signing.attacks.pdf.appended import content_appended_after_the_head
from tests.signing.records import reference
from tests.signing.world import World


def finished(
    shown: Callable[[], bytes], pdf: Callable[[], bytes], who: Person = OTTO, **more: object
) -> Callable[[], bytes]:
    """The pack of an approval that shows one PDF and leaves another behind."""

    def step(world: World) -> None:
        listed = [{"name": "result.pdf", "sha256": world.keep(pdf())}]
        world.keep(shown())
        documents = (reference("result.pdf", shown()),)
        told = {"documents": documents, "objects": {"pdf": listed}, **more}
        world.approve(who, 1, **told)  # type: ignore[arg-type]

    return packed(step)


def other_letter() -> bytes:
    return pdfs.sign(pdfs.letter(pdfs.HEAD), pdfs.HEAD, OTTO)


def by_lan() -> bytes:
    return pdfs.sign(pdfs.letter(), pdfs.HEAD, LAN)


_SIGNED_PDF = finished(pdfs.letter, pdfs.by_head)
enter(
    "pdf-exchanged",
    "The signed PDF is another one than the officer was shown.",
    "pdf-not-appended",
    finished(pdfs.letter, other_letter),
    _SIGNED_PDF,
)
enter(
    "pdf-cut-back-to-an-earlier-revision",
    "The PDF is cut back to a revision from before the step.",
    "pdf-not-appended",
    finished(pdfs.numbered, pdfs.by_head),
    _SIGNED_PDF,
)
enter(
    "pdf-signed-by-another",
    "The PDF is signed by somebody else than the record.",
    "pdf-signer",
    finished(pdfs.letter, by_lan),
    _SIGNED_PDF,
)
enter(
    "pdf-left-unsigned",
    "The step signed its record, but not the PDF.",
    "pdf-unsigned",
    finished(pdfs.letter, pdfs.letter),
    _SIGNED_PDF,
)
enter(
    "pdf-numbered-after-the-step",
    "Somebody went on writing in the PDF after it was signed.",
    "record-other-act",
    finished(pdfs.letter, pdfs.numbered),
    _SIGNED_PDF,
)
enter(
    "pdf-with-content-appended",
    "Content was appended to the signed PDF.",
    "pdf-changed",
    finished(pdfs.letter, content_appended_after_the_head),
    _SIGNED_PDF,
)
