"""What a verified pack says, for people and programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from signing.verdict import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """One proven act. `verdict`: `accepted` or `refused` (the attempt is proven, its signature counts for nothing)."""

    index: int
    time: str
    act: str
    actor: str
    subject: str
    verdict: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An act that gave something to somebody: its leaf, by whom, approved by whom.

    `how`: `signed` by two persons, by one who was `sole` to do so, `bootstrap` (the first administrator's own word),
    `on-server` (the operator's, unsigned), or `unsigned` (it gives no rights).
    """

    index: int
    by: str
    approved_by: str | None = None
    how: str = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """One signature that holds, judged at the time that its stamp proves, else at its leaf's.

    `stamped`: that time; None where it has no stamp.
    `certificate`: fingerprint; `bound_by`: the officer whose signed act bound it, or `bootstrap` for an administrator's
    own first binding, which only the auditor can vouch for. `purpose`: initial, approval, organ, or the act's name.
    `checks`: what was asked of it, each valid.
    `bound`: that act; `position`: the titles that the officer held; `appointed`: the acts on which the signer's
    position, role or mandate rests. Through `index` the chain is read upwards.
    """

    index: int
    time: str
    record: str
    purpose: str
    officer: str
    capacity: str
    element: str
    decision: str | None
    documents: tuple[str, ...]
    signer: str
    certificate: str
    signing_time: str
    bound_by: str
    checks: tuple[Check, ...]
    bound: Deed
    position: str = ""
    appointed: tuple[Deed, ...] = ()
    verdict: str = "valid"
    stamped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A pack that holds. `root`: the log's root at `size`, hex; `bootstrap`: the certificates bound by themselves.

    `sole`: the leaves of acts that one administrator did alone; `on_server`: of those that the operator did, unsigned,
    and that somebody's right to sign rests on.
    """

    dossier: str
    origin: str
    size: int
    root: str
    acts: tuple[ActLine, ...]
    signatures: tuple[SignatureLine, ...]
    bootstrap: tuple[str, ...]
    sole: tuple[int, ...] = ()
    on_server: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON types."""
        plain: dict[str, Any] = _plain(asdict(self))
        for line, signature in zip(plain["signatures"], self.signatures, strict=True):
            line["checks"] = [check.to_json() for check in signature.checks]
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
