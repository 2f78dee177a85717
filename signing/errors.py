"""What a caller of `signing` can be told: it does not hold, or it cannot be decided from what was given.

Verification returns evidence or raises one of these. The code is stable; the message says what, which, found against
expected, and the remedy, and never holds a document's content, a key or a PIN.
"""

from typing import Any


class SigningError(Exception):
    """Something about a key, a record or a proof is not as it must be: `code` for programs, `message` for people.

    `checks`: where one signature is meant and was examined, all that was asked of it (`signing.verdict.Check`).
    """

    def __init__(self, code: str, message: str, checks: tuple[Any, ...] = ()) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.checks = checks

    def __str__(self) -> str:
        return f"{self.message}   [{self.code}]"


class Invalid(SigningError):
    """It does not hold: refuse it, and record the refusal."""


class Undecidable(SigningError):
    """Nothing says that it is wrong, but what would prove it right is missing (a CRL, a proven time): not accepted."""
