"""The processes that a pack holds: what a dossier ran under, compiled from the recorded files."""

from collections.abc import Iterable, Mapping

from engine.acts.calls import linked
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.errors import Refused
from engine.process import ProcessDefinition
from engine.replay.report import Differs, Untold
from engine.replay.telling import listed, shown, told
from signing.bundle import bundle_hash
from signing.evidence.contents import Opened, bundle_of, stored_object

DEPLOYED = "process-deployed"


class Recorded:
    """The deployments of a pack (`engine.acts.calls.Library`). `objects`: stored bytes by SHA-256."""

    def __init__(self, opened: Iterable[Opened], objects: Mapping[str, bytes]) -> None:
        self._objects = objects
        self._leaves: dict[tuple[str, int], Opened] = {}
        self._found: dict[tuple[str, int], ProcessDefinition] = {}
        for item in opened:
            key, version = item.details.get("key"), item.details.get("version")
            if item.leaf.act == DEPLOYED and isinstance(key, str) and isinstance(version, int):
                self._leaves.setdefault((key, version), item)

    def find(self, key: str, version: int) -> ProcessDefinition | None:
        """That version, not linked; None where the pack does not hold it."""
        leaf, found = self._leaves.get((key, version)), self._found.get((key, version))
        if found is None and leaf is not None:
            found = self._found[key, version] = self._compile(leaf, key, version)
        return found

    def latest(self, key: str, tag: str | None) -> int | None:
        """Never asked: which versions a dossier uses was decided as it was received, and its leaves tell."""
        raise LookupError(f"which version of {key} (tag {tag}) is the latest, a pack does not tell")

    def running(self, item: Opened) -> ProcessDefinition:
        """What the dossier runs under from this act on, with all that it calls."""
        bundles = [each for each in listed(item, "bundles") if isinstance(each, dict)]
        if not bundles:
            raise Untold("act-untold", found=f"no bundles in leaf {item.leaf.index}", expected="those it runs under")
        own, *_ = [self._told(each) for each in bundles]
        versions = _versions(item, "called")
        try:
            return linked(own, self, versions)
        except Refused as refused:
            raise Untold("bundle-missing", found=refused.refusal.message, expected="all that it calls") from None

    def _told(self, bundle: Mapping[str, object]) -> ProcessDefinition:
        key, version, digest = (bundle.get(name) for name in ("key", "version", "bundle_hash"))
        named = f"{key}:{version}"
        if not isinstance(key, str) or not isinstance(version, int) or (key, version) not in self._leaves:
            raise Untold("bundle-missing", found="no such deployment in the pack", expected=named)
        if (held := bundle_hash(bundle_of(self._leaves[key, version]) or {})) != digest:
            raise Differs("bundle-other", found=f"{named} is {held}", expected=shown(digest))
        found = self.find(key, version)
        assert found is not None
        return found

    def _compile(self, leaf: Opened, key: str, version: int) -> ProcessDefinition:
        named = bundle_of(leaf) or {}
        if bundle_hash(named) != leaf.details.get("bundle"):
            raise Differs("bundle-other", found=bundle_hash(named), expected=shown(leaf.details.get("bundle")))
        files = {path: stored_object(self._objects, digest) for path, digest in named.items()}
        checked = check_bundle(files)
        if not isinstance(checked, CheckedBundle):
            first = next(item for item in checked if item.severity == "error")
            found = f"{key}:{version}, {first.file}:{first.line}: {first.message}   [{first.code}]"
            raise Untold("bundle-unreadable", found=found, expected="a bundle that this release executes")
        if checked.graph.process_id != key:
            raise Differs("bundle-other", found=checked.graph.process_id, expected=key)
        bound = _versions(leaf, "bound")
        return ProcessDefinition(
            key=key,
            version=version,
            bundle_hash=checked.bundle_hash,
            graph=checked.graph,
            forms=checked.forms,
            files=files,
            bound=bound,
        )


def _versions(item: Opened, name: str) -> dict[str, int]:
    """Versions by process, as a leaf tells them; none where it tells of none."""
    found = told(item, name, dict) if name in item.details else {}
    if not all(isinstance(version, int) for version in found.values()):
        raise Untold("act-untold", found=f"{name}: {shown(found)}", expected="a version of each")
    return found
