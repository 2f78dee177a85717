"""Calls of processes that other bundles hold: what a call activity names, and the names of what it calls.

Within a dossier the elements of a called process go by `key@version/id`: neither `@` nor `/` stands in an id of XML, so
that no two elements have one name, whatever the bundles are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Binding = Literal["latest", "deployment", "version", "versionTag"]
Version = tuple[str, int]
"""A deployed process: its key and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledProcess:
    """A process of another bundle, and which version of it a call means.

    `latest`: the latest deployed as the dossier is received; `versionTag`: the latest then that has the `tag`;
    `version`: that `version`; `deployment`: the latest deployed as the caller was.
    """

    key: str
    binding: Binding = "latest"
    version: int | None = None
    tag: str | None = None

    @property
    def name(self) -> str:
        """By what the dossier keeps the version: `key`, or `key#tag`."""
        return self.key if self.tag is None else f"{self.key}#{self.tag}"

    def __str__(self) -> str:
        if self.version is not None:
            return f"process {self.key} version {self.version}"
        return f"process {self.key}" if self.tag is None else f"process {self.key} with version tag {self.tag!r}"


def prefix(version: Version) -> str:
    """What the elements of a called process begin with."""
    return f"{version[0]}@{version[1]}/"


def prefix_of(element: str) -> str:
    """What an element's name begins with; empty for the dossier's own process."""
    return element[: element.rfind("/") + 1]
