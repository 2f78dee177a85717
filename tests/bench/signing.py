"""What signing costs: sign, verify and accept one record, with RSA and P-256; a dossier of a thousand signatures.

Each is told beside the bare signature operation of `cryptography` with the same key over the same bytes, in turns in
the same run: the ratio says what the format and its rules cost, and stays the same on another machine. Signing and
verifying are measured in processor time, which other programs of the machine do not lengthen; accepting as it takes.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from asn1crypto import cms as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from adapters.database.store import open_store, sqlite_url
from signing.evidence.verify import verify_pack
from signing.manifest import manifest_for
from signing.record import ActRecord, ApprovalRecord
from signing.sign import sign_manifest
from signing.verify import verify_submission
from tests.adapters.application.world import World, build, opened
from tests.pki import NOW, Person, authority, known, person, trust
from tests.signing import world as evidence
from tests.signing.records import approval

TIMES = 200
ACCEPTED = 40
MANY = 1_000
KINDS = {"ec": "P-256", "rsa": "RSA-2048"}


def signing() -> None:
    """All of it."""
    for kind, name in KINDS.items():
        _one(kind, name)
    _accepting()
    _dossier()


def _one(kind: str, name: str) -> None:
    """Sign and verify one record: CAdES over its manifest, the chain, the revocation lists, the documents."""
    who, record, known_trust = known("lan", kind), approval(), trust()
    manifest, encoded = manifest_for(record), record.encode()
    cms = sign_manifest(manifest, who.key, purpose=record.purpose, at=NOW)
    bare_verify = _bare(who, cms)

    def verify() -> object:
        return verify_submission(encoded, manifest, cms, documents=record.documents, trust=known_trust, at=NOW)

    bare, sign = _in_turns(
        [lambda: who.key.sign(manifest), lambda: sign_manifest(manifest, who.key, purpose=record.purpose, at=NOW)]
    )
    print(f"signing: {name}: a record costs {_ms(sign)}, {sign / bare:.1f} x the bare signature ({_ms(bare)})")
    bare, check = _in_turns([bare_verify, verify])
    rate = f"{1e9 / check:,.0f} verifications per second on one core"
    print(f"signing: {name}: {rate} ({_ms(check)}), {check / bare:.0f} x the bare verification ({_ms(bare)})")


def _bare(who: Person, cms: bytes) -> Callable[[], object]:
    """`cryptography` alone over the same signature: the signer's value over the signed attributes."""
    [signer] = asn1.ContentInfo.load(cms)["content"]["signer_infos"]
    value, covered = signer["signature"].native, signer["signed_attrs"].untag().dump()
    public = who.certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return lambda: public.verify(value, covered, padding.PKCS1v15(), hashes.SHA256())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    return lambda: public.verify(value, covered, ec.ECDSA(hashes.SHA256()))


def _accepting() -> None:
    """A signed completion from the request to the commit, in a SQLite file; and the statement before it."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(sqlite_url(Path(folder) / "hoso.db"))
        try:
            with opened(store, build(store)) as world:
                hurried = person("duc", kind="rsa")
                world.bind("duc", hurried).body_or_raise()
                for name, who, key in (("P-256", "hang", known("hang")), ("RSA-2048", "duc", hurried)):
                    offer, accept = _accepted(world, who, key)
                    print(f"signing: {name}: accepting a signed record costs {_ms(accept)}, its statement {_ms(offer)}")
        finally:
            store.close()


def _accepted(world: World, who: str, key: Person) -> tuple[float, float]:
    offers, accepts = [], []
    for _ in range(ACCEPTED):
        code = world.start("tra-ket-qua")
        world.do("lan", code, "prepare", {"note": "đủ"})
        task = world.task(code, "decide")
        world.claim(who, task).body_or_raise()
        began = time.perf_counter_ns()
        offered = world.prepare(who, task, {"decision": "approve"}).body_or_raise()
        offers.append(time.perf_counter_ns() - began)
        sent = world.submission(offered, key)
        began = time.perf_counter_ns()
        world.send(who, task, sent).body_or_raise()
        accepts.append(time.perf_counter_ns() - began)
    return statistics.median(offers), statistics.median(accepts)


class Daily(evidence.World):
    """A log whose authority publishes its revocation lists once, as it does for a day."""

    @property
    def now(self) -> datetime:
        """All within the minutes that a signature's own time may differ."""
        return NOW + timedelta(seconds=len(self.entries) // 4)

    def submission(self, record: ApprovalRecord | ActRecord, who: Person) -> dict[str, Any]:
        found = super().submission(record, who)
        for digest in found["crl"]:
            self.objects.pop(digest, None)
        return {**found, "crl": sorted(self.keep(crl) for crl in _lists())}


@cache
def _lists() -> tuple[bytes, ...]:
    return authority().crls(NOW)


def _dossier() -> None:
    """A dossier of a thousand signatures: made into a pack, and verified from it; beside one of a hundred."""
    for count in (MANY // 10, MANY):
        world = _signed(count)
        packed, made = _timed(world.pack)
        _, verified = _timed(partial(verify_pack, packed, roots=[authority().root], log_key=evidence.LOG_KEY.vkey))
        told = f"{made / 1e9:.1f} s to pack ({len(packed) / 1e6:.1f} MB), {verified / 1e9:.1f} s to verify"
        print(f"signing: a dossier of {count:,} signatures: {told}, {_ms(verified / count)} for each signature")


def _signed(count: int) -> evidence.World:
    world, admin, lan = Daily(), known("admin"), known("lan")
    world.bind(admin, admin)
    world.bind(lan, admin)
    world.deploy()
    world.start()
    for number in range(1, count + 1):
        world.approve(lan, number, prior=tuple(world.records[-1:]))
    return world


def _in_turns(acts: Sequence[Callable[[], object]]) -> list[float]:
    """The median time of each act, in nanoseconds; in turns, so that a slow minute is slow for all of them."""
    taken: list[list[int]] = [[] for _ in acts]
    gc.disable()
    try:
        for _ in range(TIMES):
            for times, act in zip(taken, acts, strict=True):
                times.append(_timed(act)[1])
    finally:
        gc.enable()
    return [statistics.median(times) for times in taken]


def _timed(act: Callable[[], Any]) -> tuple[Any, int]:
    began = time.process_time_ns()
    found = act()
    return found, time.process_time_ns() - began


def _ms(nanoseconds: float) -> str:
    return f"{nanoseconds / 1e6:.2f} ms"
