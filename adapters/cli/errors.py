"""Why a command stops: one line, a stable code, an exit code that a script can act on."""

from collections.abc import Mapping, Sequence

OK, FAILURE, USAGE, CONFLICT, NOT_SIGNED_IN, SIGNATURE, REFUSED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

# HTTP status → exit code; what is missing here is a failure.
BY_STATUS: Mapping[int, int] = {
    401: NOT_SIGNED_IN,
    403: REFUSED,
    404: FAILURE,
    409: CONFLICT,
    412: CONFLICT,
    422: REFUSED,
}


class CommandFailed(Exception):
    """A command cannot go on. The message says what, which, found against expected; the remedy what to do next.

    `details` are further lines, one for each bad field or problem.
    """

    def __init__(
        self, code: str, message: str, *, remedy: str = "", exit_code: int = FAILURE, details: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.exit_code = exit_code
        self.details = tuple(details)

    @property
    def line(self) -> str:
        """The message, its remedy and its code on one line."""
        text = f"{self.message.rstrip('.')}; {self.remedy.rstrip('.')}" if self.remedy else self.message.rstrip(".")
        return f"{text}   [{self.code}]"

    def to_json(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "details": list(self.details),
            "exit": self.exit_code,
        }


def exit_code_for(status: int, code: str) -> int:
    """Return the exit code of a problem that the server answered with."""
    if status == 422 and code.startswith(("signature-", "certificate-")):
        return SIGNATURE
    return BY_STATUS.get(status, FAILURE)
