"""Revocation data is fetched from the addresses in certificates, checked, kept, and never taken from the wrong hand."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.console.demo.authority import DemoAuthority
from adapters.revocation import transport
from adapters.revocation.refresh import Fetched, refresh
from adapters.revocation.transport import Unfetched, get_list
from adapters.trust_folder import read_trust, write
from signing.certificates import der
from signing.errors import Undecidable
from signing.verify import verify_signature
from tests.adapters.revocation.conftest import Site
from tests.pki import NOW, person
from tests.signing.records import approval, signed

DAY = timedelta(days=1)


class Installation:
    """An authority at the site, one officer, and a trust folder without any list."""

    def __init__(self, site: Site, folder) -> None:
        self.site, self.folder = site, folder
        self.ca = DemoAuthority.create("Online", at=NOW - 90 * DAY, url=site.url)
        self.lan = person("lan", by=self.ca)
        write(folder / "roots" / "root.cer", der(self.ca.root))
        write(folder / "intermediates" / "issuing.cer", der(self.ca.issuing))

    def publish(self, at=NOW - DAY) -> None:
        self.site.pages["/root.crl"], self.site.pages["/issuing.crl"] = self.ca.crls(at)

    def refresh(self, at=NOW, **how) -> list[Fetched]:
        self.site.asked.clear()
        return list(refresh(self.folder, read_trust(self.folder), [self.lan.certificate], at, **how))

    def accepted(self, at=NOW) -> bool:
        _, manifest, cms = signed(approval(), self.lan)
        try:
            verify_signature(cms, manifest, trust=read_trust(self.folder), at=at)
        except Undecidable:
            return False
        return True


@pytest.fixture
def installation(site: Site, tmp_path) -> Installation:
    return Installation(site, tmp_path)


def states(found: list[Fetched]) -> dict[str, str]:
    return {f"{each.kind} {each.address.rsplit('/', 1)[1]}": each.state for each in found}


def test_lists_are_fetched_and_suffice(installation):
    """From nothing but the certificates, every list on the path is fetched; then the signature can be judged."""
    installation.publish()
    assert not installation.accepted()
    assert states(installation.refresh()) == {"crl issuing.crl": "new", "crl root.crl": "new"}
    assert installation.accepted()


def test_what_is_current_is_not_asked_for_again(installation):
    """A list is asked for again when a quarter of its life is left, or when asked for all."""
    installation.publish()
    installation.refresh()
    again = installation.refresh()
    assert (set(states(again).values()), installation.site.asked) == ({"current"}, [])
    installation.refresh(all_of_it=True)
    assert len(installation.site.asked) == 2
    later = NOW + 22 * DAY
    installation.publish(later - DAY)
    assert set(states(installation.refresh(at=later)).values()) == {"new"}
    assert installation.accepted(at=later + 20 * DAY)


def test_without_a_list_the_responder_is_asked(installation):
    """Where no list can be had, the OCSP responder's answer is fetched and suffices; and it is kept."""
    installation.publish()
    del installation.site.pages["/issuing.crl"]
    installation.site.pages["/ocsp"] = installation.ca.answer(installation.lan.certificate, NOW - timedelta(hours=1))
    found = states(installation.refresh())
    assert found == {"crl issuing.crl": "failed", "ocsp ocsp": "new", "crl root.crl": "new"}
    assert installation.accepted()
    assert states(installation.refresh())["ocsp ocsp"] == "current"


def test_what_is_wrong_is_not_kept(installation):
    """A list of another authority, a stale one, one not yet due, an older one, none at all: nothing is kept."""
    twin = DemoAuthority.create("Online", at=NOW - 90 * DAY)
    installation.publish()
    good = dict(installation.site.pages)
    for wrong in (
        twin.crls(NOW - DAY)[1],
        installation.ca.crls(NOW - 40 * DAY)[1],
        installation.ca.crls(NOW + DAY)[1],
        good["/root.crl"],
        b"<html>",
        b"",
    ):
        installation.site.pages["/issuing.crl"] = wrong
        assert states(installation.refresh())["crl issuing.crl"] == "failed"
        assert not installation.accepted()
    installation.site.pages |= good
    installation.refresh()
    before = read_trust(installation.folder).crls
    installation.site.pages["/issuing.crl"] = installation.ca.crls(NOW - 2 * DAY)[1]
    assert states(installation.refresh(all_of_it=True))["crl issuing.crl"] == "failed"
    assert read_trust(installation.folder).crls == before


