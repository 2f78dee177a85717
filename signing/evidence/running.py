"""Under which bundles a dossier runs, and which of their steps want a signature: read from the bundles in the pack.

The leaves `dossier-started` and `dossier-migrated` tell them: `"bundles": [{"key", "version", "bundle_hash"}, …]`, the
dossier's own first, then those that it calls. Steps of the first go by their ids, those of a called one by
`key@version/id`; neither `@` nor `/` stands in an id of XML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from signing.bundle import bundle_hash
from signing.errors import Invalid
from signing.evidence.contents import Opened, bundle_of, stored_object
from signing.evidence.process import signed_steps, step_names

PROCESS = "process.bpmn"
STARTED, MIGRATED, DEPLOYED = "dossier-started", "dossier-migrated", "process-deployed"
_NAMES = {"key", "version", "bundle_hash"}
_OWN = (("key", "process"), ("version", "version"), ("bundle_hash", "bundle"))
Bundle = tuple[str, int, str]
"""Key, version, bundle hash."""


@dataclass(slots=True, kw_only=True)
class Running:
    """What the acts so far say of bundles."""

    deployed: set[Bundle] = field(default_factory=set)
    """The bundles in the pack, each with the hash of its files."""
    steps: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Bundle hash → the steps that want a signature, with its purpose."""
    names: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Bundle hash → what its steps are called."""
    hashes: dict[str, str] = field(default_factory=dict)
    """What the steps of a bundle begin with → its hash; empty for the dossier's own."""
    own: Bundle | None = None

    def take(self, item: Opened, stored: Mapping[str, bytes]) -> None:
        """Let an accepted act say what is deployed, or what the dossier runs under; Invalid `bundle-missing`."""
        if item.leaf.act == DEPLOYED and (bundle := bundle_of(item)) is not None:
            digest = bundle_hash(bundle)
            self.deployed.add((str(item.details.get("key")), _number(item.details.get("version")), digest))
            if PROCESS in bundle:
                process = stored_object(stored, bundle[PROCESS])
                self.steps[digest], self.names[digest] = signed_steps(process), step_names(process)
        if item.leaf.act in (STARTED, MIGRATED):
            self._run(item)

    def _run(self, item: Opened) -> None:
        if item.leaf.act == STARTED and self.hashes:
            raise Invalid(
                "act-repeated", f"the dossier was received before leaf {item.leaf.index}; it is received once"
            )
        told = [_bundle(item, entry) for entry in _entries(item)]
        for key, version, digest in told:
            if (key, version, digest) not in self.deployed:
                message = f"the process {key} version {version}, under which the dossier ran, is not in the pack"
                raise Invalid("bundle-missing", message)
        if item.leaf.act == MIGRATED and _signed_version(item) != told[0][1]:
            message = f"the dossier was to go on under version {_signed_version(item)}, not {told[0][1]}"
            raise Invalid("record-other-act", message)
        if item.leaf.act == MIGRATED and (self.own is None or told[0][0] != self.own[0]):
            message = f"a dossier goes on under another version of its own process, not under {told[0][0]}"
            raise Invalid("record-other-act", message)
        self.own = told[0]
        self.hashes = {f"{key}@{version}/": digest for key, version, digest in told[1:]} | {"": told[0][2]}
        started = tuple(item.details.get(name) for name in ("process", "version", "bundle"))
        if len(self.hashes) != len(told) or (item.leaf.act == STARTED and started != told[0]):
            raise _wrong(item)

    def wanted(self, element: str) -> str | None:
        """The signature that a step wants; Invalid `bundle-missing` where it is of no bundle of the dossier."""
        before = element[: element.rfind("/") + 1]
        if before not in self.hashes:
            raise Invalid("bundle-missing", f"the step {element[:80]} is of no process under which the dossier runs")
        return self.steps.get(self.hashes[before], {}).get(element.removeprefix(before))

    def name(self, element: object) -> str:
        """What the dossier's process calls a step; empty where it has no name for it."""
        before, separator, step = str(element).rpartition("/")
        return self.names.get(self.hashes.get(before + separator, ""), {}).get(step, "")

    def holds(self, bundle: Bundle) -> bool:
        """Whether it is the bundle under which the dossier runs, and in the pack."""
        return bundle in self.deployed and self.own in (None, bundle)


def _number(version: object) -> int:
    return version if isinstance(version, int) else 0


def _signed_version(item: Opened) -> object:
    body = item.details.get("body")
    return body.get("version") if isinstance(body, Mapping) else None


def _entries(item: Opened) -> list[object]:
    if item.leaf.act == STARTED and "bundles" not in item.details:  # of before processes called each other
        own = ((name, item.details.get(told)) for name, told in _OWN)
        return [dict(own)]
    entries = item.details.get("bundles")
    if not isinstance(entries, list) or not entries:
        raise _wrong(item)
    return entries


def _bundle(item: Opened, entry: object) -> Bundle:
    if not isinstance(entry, dict) or entry.keys() != _NAMES:
        raise _wrong(item)
    found = entry["key"], entry["version"], entry["bundle_hash"]
    if tuple(map(type, found)) != (str, int, str):
        raise _wrong(item)
    return found


def _wrong(item: Opened) -> Invalid:
    message = f"the evidence of leaf {item.leaf.index} ({item.leaf.act}) does not say under which bundles it runs"
    return Invalid("evidence-malformed", message)
