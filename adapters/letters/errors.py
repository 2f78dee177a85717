"""What goes wrong when a letter is made."""


class LetterError(Exception):
    """A letter could not be made; the message says which template and what to change, never the letter's content.

    Codes: `letter-template` (missing, badly named or too big, or it asks for a package), `letter-failed` (typst refused
    the template), `letter-limit` (time, memory or output size used up), `letter-field` (a form field is missing or does
    not fit).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.message}   [{self.code}]"
