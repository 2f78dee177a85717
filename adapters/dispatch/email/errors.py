"""What can become of a mail, but that the relay took it: one class for each thing that the caller must do."""


class MailError(Exception):
    """Carries a stable code. The message names no address, and no text of the relay: it may repeat the address."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class MailUnfit(MailError):
    """The mail cannot be written as asked for: people must correct what is asked for."""


class Away(MailError):
    """No relay that lets us in could be reached: it says nothing of the mail, which was not handed over. Try again."""


class PutOff(MailError):
    """The relay did not take it and asks to come again (4xx)."""


class Refused(MailError):
    """The relay refuses for good (5xx). `ours`: it refuses our sender, whatever the recipient."""

    def __init__(self, code: str, message: str, *, ours: bool = False) -> None:
        super().__init__(code, message)
        self.ours = ours


class Unconfirmed(MailError):
    """The final dot was written, and the line was lost before the answer: the relay took it, or it did not."""


class MailSettingError(ValueError):
    """A setting of the mail server is not one that we may use; the message says what is expected."""
