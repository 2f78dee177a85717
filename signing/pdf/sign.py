"""Sign a prepared PDF where the key is: PAdES-B-B (EN 319 142-1), the CMS apart from the file.

The time stands in the PDF (/M), not among the signed attributes; the signature covers it all the same.
"""

from datetime import datetime

from signing.errors import Invalid
from signing.pdf.byte_range import bytes_covered, prepared_hole, signature_in
from signing.pdf.fields import purpose_of, read_time
from signing.pdf.reading import closed, read_pdf
from signing.sign import SigningKey, sign_content


@closed
def _to_sign(prepared: bytes, field: str) -> tuple[bytes, datetime]:
    content = bytes_covered(prepared, prepared_hole(prepared, field))
    return content, read_time(str(signature_in(read_pdf(prepared).root, field)["/M"]))


def sign_pdf(prepared: bytes, key: SigningKey, *, field: str, at: datetime) -> bytes:
    """Sign the PDF prepared in this field and give the CMS (DER) for `embed`.

    `at` (aware) must be the time that the prepared signature claims, as `check_prepared` gives it; call that first.
    Raises Invalid, or SigningError `sign-failed` where the key refuses.
    """
    content, claimed = _to_sign(prepared, field)
    if claimed != at.replace(microsecond=0):
        raise Invalid("pdf-time", f"the PDF was prepared for {claimed:%Y-%m-%dT%H:%M:%SZ}, not for the time of signing")
    return sign_content(content, key, purpose=purpose_of(field), at=at, claimed=False)
