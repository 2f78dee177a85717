"""An officer with a token: the profile names the key once, then tasks are signed by PIN alone, or by none."""

import json

import pytest

from signing.certificates import fingerprint
from signing.verify import Trust
from tests.adapters.cli.center import TASK, TOKEN, Center, running
from tests.adapters.cli.conftest import ROOT, process
from tests.adapters.keystore.soft_token import MODULE, PIN

pytestmark = pytest.mark.system


@pytest.fixture
def office(tokens, hoso, monkeypatch):
    """Signed in at a server that trusts the token's authority; PIN in the environment."""
    from datetime import timedelta

    crls = tokens.ca.crls(tokens.at - timedelta(hours=1))
    trust = Trust(roots=(tokens.ca.root,), intermediates=(tokens.ca.issuing,), crls=crls)
    with running(Center(trust=trust)) as center:
        assert hoso("login", "--server", center.url, "--token", TOKEN).code == 0
        monkeypatch.setenv("HOSO_PIN", PIN)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        yield center
        hoso("key", "lock")


@pytest.mark.parametrize("kind", ["rsa", "pss", "ec", "p384"])
def test_signed_with_nothing_typed(office, hoso, kind):
    """Each kind of key, named by the profile; the server accepts it."""
    assert hoso("profile", "set", "--key", f"pkcs11:token=lan;object={kind}", "--pkcs11-module", MODULE).code == 0
    result = hoso("task", "complete", TASK, "--decision", "approve", "--yes")
    assert (result.code, office.done) == (0, {TASK}), result.err
    assert PIN not in result.err + result.out


def test_listed_and_checked(tokens, office, hoso):
    """The token's keys by the names that --key takes; whether one can sign here; never the PIN."""
    certificate = tokens.certificates["p384"]
    office.bindings = [{"fingerprint": fingerprint(certificate), "officer": "lan", "state": "bound"}]
    listed = {item["key"]: item for item in json.loads(hoso("key", "list", "--json").out)["items"]}
    assert listed["pkcs11:token=lan;object=p384"]["fingerprint"] == fingerprint(certificate)
    result = hoso("key", "check", "pkcs11:token=lan;object=p384", "--json")
    found = json.loads(result.out)
    assert (result.code, found["usable"], found["algorithm"]) == (0, True, "sha384_ecdsa"), result.err
    assert not any("give the key out" in note for note in found["notes"])
    assert hoso("key", "check", "pkcs11:token=lan;object=ec", "--json").code == 5


def test_many_by_the_agent(office, hoso, monkeypatch):
    """Unlocked once, three tasks are signed without a PIN; locked, it is needed again."""
    office.others = ["H29.5-261121-0002.1", "H29.5-261121-0003.2"]
    name = "pkcs11:token=lan;object=rsa"
    assert hoso("key", "unlock", name).code == 0
    monkeypatch.delenv("HOSO_PIN")
    result = hoso("task", "sign", "--all", "--decision", "approve", "--key", name, "--yes", "--json")
    assert (result.code, len(office.done)) == (0, 3), result.err
    states = {item["key"]: item["state"] for item in json.loads(hoso("key", "list", "--json").out)["items"]}
    assert states[name] == "unlocked"
    assert list(states.values()).count("unlocked") == 1
    assert json.loads(hoso("key", "lock", "--json").out) == {"locked": 1}
    assert hoso("key", "check", name).code == 2


def test_a_wrong_pin_is_tried_once(office):
    """Many tasks, one try: a token must not be locked by a loop. Said in the officer's language, never the PIN."""
    office.others = ["H29.5-261121-0002.1"]
    line = ["task", "sign", "--all", "--decision", "approve", "--yes", "--lang", "vi", "--key"]
    result = process(*line, "pkcs11:token=lan;object=ec", HOSO_PIN="135790")
    assert (result.code, result.err.count("[token-pin-wrong]"), "135790" in result.err) == (1, 1, False), result.err
    assert "sai mã PIN" in result.err
    assert office.done == set()
    said = process(*line, "pkcs11:token=x;object=ec").err
    assert "không có USB token nào như vậy" in said
    assert "hãy cắm USB token" in said
