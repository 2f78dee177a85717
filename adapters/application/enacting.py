"""Enact decided changes of the organisation: their rows, and one leaf for each."""

from collections.abc import Mapping
from typing import Any

from adapters.application.application import Application
from adapters.application.foundations import about
from adapters.application.trail import append
from adapters.database import organisation, trail
from adapters.database.store import Transaction
from engine.outcome import LeafDraft
from engine.people.changes import to_json
from engine.people.deciding import Decided, Made

Json = dict[str, Any]


def enact(
    app: Application,
    tx: Transaction,
    actor: str,
    decided: Decided,
    *,
    reason: str | None = None,
    said: Mapping[str, Any] | None = None,
    objects: Mapping[str, object] | None = None,
) -> list[Json]:
    """Save what the changes make, and record each; gives them as they are told. `said` and `objects` go into every
    leaf.
    """
    organisation.save(tx, app.organisations.get(tx), decided.after)
    more = {**({} if reason is None else {"reason": reason}), **(said or {})}
    drafts = [
        LeafDraft(
            actor=actor,
            act=each.change.kind,
            subject=each.subject,
            details={**_details(each), **more},
            objects=dict(objects or {}),
        )
        for each in decided.made
    ]
    leaves = append(app, tx, drafts, app.clock())
    found = ((about(draft.act, draft.subject), leaf.index) for draft, leaf in zip(drafts, leaves, strict=True))
    trail.keep_about(tx, ((*name, index) for name, index in found if name is not None))
    return told(decided)


def told(decided: Decided) -> list[Json]:
    """The changes as JSON, with the numbers that they have got."""
    return [{"kind": each.change.kind, **_details(each)} for each in decided.made]


def _details(of: Made) -> Json:
    number = {} if of.number is None else {"number": of.number}
    return {**{name: value for name, value in to_json(of.change).items() if name != "kind"}, **number}
