"""A verdict names every check with its result and its reason, in Vietnamese and English, and is never milder."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.console.demo.authority import DemoAuthority, key_usage
from signing.errors import SigningError, Undecidable
from signing.reasons import CHECKS, NAMES, REASONS
from signing.verdict import Verdict, judge_signature
from signing.verify import Trust, verify_signature
from tests.pki import NOW, authority, known, person, trust
from tests.signing.records import approval, signed

DAY = timedelta(days=1)


def judged(who=None, *, given: Trust | None = None, at=NOW) -> Verdict:
    _, manifest, cms = signed(approval(), who or known("lan"))
    return judge_signature(cms, manifest, trust=given or trust(), at=at)


def said(verdict: Verdict) -> dict[str, str]:
    return {check.name: check.code or check.result for check in verdict.checks}


def test_a_good_signature_passes_every_check():
    """All that a signature alone can answer is asked, and valid."""
    verdict = judged()
    assert verdict.result == "valid"
    assert said(verdict) == dict.fromkeys(("integrity", "chain", "revocation", "usage", "algorithms"), "valid")


def test_each_defect_fails_its_own_check():
    """What is wrong in one respect says so there, and the other checks are still made."""
    ca = DemoAuthority.create("Judged", at=NOW - 9 * DAY)
    who = person("tam", by=ca)
    base = trust(ca)
    unknown = judged(who, given=replace(base, crls=()))
    assert (unknown.result, said(unknown)["revocation"]) == ("undecidable", "certificate-revocation-unknown")
    assert [check.result for check in unknown.checks if check.name != "revocation"] == ["valid"] * 4

    untrusted = judged(who, given=trust())
    assert said(untrusted) == {
        "integrity": "valid",
        "chain": "certificate-untrusted",
        "revocation": "not-examined",
        "usage": "valid",
        "algorithms": "valid",
    }
    assert untrusted.result == "invalid"

    ca.revoke(who.certificate, NOW - DAY)
    revoked = judged(who, given=trust(ca))
    assert (revoked.result, said(revoked)["revocation"]) == ("invalid", "certificate-revoked")

    expired = judged(known("lan"), given=trust(at=NOW + 399 * DAY), at=NOW + 400 * DAY)
    assert (expired.result, said(expired)["chain"]) == ("invalid", "certificate-expired")

    _, manifest, cms = signed(approval(), known("lan"))
    other = judge_signature(cms, manifest + b" ", trust=trust(), at=NOW)
    assert (other.result, said(other)["integrity"]) == ("invalid", "signature-other-data")


def test_a_key_for_something_else_fails_usage(monkeypatch):
    """A certificate for encryption is refused by its usage, whatever else is right."""
    monkeypatch.setattr("signing.sign.check_usable", lambda *_: None)
    verdict = judged(person("enc", usage=key_usage(key_encipherment=True)))
    assert (verdict.result, said(verdict)["usage"]) == ("invalid", "certificate-usage")


def test_a_check_of_others_joins():
    """The stamp and the binding are added by who knows them; a failure there counts like any other."""

    def doubt() -> None:
        raise Undecidable("certificate-unbound", "nobody knows")

    verdict = judged().also("stamp", lambda: None).also("binding", doubt)
    assert (verdict.result, len(verdict.checks)) == ("undecidable", 7)
    assert [check.name for check in verdict.checks[-2:]] == ["stamp", "binding"]


def test_every_check_speaks_both_languages():
    """Each check has a name, and each code a meaning, in Vietnamese and English; the codes name known checks."""
    assert set(CHECKS) == set(NAMES)
    for code, reason in REASONS.items():
        assert reason.vi
        assert reason.en
        assert reason.vi != reason.en, code
        assert reason.check in (*CHECKS, "evidence")
    check = next(check for check in judged(given=replace(trust(), crls=())).checks if check.result != "valid")
    assert check.line("vi") == (
        "tình trạng thu hồi: không kết luận được; chưa rõ chứng thư số có bị thu hồi hay không"
        "   [certificate-revocation-unknown]"
    )
    assert check.line("en").startswith("revocation: cannot be decided; whether the certificate was revoked")
    assert check.to_json()["vi"] == check.line("vi")


def test_a_time_without_zone_is_an_invalid_verdict():
    """The verdict never raises, not even on what the caller got wrong."""
    assert judged(at=NOW.replace(tzinfo=None)).result == "invalid"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["cms", "manifest", "crl", "root"]), st.integers(0, 1 << 20), st.integers(0, 7))
def test_a_verdict_never_raises_and_never_disagrees(which, place, bit):
    """On any damage: no exception, and valid exactly where the one who accepts acts would accept."""
    _, manifest, cms = signed(approval(), known("lan"))
    lists = list(trust().crls)
    parts = {"cms": cms, "manifest": manifest, "crl": lists[1], "root": b""}
    damaged = bytearray(parts[which] or b"\0")
    damaged[place % len(damaged)] ^= 1 << bit
    parts[which] = bytes(damaged)
    roots = () if which == "root" else (authority().root,)
    given = replace(trust(), roots=roots, crls=(lists[0], parts["crl"]))
    verdict = judge_signature(parts["cms"], parts["manifest"], trust=given, at=NOW)
    try:
        verify_signature(parts["cms"], parts["manifest"], trust=given, at=NOW)
        accepted = "valid"
    except SigningError as error:
        accepted = "undecidable" if isinstance(error, Undecidable) else "invalid"
    assert (verdict.result == "valid") == (accepted == "valid")
    assert not (accepted == "invalid" and verdict.result == "undecidable")


def test_no_word_is_doubled():
    """What `signing` says in both languages, the command line says nowhere else."""
    from adapters.cli.codes import MEANINGS

    assert not MEANINGS.keys() & REASONS.keys()


@pytest.mark.parametrize("name", CHECKS)
def test_checks_have_words(name):
    """Every check can be printed."""
    assert NAMES[name].vi
