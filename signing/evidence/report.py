"""What a verified pack says, for people and programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from signing.reasons import REASONS
from signing.verdict import Check

README_OTHER, NO_WITNESS, WITNESS_UNPINNED, LOG_RESTORED = REMARKS = (
    "readme-other", "no-witness", "witness-unpinned", "log-restored",
)  # fmt: skip
"""What is not as usual, and refuses nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """One proven act. `verdict`: `accepted` or `refused` (the attempt is proven, its signature counts for nothing).

    `step`: what the process in the pack calls the step that it was about.
    """

    index: int
    time: str
    act: str
    actor: str
    subject: str
    verdict: str
    details: Mapping[str, Any]
    step: str = ""


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
    `checks`: what was asked of it, each valid. `step`: what the process calls the step.
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
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessLine:
    """Who saw the checkpoint, when by their clock. `pinned`: whether the auditor brought the key themselves; else it is
    the one that the log tells.
    """

    witness: str
    time: str
    pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionLine:
    """One log key (`name+key ID`) followed another: how many leaves the log kept, and how many it lost."""

    before: str
    after: str
    time: str
    kept: int
    lost: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A pack that holds, as the log stood at `size` leaves: of what came later it says nothing.

    `root`: the log's root at that size, hex; `bootstrap`: the certificates bound by themselves.
    `sole`: the leaves of acts that one administrator did alone; `on_server`: of those that the operator did, unsigned,
    and that somebody's right to sign rests on. `cosigned`: the witnesses of the checkpoint; `successions`: how the
    log's key came from the pinned one. `remarks`: codes of what is not as usual (REMARKS).
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
    cosigned: tuple[WitnessLine, ...] = ()
    successions: tuple[SuccessionLine, ...] = ()
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON types."""
        plain: dict[str, Any] = _plain(asdict(self))
        for line, signature in zip(plain["signatures"], self.signatures, strict=True):
            line["checks"] = [check.to_json() for check in signature.checks]
        plain["remarks"] = [{"code": code, "vi": REASONS[code].vi, "en": REASONS[code].en} for code in self.remarks]
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
