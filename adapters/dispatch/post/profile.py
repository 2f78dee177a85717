"""Profiles: how a carrier's REST interface or its files are spoken, as data, read strictly."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from engine.parcels import Event

HERE = Path(__file__).with_name("profiles")
LARGEST = 1 << 20
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,38}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Dotted = Annotated[str, StringConstraints(max_length=200)]
"""Where in a JSON value something is: `data.0.itemCode`; empty: the whole."""
Scalar = str | int | bool | None


class ProfileError(ValueError):
    """A file that is no profile, or no list of carriers; the message says where."""


class Strict(BaseModel):
    """No field that is not named here; nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T", bound=Strict)


class Sign(Strict):
    """By what an answer is known: its HTTP status, or a value in it."""

    status: Annotated[tuple[int, ...], Field(max_length=20)] = ()
    at: Dotted = ""
    values: Annotated[tuple[Scalar, ...], Field(max_length=50)] = ()


class Call(Strict):
    """A request. `{name}` in path and body stands for what is known of the parcel, `{secret:name}` for a secret.

    `found`: where in the answer the item code, or the token, is; empty where none is looked for.
    """

    method: Literal["GET", "POST"] = "POST"
    path: Annotated[str, StringConstraints(pattern=r"^/[!-~]*$", max_length=500)]
    body: dict[str, Any] | None = None
    found: Dotted = ""
    refused: Sign | None = None
    none: Sign | None = None


class Login(Call):
    """The request that gives a token, and the header that carries it from then on."""

    header: Word


class Callback(Strict):
    """How a callback is known to be the carrier's, and where in it the words are.

    `proof`: `hmac-sha256` (hexadecimal, over the body) or `token` in that `header`, or `token` in that `field`.
    """

    proof: Literal["hmac-sha256", "token"]
    secret: Name
    header: Word | None = None
    field: Word | None = None
    words: Dotted = ""
    item: Dotted
    reference: Dotted = ""
    status: Dotted
    at: Dotted
    dates: Annotated[tuple[Word, ...], Field(max_length=5)] = ("iso",)


class Profile(Strict):
    """All of a carrier's interface. A carrier without `order` takes its orders by a file of these columns."""

    title: Word
    certified: bool = False
    login: Login | None = None
    order: Call | None = None
    ask: Call | None = None
    cancel: Call | None = None
    callback: Callback | None = None
    statuses: Annotated[dict[Word, Event | None], Field(max_length=500)] = {}
    columns: Annotated[dict[Word, Annotated[str, StringConstraints(max_length=200)]], Field(max_length=60)] = {}


def shipped() -> tuple[str, ...]:
    """The names of the profiles that come with Hoso."""
    return tuple(sorted(file.stem for file in HERE.glob("*.json")))


def read_profile(name: str, folder: Path) -> Profile:
    """The profile of that name, or in that file of the folder (`*.json`); raises ProfileError."""
    file = folder / name if name.endswith(".json") else HERE / f"{name}.json"
    if not name.endswith(".json") and name not in shipped():
        raise ProfileError(f"no profile {name!r}; expected one of {', '.join(shipped())}, or a file *.json")
    return read_strictly(file, Profile)


def read_strictly(file: Path, kind: type[T]) -> T:
    """Read a JSON file as that; raises ProfileError with the place of what is wrong."""
    try:
        with file.open("rb") as opened:
            written = opened.read(LARGEST + 1)
    except OSError as error:
        raise ProfileError(f"{file} is missing or unreadable") from error
    if len(written) > LARGEST:
        raise ProfileError(f"{file} is larger than {LARGEST} bytes")
    try:
        return kind.model_validate_json(json.dumps(json.loads(written)), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "the whole"
        raise ProfileError(f"{file}: {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise ProfileError(f"{file} is no JSON") from error
