"""What a handler can say of a job that it did not do."""


class TryLater(Exception):
    """The world is not ready (a mail server is away); the job is tried again."""


class JobFault(Exception):
    """The job cannot be done as it is; people must look. Carries a stable code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
