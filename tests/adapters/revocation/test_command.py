"""`hoso trust refresh`, and what the server asks for by itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.application.revocation import refresh_all
from adapters.console.demo.authority import DemoAuthority
from signing.certificates import der
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result
from tests.adapters.revocation.conftest import Site
from tests.pki import known


def test_trust_refresh(hoso: Callable[..., Result], site: Site, tmp_path: Path) -> None:
    """It fetches what the trusted authorities need, says what came of each address, and fails when one failed."""
    now = datetime.now(UTC)
    ca = DemoAuthority.create("Online", at=now - timedelta(days=9), url=site.url)
    (tmp_path / "root.cer").write_bytes(der(ca.root))
    (tmp_path / "issuing.cer").write_bytes(der(ca.issuing))
    data = ("--data", str(tmp_path / "data"))
    assert hoso("init", *data, "--agency", "H29.5", "--name", "UBND", "--administrator", "an").code == 0
    assert hoso("trust", "add", str(tmp_path / "root.cer"), str(tmp_path / "issuing.cer"), *data).code == 0
    failed = hoso("trust", "refresh", *data)
    assert (failed.code, "404" in failed.out) == (1, True)
    site.pages["/root.crl"] = ca.crls(now - timedelta(hours=1))[0]
    (item,) = json.loads(hoso("trust", "refresh", "--json", *data).out)["items"]
    assert (item["kind"], item["state"], item["authority"]) == ("crl", "new", "Online Root CA")
    kinds = [item["kind"] for item in json.loads(hoso("trust", "list", "--json", *data).out)["items"]]
    assert kinds == ["roots", "intermediates", "crls"]
    assert "still current" in hoso("trust", "refresh", *data).out


def test_all_bound_certificates_are_looked_after(world: World) -> None:
    """The server asks for everybody whose certificate is bound now, and for nobody else."""
    asked: list[set[str]] = []

    def fetch(_trust, signers, _at):
        asked.append({fingerprint_of(each) for each in signers})
        return ()

    app = replace(world.app, fetch_revocation=fetch)
    refresh_all(app)
    world.revoke(known("lan")).body_or_raise()
    refresh_all(app)
    assert fingerprint_of(known("lan").certificate) in asked[0]
    assert asked[1] == asked[0] - {fingerprint_of(known("lan").certificate)}


def fingerprint_of(certificate) -> str:
    from signing.certificates import fingerprint

    return fingerprint(certificate)
