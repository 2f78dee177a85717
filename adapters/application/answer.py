"""One answer per request: a repeated `Idempotency-Key` gets the first one, refusals included."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from adapters.application.application import Application
from adapters.database import acts
from adapters.database.store import Transaction
from engine.errors import Kind, Refusal, Refused

OK = 200
CREATED = 201
ACCEPTED = 202  # kept, and waits for somebody to approve it
REFUSED = 0  # stored in place of an HTTP status: the edge gives a refusal its status
LONGEST_CODE = 80  # of a dossier; what a path names may be longer, and is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks, under which key, and a fingerprint of what is asked. Without a key, every request is a new one.

    `seen`: the revisions of the dossier over which alone the act is to be done; None: whatever it is now. `dossier`: to
    which the request is made, as far as that is known: its answer is erased with it.
    """

    officer: str
    key: str | None = None
    fingerprint: str = ""
    seen: frozenset[int] | None = None
    dossier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A JSON body with its HTTP status, or a refusal. `told_once` names what is never kept: a repetition lacks it.

    `about`: the dossier whose data it holds, where neither the request nor the body names it.
    """

    status: int = OK
    body: Mapping[str, Any] | None = None
    refusal: Refusal | None = None
    told_once: frozenset[str] = frozenset()
    about: str | None = None

    def body_or_raise(self) -> Mapping[str, Any]:
        """The body; raises Refused for a refusal: the one place where it becomes an exception."""
        if self.refusal is not None:
            raise Refused(self.refusal)
        return self.body or {}


def refuse(refusal: Refusal) -> Answer:
    """The answer that refuses."""
    return Answer(status=REFUSED, refusal=refusal)


def known_answer(app: Application, request: Request) -> Answer | None:
    """The first answer to this key, looked up before anything costly is done."""
    if request.key is None:
        return None
    with app.store.read() as tx:
        return _find(tx, request, request.key)


def once(app: Application, request: Request, act: Callable[[Transaction], Answer]) -> Answer:
    """Run the act in one write transaction, and keep its answer there; a repeated key runs nothing."""
    with app.store.write() as tx:
        if request.key is None:
            return act(tx)
        if not acts.reserve_answer(tx, _reservation(app, request, request.key)):
            return _find(tx, request, request.key) or refuse(_reused(request.key))
        answer = act(tx)
        body = asdict(answer.refusal) if answer.refusal else dict(answer.body or {})
        kept = {name: value for name, value in body.items() if name not in answer.told_once}
        acts.save_answer(tx, request.officer, request.key, answer.status, kept, dossier=_about(request, answer))
        return answer


def _find(tx: Transaction, request: Request, key: str) -> Answer | None:
    row = acts.find_answer(tx, request.officer, key)
    if row is None:
        return None
    if row["status"] == acts.ERASED:
        return refuse(_erased(request.key))
    if row["fingerprint"] != request.fingerprint:
        return refuse(_reused(key))
    if row["status"] == REFUSED:
        refusal = Refusal(**row["body"])
        return refuse(replace(refusal, kind=Kind(refusal.kind), problems=tuple(refusal.problems)))
    return Answer(status=row["status"], body=row["body"])


def _about(request: Request, answer: Answer) -> str | None:
    """Whose data the answer holds."""
    found = request.dossier or answer.about or (answer.body or {}).get("dossier")
    return found if isinstance(found, str) and len(found) <= LONGEST_CODE else None


def _erased(key: str | None) -> Refusal:
    message = f"the answer to the Idempotency-Key {key} was erased with its dossier"
    return Refusal(kind=Kind.CONFLICT, code="dossier-erased", message=message, remedy="use a fresh key")


def _reused(key: str) -> Refusal:
    message = f"the Idempotency-Key {key} was used for another request"
    return Refusal(kind=Kind.CONFLICT, code="key-reused", message=message, remedy="use a fresh key")


def _reservation(app: Application, request: Request, key: str) -> dict[str, Any]:
    return {"officer": request.officer, "key": key, "fingerprint": request.fingerprint, "created": app.clock()}
