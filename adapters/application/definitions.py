"""Compiled process definitions: compiled once per bundle hash, kept in memory, never stored per dossier."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from adapters.database import definitions as stored
from adapters.database.store import Transaction
from engine.acts.calls import linked, versions_now
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.process import ProcessDefinition

KEPT = 64
Name = TypeVar("Name")
Linked = tuple[str, int, tuple[tuple[str, int], ...]]
"""A definition with the versions of what it calls."""


class Definitions:
    """The definitions that running dossiers need."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], ProcessDefinition] = {}
        self._linked: dict[Linked, ProcessDefinition] = {}
        self._lock = threading.Lock()

    def get(
        self, tx: Transaction, key: str, version: int, versions: Mapping[str, int] | None = None
    ) -> ProcessDefinition:
        """The definition of that key and version, which must have been deployed, with all that it calls.

        `versions` are those that the dossier keeps of called processes; without, as a dossier received now uses them:
        they are the `versions` of the definition then. Raises Refused where what it calls cannot be called.
        """
        library = Deployed(self, tx)
        if versions is None:
            versions = versions_now(self._own(library, key, version), library)
        name = (key, version, tuple(sorted(versions.items())))
        with self._lock:
            found = self._linked.get(name)
        if found is None:
            found = linked(self._own(library, key, version), library, versions)
            self._keep(self._linked, name, found)
        return found

    def _own(self, library: "Deployed", key: str, version: int) -> ProcessDefinition:
        own = library.find(key, version)
        if own is None:
            raise LookupError(f"process {key} version {version} was never deployed")
        return own

    def deployed(self, tx: Transaction, key: str, version: int) -> ProcessDefinition | None:
        """The definition as it was deployed, without what it calls; None if it never was."""
        with self._lock:
            found = self._kept.get((key, version))
        if found is not None:
            return found
        row = stored.find_process(tx, key, version)
        return None if row is None else self._keep(self._kept, (key, version), _compile(tx, row))

    def _keep(
        self, kept: dict[Name, ProcessDefinition], name: Name, definition: ProcessDefinition
    ) -> ProcessDefinition:
        with self._lock:
            while len(kept) >= KEPT:
                kept.pop(next(iter(kept)))
            kept[name] = definition
        return definition


@dataclass(frozen=True, slots=True)
class Deployed:
    """The deployed processes, as one transaction sees them (`engine.acts.calls.Library`)."""

    definitions: Definitions
    tx: Transaction

    def find(self, key: str, version: int) -> ProcessDefinition | None:
        """That version, not linked."""
        return self.definitions.deployed(self.tx, key, version)

    def latest(self, key: str, tag: str | None) -> int | None:
        """The latest version, or the latest with that version tag."""
        return stored.latest_version(self.tx, key, tag)


def _compile(tx: Transaction, row: stored.Row) -> ProcessDefinition:
    key, version, expected, digests = row["key"], row["version"], row["bundle_hash"], row["files"]
    contents = stored.get_contents(tx, set(digests.values()))
    files = {path: contents[digest] for path, digest in digests.items()}
    checked = check_bundle(files)
    if not isinstance(checked, CheckedBundle) or checked.bundle_hash != expected:
        raise LookupError(f"process {key} version {version} is not the bundle that was deployed; restore the database")
    return ProcessDefinition(
        key=key,
        version=version,
        bundle_hash=expected,
        graph=checked.graph,
        forms=checked.forms,
        files=files,
        bound=row["bound"],
    )
