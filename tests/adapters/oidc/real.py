"""A real identity provider (node-oidc-provider) on loopback, and a person with a browser.

Its packages are locked with integrity; npm installs them once into the user's cache.
"""

import hashlib
import html
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import ECKey, OKPKey, RSAKey

HERE = Path(__file__).parent / "provider"
SECRET = "the secret: of/this+server"
KINDS: Mapping[str, Any] = {
    "RS256": lambda kid: RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}),
    "PS256": lambda kid: RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "PS256"}),
    "ES256": lambda kid: ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"}),
    "EdDSA": lambda kid: OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": "EdDSA"}),
}


def installed() -> Path:
    """The folder with the provider's packages; installs them if they are not there."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise RuntimeError(
            "the identity provider of this test needs Node.js 20 or newer with npm: apt install nodejs npm"
        )
    version = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hoso-tests"
    folder = cache / f"identity-provider-{version}"
    if not (folder / "node_modules").is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as made:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, made)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode != 0:
                raise RuntimeError(f"npm ci failed; it needs the network the first time:\n{done.stderr[-2000:]}")
            ready = Path(made) / "ready"
            ready.mkdir()
            (Path(made) / "node_modules").rename(ready / "node_modules")
            if not folder.exists():
                ready.rename(folder)
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def running(port: int, *, alg: str = "RS256", kid: str = "first", lifetime: int = 600) -> Iterator[str]:
    """Run the provider; gives its issuer."""
    key = KINDS[alg](kid)
    settings = {"alg": alg, "jwks": {"keys": [key.as_dict(private=True)]}, "lifetime": lifetime}
    folder = installed()
    script = folder / "provider.mjs"
    script.write_bytes((HERE / "provider.mjs").read_bytes())
    command = ["node", str(script), str(port), json.dumps(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as provider:
        try:
            assert provider.stdout is not None
            assert any("listening" in line for line in provider.stdout), "the provider did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            provider.terminate()


def open_address(address: str, login: str, *, abort: bool = False) -> str:
    """What a person does with the address: continue, sign in, consent, or abort; gives the last page."""
    with httpx.Client(follow_redirects=True, timeout=20) as browser:
        page = browser.get(address)
        for _ in range(6):
            form = re.search(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', page.text, re.DOTALL)
            if form is None:
                break
            hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
            typed = {"login": login, "password": "x"} if 'name="login"' in form[2] else {}
            refused = {"abort": "yes"} if abort and "confirm" in form[2] else {}
            told = {name: html.unescape(value) for name, value in hidden}
            page = browser.post(html.unescape(form[1]), data={**told, **typed, **refused})
        return page.text
