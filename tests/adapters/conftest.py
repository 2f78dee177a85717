"""Tokens in a folder, one for all tests of a session: SoftHSM reads its configuration once in a process."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from adapters.console.demo.authority import DemoAuthority
from tests.adapters.keystore import soft_token

KINDS = {"rsa": b"\x01", "ec": b"\x02", "p384": b"\x03", "pss": b"\x04"}


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The token `lan` with a key of each kind, and what goes wrong: two of one label, no certificate, a foreign one."""
    environment = soft_token.configure(tmp_path_factory.mktemp("softhsm"))
    patch = pytest.MonkeyPatch()
    for name, value in environment.items():
        patch.setenv(name, value)
    now = datetime.now(UTC)
    ca = DemoAuthority.create("Token", at=now - timedelta(days=30))
    for label in ("lan", "doi", "doi"):
        soft_token.make_token(label, environment)
    certificates = {}
    with soft_token.opened("lan") as session:
        for kind, id in KINDS.items():
            if kind != "pss":
                certificates[kind] = soft_token.add_person(session, ca, kind, kind, id=id, at=now)
        holder = soft_token.OnToken(soft_token.add_key(session, "pss", "rsa", id=KINDS["pss"]))
        validity = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=9)}
        plain = ca.certify(holder, "Người pss", "pss@example.vn", **validity)
        certificates["pss"] = soft_token.for_pss_only(plain, ca)
        soft_token.add_certificate(session, certificates["pss"], "pss", id=KINDS["pss"])
        holder = soft_token.OnToken(soft_token.add_key(session, "moi lan", "ec", id=b"\x05", each_time=True))
        certificates["moi lan"] = ca.certify(holder, "Người mới", "moi@example.vn", **validity)
        soft_token.add_certificate(session, certificates["moi lan"], "moi lan", id=b"\x05")
        soft_token.add_certificate(session, ca.issuing, "ca", id=b"\x70")
        soft_token.add_certificate(session, ca.root, "root", id=b"\x71")
        soft_token.add_key(session, "tran", "ec", id=b"\x10")
        for id in (b"\x11", b"\x12"):
            soft_token.add_key(session, "hai", "ec", id=id)
        soft_token.add_key(session, "lac", "ec", id=b"\x13")
        soft_token.add_certificate(session, certificates["ec"], "lac", id=b"\x13")
    yield SimpleNamespace(environment=environment, ca=ca, certificates=certificates, at=now)
    patch.undo()
