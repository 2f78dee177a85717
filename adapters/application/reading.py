"""An auditor reads: that it was asked is in the trail before anything is shown; what was found is not."""

from adapters.application.application import Application
from adapters.application.trail import append
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.repeats import READ


def record(app: Application, officer: Officer, subject: str, asked: str) -> None:
    """Record the question, or count it where the trail has told it this hour; nothing may be shown if this raises."""
    draft = LeafDraft(actor=officer.id, act=READ, subject=subject, details={"asked": asked})
    with app.store.write() as tx:
        append(app, tx, [draft], app.clock())
