"""Why a backup is not made or not restored."""


class BackupRefused(Exception):
    """What was found against what is expected, with a stable code and what to do. Nothing was changed."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
