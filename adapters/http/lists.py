"""An agency's lists: import, export."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, Field, StringConstraints

from adapters.application import lists
from adapters.application.changes import How
from adapters.http.caller import App, Caller, Once, may
from adapters.http.models import Model
from adapters.http.organisation import told

router = APIRouter(prefix="/organisation")
MAX_BYTES = 5 * 1024 * 1024


def _bounded(files: dict[str, str]) -> dict[str, str]:
    if sum(len(text.encode()) for text in files.values()) > MAX_BYTES:
        raise ValueError(f"expected at most {MAX_BYTES} bytes in all")
    return files


Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Files = Annotated[dict[Name, str], Field(min_length=1, max_length=5), AfterValidator(_bounded)]


class Lists(Model):
    """Lists as the texts of CSV files. `complete`: what they lack ends; `dry_run`: only tell what would change;
    `sign`: where that must be signed, answer with its statement.
    """

    files: Files
    complete: bool = False
    dry_run: bool = False
    sign: bool = False
    reason: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] | None = None


@router.post("/import", dependencies=[may("import lists")])
def import_lists(app: App, caller: Caller, once: Once, given: Lists, response: Response) -> dict[str, Any]:
    """Make the organisation what the lists say (administrator). Where rights change it must be signed: with `sign`,
    the answer (201) is the statement of all changes, else it is refused.
    """
    answer = lists.import_lists(
        app,
        caller,
        once,
        given.files,
        complete=given.complete,
        dry_run=given.dry_run,
        how=How(reason=given.reason, sign=given.sign),
    )
    return told(answer, response)


@router.get("/export", dependencies=[may("export lists")])
def export_lists(app: App, caller: Caller, language: Annotated[Literal["en", "vi"], Query()] = "en") -> dict[str, Any]:
    """The present organisation as lists (administrator, auditor)."""
    return dict(lists.export_lists(app, caller, language).body_or_raise())
