"""What a replay says: act by act as the model does, or the first one that is not."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Answer = Literal["yes", "no", "undecidable"]
Said = Literal["as-modelled", "moves-nothing", "differs", "undecidable", "not-replayed"]


class Differs(Exception):
    """The recorded history is no run of the model: `found` in the leaf, `expected` by the model."""

    answer: Answer = "no"
    said: Said = "differs"

    def __init__(self, code: str, *, found: object, expected: object) -> None:
        super().__init__(f"found {found}, expected {expected}   [{code}]")
        self.code = code
        self.found = str(found)
        self.expected = str(expected)


class Untold(Differs):
    """It cannot be decided: the pack, or this release, lacks what it takes to go on."""

    answer: Answer = "undecidable"
    said: Said = "undecidable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """One recorded act of the dossier, and what the model says of it."""

    index: int
    time: str
    actor: str
    act: str
    subject: str
    element: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The first act that is no step of the model, or cannot be judged; nothing behind it is."""

    index: int
    act: str
    element: str
    code: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task that is open when all recorded acts are done."""

    task: str
    element: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The answer on a whole history. `open` and `finished`: where the dossier stands when it ends, as modelled."""

    dossier: str
    answer: Answer
    acts: tuple[ActLine, ...]
    divergence: Divergence | None
    open: tuple[OpenTask, ...]
    finished: bool

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON types."""
        found = asdict(self)
        return {"dossier": found.pop("dossier"), "replays": found.pop("answer"), **found}
