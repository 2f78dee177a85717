"""The carriers of an installation: `carriers.json` in the data directory, read strictly at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from adapters.bounded_http import Place, loopback, read_web_address
from adapters.dispatch.post import carrier as post
from adapters.dispatch.post.carrier import Carrier
from adapters.dispatch.post.profile import Name, Profile, ProfileError, Strict, Word, read_profile, read_strictly
from adapters.dispatch.post.rest import RestCarrier
from engine.parcels import Event

FILE, GROUP = "carriers.json", "hoso.carriers"
LARGEST_SECRET = 4096
FileName = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Given(Strict):
    """One carrier: by a profile at that address, or by a plug-in (an entry point `hoso.carriers`) with its settings.

    `secrets`: name → a file in the data directory. `statuses` are added to the profile's own, or replace them.
    """

    name: Name
    profile: FileName | None = None
    plugin: Word | None = None
    url: Annotated[str, StringConstraints(max_length=500)] | None = None
    secrets: Annotated[dict[Name, FileName], Field(max_length=20)] = Field(default={})
    statuses: Annotated[dict[Word, Event | None], Field(max_length=500)] = Field(default={})
    settings: dict[str, Any] = Field(default={})

    @model_validator(mode="after")
    def _one_way(self) -> "Given":
        if (self.profile is None) == (self.plugin is None):
            raise ValueError("name a profile or a plugin, one of the two")
        if self.plugin is not None and (self.url is not None or self.statuses):
            raise ValueError("a plugin has its address in its settings, and its own statuses")
        return self


class Listed(Strict):
    """All carriers; `default` is the one at which parcels are ordered by themselves."""

    default: Name | None = None
    carriers: Annotated[tuple[Given, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _named_once(self) -> "Listed":
        names = [each.name for each in self.carriers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two carriers are named {twice[0]!r}")
        if "hoso" in names:
            raise ValueError("no carrier is named 'hoso': that is the office itself")
        if self.default is not None and self.default not in names:
            raise ValueError(f"the default {self.default!r} is not among the carriers")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Carriers:
    """The carriers by name."""

    default: str | None = None
    by_name: Mapping[str, Carrier] = field(default_factory=dict)

    def named(self, name: str | None) -> Carrier | None:
        """The carrier of that name, if there is one."""
        return self.by_name.get(name) if name is not None else None

    @property
    def ordering(self) -> str | None:
        """The name of the carrier at which each parcel is ordered by itself, if there is one that takes orders."""
        found = self.named(self.default)
        return self.default if found is not None and found.order is not None else None

    def statuses_of(self, name: str) -> Mapping[str, Event | None]:
        """The words of that carrier, without their case, `_` as `-`; None: it moves nothing. None of an unknown one."""
        found = self.named(name)
        words = post.statuses(found) if found is not None else {}
        return {_plain(word): event for word, event in words.items()}


def _plain(word: str) -> str:
    return " ".join(word.replace("_", "-").casefold().split())


def read_carriers(folder: Path) -> Carriers:
    """The carriers of `carriers.json` there, none where it is missing; raises ProfileError with what is wrong."""
    file = folder / FILE
    if not file.exists():
        return Carriers()
    listed = read_strictly(file, Listed)
    return Carriers(default=listed.default, by_name={each.name: _made(each, folder) for each in listed.carriers})


def _made(given: Given, folder: Path) -> Carrier:
    secrets = {name: _secret(folder / file, given.name, name) for name, file in given.secrets.items()}
    if given.plugin is not None:
        return _plugged(given, secrets)
    assert given.profile is not None
    profile = read_profile(given.profile, folder)
    profile = profile.model_copy(update={"statuses": {**profile.statuses, **given.statuses}})
    _demand_secrets(given, profile, secrets)
    return RestCarrier(profile=profile, place=_place(given, profile), secrets=secrets)


def _plugged(given: Given, secrets: Mapping[str, str]) -> Carrier:
    found = [each for each in entry_points(group=GROUP) if each.name == given.plugin]
    if len(found) != 1:
        raise ProfileError(f"carrier {given.name}: {len(found)} plug-ins are named {given.plugin!r}, expected one")
    try:
        make: Callable[..., Carrier] = found[0].load()
        return make(given.settings, secrets)
    except Exception as error:  # foreign code: which one it is, is all that we know
        raise ProfileError(f"carrier {given.name}: its plug-in does not start ({type(error).__name__})") from error


def _secret(file: Path, carrier: str, name: str) -> str:
    try:
        text = file.read_text("utf-8")[: LARGEST_SECRET + 1].strip()
    except (OSError, ValueError) as error:
        raise ProfileError(f"carrier {carrier}: the file of its secret {name} is missing or unreadable") from error
    if not text or len(text) > LARGEST_SECRET or not text.isprintable():
        raise ProfileError(f"carrier {carrier}: the file of its secret {name} holds none, expected one line")
    return text


def _demand_secrets(given: Given, profile: Profile, secrets: Mapping[str, str]) -> None:
    """Name those that the profile asks for and nobody gave, before a parcel waits for them."""
    wanted = set(_named_in(profile.model_dump_json()))
    wanted |= {profile.callback.secret} if profile.callback is not None else set()
    if missing := sorted(wanted - secrets.keys()):
        raise ProfileError(f"carrier {given.name}: its profile needs the secret {missing[0]}; name its file")


def _named_in(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{secret:")[1:]]


def _place(given: Given, profile: Profile) -> Place | None:
    if given.url is None:
        if any((profile.login, profile.order, profile.ask, profile.cancel)):
            raise ProfileError(f"carrier {given.name}: its profile {given.profile} needs a url")
        return None
    found = read_web_address(given.url)
    if found is None or found[0].username or found[0].query:
        raise ProfileError(f"carrier {given.name}: its url is no address https://…, without a name or a query")
    parts, port = found
    assert parts.hostname is not None
    if parts.scheme != "https" and not loopback(parts.hostname):
        raise ProfileError(f"carrier {given.name}: its url must be https://…: addresses of citizens go there")
    return Place(scheme=parts.scheme, host=parts.hostname, port=port, path=parts.path)
