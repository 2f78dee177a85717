"""What a verified pack says, for people and programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


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
class SignatureLine:
    """One signature that holds, judged at its leaf's time.

    `certificate`: fingerprint; `bound_by`: the officer whose signed act bound it, or `bootstrap` for an administrator's
    own first binding, which only the auditor can vouch for. `purpose`: initial, approval, organ, or the act's name.
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
    verdict: str = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A pack that holds. `root`: the log's root at `size`, hex; `bootstrap`: the certificates bound by themselves."""

    dossier: str
    origin: str
    size: int
    root: str
    acts: tuple[ActLine, ...]
    signatures: tuple[SignatureLine, ...]
    bootstrap: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON types."""
        return _plain(asdict(self))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
