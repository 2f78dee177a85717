"""A dossier (hồ sơ): one matter on its way through a process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from engine.bpmn.state import State
from engine.document import Document
from engine.errors import Kind, Refusal, not_found
from engine.task import Task


class Status(IntEnum):
    """The ten statuses of the national portal; decided (9) and delivered (10) stay apart."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    IN_PROGRESS = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DECIDED = 9
    DELIVERED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A dossier as it stands. `revision` counts the accepted acts; the past is in the trail, not here.

    `tasks` are the open ones. Of a wide loop's, an act on one of them has no other: what the act cancels, it knows from
    the kernel's effects.
    """

    code: str
    title: str
    process_key: str
    process_version: int
    bundle_hash: str
    procedure: str | None  # SHA-256 of the procedure record that it was received under
    unit: str
    applicant: Mapping[str, str]
    submitter: str
    channel: str
    status: Status
    started: datetime
    due: datetime | None
    state: State
    tasks: Mapping[int, Task]
    documents: Mapping[str, Document]
    performers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # element → who completed it, for four eyes
    called: Mapping[str, int] = field(default_factory=dict)  # versions of called processes, fixed as it was received
    revision: int = 0
    finished: datetime | None = None
    erased: datetime | None = None  # since when nothing is left of it but that it was
    suspended: datetime | None = None  # since when; its tasks, messages and programs wait until it is resumed

    def refuses_while_suspended(self) -> Refusal | None:
        """Why nothing moves the dossier now, or None."""
        if self.suspended is None:
            return None
        since = f"{self.suspended:%Y-%m-%dT%H:%M:%SZ}"
        message = f"dossier {self.code} is suspended since {since}"
        remedy = f"an administrator of its unit may resume it: hoso dossier resume {self.code}"
        return Refusal(kind=Kind.CONFLICT, code="dossier-suspended", message=message, remedy=remedy)

    def open_task(self, number: int) -> Task | Refusal:
        """The open task of that number, or why there is none."""
        task = self.tasks.get(number)
        return task or not_found("task", f"{self.code}.{number}", f"see the open ones: hoso dossier show {self.code}")


def dossier_code(agency: str, day: datetime, number: int) -> str:
    """`H29.5-261121-0001`: agency, day (local), the day's running number (TT 01/2018 Đ19)."""
    return f"{agency}-{day:%y%m%d}-{number:04d}"
