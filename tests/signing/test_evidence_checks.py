"""The evidence of a dossier says of each signature which checks it passed, or how each check of a bad one went."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.console.demo.authority import DemoAuthority
from signing.certificates import der
from signing.errors import SigningError, Undecidable
from signing.evidence.verify import verify_pack
from tests.pki import NOW, authority, person
from tests.signing.records import signed
from tests.signing.world import LOG_KEY, World, told

HOUR = timedelta(hours=1)
ONLINE = DemoAuthority.create("Online", at=NOW - timedelta(days=90), url="http://pki.example.vn")
ADMIN, LAN = person("admin", by=ONLINE), person("lan", by=ONLINE)


class Answered(World):
    """A world where revocation is told by the root's list and OCSP answers for the signer alone."""

    answers = True

    def submission(self, record, who, whose="") -> dict[str, Any]:
        assert not whose  # nobody else administers here
        parts = zip(("record", "manifest", "signature"), signed(record, who, at=self.now), strict=True)
        objects: dict[str, Any] = {name: self.keep(part) for name, part in parts}
        found = {
            **objects,
            "certificate": self.keep(der(who.certificate)),
            "chain": [self.keep(der(ONLINE.issuing))],
            "crl": [self.keep(ONLINE.crls(NOW - HOUR)[0])],
        }
        answer = self.keep(ONLINE.answer(who.certificate, NOW - HOUR))
        return found | ({"ocsp": [answer]} if self.answers else {})


def story(world: World, admin=ADMIN, lan=LAN) -> bytes:
    world.bind(admin, admin)
    world.bind(lan, admin)
    world.deploy(by=admin)
    world.start()
    world.approve(lan, 1)
    return world.pack()


def test_a_good_pack_names_the_checks_of_each_signature():
    """Every signature of a pack that holds says what was asked of it."""
    report = verify_pack(told().pack(), roots=[authority().root], log_key=LOG_KEY.vkey)
    for line in report.signatures:
        assert {check.result for check in line.checks} == {"valid"}
        names = [check.name for check in line.checks]
        assert names[:5] == ["integrity", "chain", "revocation", "usage", "algorithms"]
        assert "binding" in names
    assert report.to_json()["signatures"][0]["checks"][0]["vi"] == "tính toàn vẹn: hợp lệ"


def test_answers_in_a_pack_suffice():
    """OCSP responses that were kept with an act clear its signer offline, long after they ended."""
    report = verify_pack(story(Answered()), roots=[ONLINE.root], log_key=LOG_KEY.vkey, at=NOW + timedelta(days=3000))
    assert [line.officer for line in report.signatures] == ["admin", "admin", "admin", "lan"]


def test_without_them_it_cannot_be_decided():
    """The same pack without the answers: undecidable, and the other checks are seen to have passed."""
    world = Answered()
    world.answers = False
    with pytest.raises(Undecidable) as found:
        verify_pack(story(world), roots=[ONLINE.root], log_key=LOG_KEY.vkey)
    assert found.value.code == "certificate-revocation-unknown"
    results = {check.name: check.result for check in found.value.checks}
    assert results == {
        "integrity": "valid",
        "chain": "valid",
        "revocation": "undecidable",
        "usage": "valid",
        "algorithms": "valid",
    }


def test_a_foreign_root_fails_the_chain_alone():
    """To somebody who trusts another root, the signature's integrity still holds, its chain does not."""
    with pytest.raises(SigningError) as found:
        verify_pack(story(Answered()), roots=[authority().root], log_key=LOG_KEY.vkey)
    codes = {check.name: check.code for check in found.value.checks}
    assert (codes["integrity"], codes["chain"], codes["usage"]) == ("", "certificate-untrusted", "")


def test_what_is_not_about_a_signature_has_no_checks():
    """A pack that is broken elsewhere blames no signature."""
    with pytest.raises(SigningError) as found:
        verify_pack(b"PK", roots=[authority().root], log_key=LOG_KEY.vkey)
    assert found.value.checks == ()