def test_a_delta_does_not_take_the_place_of_its_list(installation):
    """It is authentic and newer, and speaks of nobody who was revoked before: whoever sends it hides the list."""
    installation.publish()
    installation.refresh()
    before = read_trust(installation.folder).crls
    ca = installation.ca
    number = x509.DeltaCRLIndicator(1)
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.issuing.subject)
    builder = builder.last_update(NOW - timedelta(hours=1)).next_update(NOW + DAY).add_extension(number, critical=True)
    delta = builder.sign(ca._issuing_key, SHA256())
    installation.site.pages["/issuing.crl"] = delta.public_bytes(Encoding.DER)
    assert states(installation.refresh(all_of_it=True))["crl issuing.crl"] == "failed"
    assert read_trust(installation.folder).crls == before
    assert installation.accepted()


def test_answers_of_strangers_are_not_kept(installation):
    """An answer for another certificate, or by another authority, is refused."""
    installation.publish()
    del installation.site.pages["/issuing.crl"]
    twin = DemoAuthority.create("Online", at=NOW - 90 * DAY)
    other = person("mai", by=installation.ca)
    for wrong in (
        installation.ca.answer(other.certificate, NOW - timedelta(hours=1)),
        twin.answer(installation.lan.certificate, NOW - timedelta(hours=1)),
        b"\x30\x03\x0a\x01\x06",
    ):
        installation.site.pages["/ocsp"] = wrong
        assert states(installation.refresh())["ocsp ocsp"] == "failed"
        assert read_trust(installation.folder).ocsps == ()


def test_a_stranger_has_nothing_fetched(installation):
    """A certificate under no trusted root names addresses in vain."""
    stranger = DemoAuthority.create("Stranger", at=NOW - 90 * DAY, url=installation.site.url)
    installation.site.asked.clear()
    trust = read_trust(installation.folder)
    found = list(refresh(installation.folder, trust, [person("x", by=stranger).certificate], NOW))
    assert not any("issuing.crl" in address for address in installation.site.asked)
    assert [each.address.rsplit("/", 1)[1] for each in found] == ["root.crl"]


def test_a_redirect_is_not_followed(installation):
    """An authority that sends us elsewhere is not followed."""
    installation.publish()
    installation.site.moved = f"{installation.site.url}/secret"
    assert set(states(installation.refresh()).values()) == {"failed"}
    assert "GET /secret" not in installation.site.asked


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "169.254.169.254",
        "no-such-name.invalid",
        "[::ffff:169.254.169.254]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",  # this machine, by another name
        "[::]",
        "[64:ff9b::a9fe:a9fe]",
    ],
)
def test_names_that_lead_inside_are_not_asked(host):
    """A name for this machine, or a cloud's address for secrets, is refused before anything is sent."""
    with pytest.raises(Unfetched, match=r"is not (asked|known)"):
        get_list(f"http://{host}/x.crl")


def test_a_long_answer_is_cut(site, monkeypatch):
    """No answer is read beyond its bound."""
    monkeypatch.setattr(transport, "MAX_CRL_BYTES", 1000)
    site.pages["/long"] = b"x" * 5000
    with pytest.raises(Unfetched, match="longer"):
        get_list(f"{site.url}/long")


def test_a_verdict_lasts_no_longer_than_the_answer(installation):
    """An act that waits past the end of the answer it was judged by is judged anew."""
    from adapters.application.submission import until

    asked = NOW - timedelta(hours=1)
    write(installation.folder / "ocsps" / "a.ors", installation.ca.answer(installation.lan.certificate, asked, days=1))
    trust = read_trust(installation.folder)
    assert until(trust, installation.lan.certificate, NOW) == asked + DAY
    # Judged in whole seconds: within the last one it still holds, and no act that waits longer may rest on it.
    assert until(trust, installation.lan.certificate, asked + DAY + timedelta(milliseconds=500)) == asked + DAY
