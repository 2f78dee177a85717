"""Compiled process definitions: compiled once per bundle hash, kept in memory, never stored per dossier."""

import threading
from collections.abc import Mapping

from adapters.database import definitions as stored
from adapters.database.store import Transaction
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.process import ProcessDefinition

KEPT = 64


class Definitions:
    """The definitions that running dossiers need."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], ProcessDefinition] = {}
        self._lock = threading.Lock()

    def get(self, tx: Transaction, key: str, version: int) -> ProcessDefinition:
        """The definition of that key and version, which must have been deployed."""
        with self._lock:
            found = self._kept.get((key, version))
        if found is not None:
            return found
        row = stored.find_process(tx, key, version)
        if row is None:
            raise LookupError(f"process {key} version {version} was never deployed")
        definition = _compile(tx, key, version, row["bundle_hash"], row["files"])
        with self._lock:
            while len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[(key, version)] = definition
        return definition


def _compile(tx: Transaction, key: str, version: int, expected: str, digests: Mapping[str, str]) -> ProcessDefinition:
    contents = stored.get_contents(tx, set(digests.values()))
    files = {path: contents[digest] for path, digest in digests.items()}
    checked = check_bundle(files)
    if not isinstance(checked, CheckedBundle) or checked.bundle_hash != expected:
        raise LookupError(f"process {key} version {version} is not the bundle that was deployed; restore the database")
    return ProcessDefinition(
        key=key, version=version, bundle_hash=expected, graph=checked.graph, forms=checked.forms, files=files
    )
