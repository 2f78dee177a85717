"""The agent, as a real process: signs by a PIN given once, forgets in time, and serves its own user alone."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.keystore import agent
from adapters.keystore.agent_server import Agent
from adapters.keystore.modules import check_system_file
from adapters.keystore.naming import FileName, read_name
from signing.certificates import fingerprint
from signing.errors import SigningError
from signing.manifest import manifest_for
from signing.sign import sign_manifest
from signing.verify import verify_signature
from tests.adapters.keystore import soft_token
from tests.pki import NOW, PIN, authority, file_of, known, trust
from tests.signing.records import approval

ROOT = Path(__file__).parents[3]


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "lan.p12"
    path.write_bytes(file_of(known("lan")))
    return FileName(path=path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield tmp_path / "agent"
    agent.lock(tmp_path / "agent")


def code(call, *arguments, **more) -> str:
    with pytest.raises(SigningError) as found:
        call(*arguments, **more)
    return found.value.code


def until(condition, seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_unlocked_signed_locked(folder, key):
    """One PIN, any number of signatures, each as good as the key's own; after lock there is no agent."""
    assert agent.find_key(folder, key) is None
    held = agent.unlock(folder, key, PIN)
    assert (held.certificate, held.chain, held.mechanism) == (
        known("lan").certificate,
        known("lan").key.chain,
        "sha256_ecdsa",
    )
    found = agent.find_key(folder, read_name(str(key.path.parent / "." / key.path.name)))
    assert found is not None
    manifest = manifest_for(approval())
    for _ in range(3):
        cms = sign_manifest(manifest, found, purpose="approval", at=NOW)
        assert verify_signature(cms, manifest, trust=trust(), at=NOW).subject == "lan"
    assert agent.lock(folder) == 1
    until(lambda: not (folder / agent.SOCKET).exists())
    assert code(sign_manifest, manifest, found, purpose="approval", at=NOW) == "agent-gone"
    assert agent.held_keys(folder) == ()


def test_forgotten_when_nobody_uses_it(folder, key):
    """The key is forgotten after its time, and the process ends; use in between begins the time anew."""
    held = agent.unlock(folder, key, PIN, idle=2)
    attributes = known("lan").key, manifest_for(approval())
    until_when = time.monotonic() + 3
    while time.monotonic() < until_when:
        sign_manifest(attributes[1], held, purpose="approval", at=NOW)
        time.sleep(0.3)
    until(lambda: not (folder / agent.SOCKET).exists())
    assert agent.find_key(folder, key) is None


def test_wrong_pin(folder, key):
    """Opens nothing, and says what opening the file would say."""
    assert code(agent.unlock, folder, key, "135790") == "key-pin-wrong"
    assert agent.held_keys(folder) == ()
    agent.unlock(folder, key, PIN)
    assert code(agent.unlock, folder, key, "135790") == "key-pin-wrong"
    assert agent.held_keys(folder) == (), "a wrong PIN does not leave the key open"


def test_nothing_secret_in_arguments_or_environment(folder, key, monkeypatch):
    """Neither PIN nor token stands where other programs of the user could read it."""
    for name in ("HOSO_PIN", "HOSO_TOKEN"):
        monkeypatch.setenv(name, PIN)
    agent.unlock(folder, key, PIN)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(folder / agent.SOCKET))
        pid = int.from_bytes(line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)
    process = Path(f"/proc/{pid}")
    assert str(folder) in (process / "cmdline").read_bytes().decode()
    shown = (process / "cmdline").read_bytes()
    if os.getuid() == 0:
        shown += (process / "environ").read_bytes()
    assert PIN.encode() not in shown
    assert (folder.stat().st_mode & 0o777, (folder / agent.SOCKET).stat().st_mode & 0o777) == (0o700, 0o600)


def test_it_signs_attributes_and_nothing_else(folder, key):
    """Whatever else reaches the socket is refused, and the agent goes on."""
    held = agent.unlock(folder, key, PIN)
    for data in (b"", b"hello", b"\x31\x00", b"\x30\x03\x02\x01\x01", b"\x31" * 20_000):
        assert code(held.sign, data) == "agent-refused"
    for raw in (b"\n", b"[]\n", b"{}\n", b'{"do":"open"}\n', b'{"do":"show"}\n', b"[" * 30_000 + b"\n", b"x" * 70_000):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(folder / agent.SOCKET))
            try:
                line.sendall(raw)
                line.shutdown(socket.SHUT_WR)
                answer = line.recv(65536)
            except (BrokenPipeError, ConnectionResetError):
                answer = b""
            assert not answer or "error" in json.loads(answer)
    assert agent.find_key(folder, key) is not None


def test_answers_hold_no_secret(folder, key):
    """Everything that the agent says of a key is public; the private half is in none of its answers."""
    agent.unlock(folder, key, PIN)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(folder / agent.SOCKET))
        line.sendall(b'{"do":"status"}\n')
        answer = json.loads(agent.read_line(line, agent.MAX_ANSWER))
    assert set(answer["keys"][0]) == {"name", "certificates", "mechanism", "left"}
    private = known("lan").private.private_numbers().private_value.to_bytes(32, "big")
    assert private not in b"".join(base64.b64decode(part) for part in answer["keys"][0]["certificates"])


@pytest.mark.skipif(os.getuid() != 0, reason="needs two users")
def test_another_user_is_refused(folder, key, tmp_path):
    """Even where the folder lets them in: the peer's number is asked of the system."""
    agent.unlock(folder, key, PIN)
    program = (
        "import os, socket, sys\n"
        "line = socket.socket(socket.AF_UNIX); os.chdir(sys.argv[1]); os.setgid(65534); os.setuid(65534)\n"
        "line.connect('key.sock'); line.sendall(b'{\"do\":\"status\"}\\n'); sys.stdout.buffer.write(line.recv(65536))"
    )
    folder.chmod(0o755)
    (folder / agent.SOCKET).chmod(0o777)
    done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, check=False)
    assert done.stdout == b""
    assert code(agent.find_key, folder, key) == "agent-refused", "and its owner no longer trusts the place"
    folder.chmod(0o700)
    (folder / agent.SOCKET).chmod(0o600)
    assert agent.find_key(folder, key) is not None


def test_a_link_is_not_followed(tmp_path, key, monkeypatch):
    """Nobody can lead a PIN elsewhere by putting something in the agent's place."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    real = tmp_path / "real"
    agent.unlock(real, key, PIN)
    (tmp_path / "link").symlink_to(real)
    assert code(agent.find_key, tmp_path / "link", key) == "agent-refused"
    agent.lock(real)


def test_two_starts_are_one_agent(folder, key, tmp_path):
    """Two keys, opened at the same time by two commands: one process holds both."""
    other = tmp_path / "organ.p12"
    other.write_bytes(file_of(known("organ", "rsa")))
    program = (
        "import sys; from pathlib import Path; from adapters.keystore import agent; "
        "from adapters.keystore.naming import read_name; "
        "agent.unlock(Path(sys.argv[1]), read_name(sys.argv[2]), sys.argv[3])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(folder), str(path), PIN], cwd=ROOT)
        for path in (key.path, other)
    ]
    assert [child.wait(60) for child in running] == [0, 0]
    assert {item.mechanism for item in agent.held_keys(folder)} == {"sha256_ecdsa", "sha256_rsa"}


def test_bounds(key):
    """A key is held for 300 seconds at most, eight keys at most, and a pause of the machine counts."""

    def asked(of: Agent, **request):
        return of.answer(request, now=of_now)

    of_now = 100.0
    served = Agent(of_now)
    for idle in (0, 301):
        answer = asked(served, do="open", name=str(key.path), pin=PIN, idle=idle)
        assert answer["error"]["code"] == "agent-refused"
    told = asked(served, do="open", name=str(key.path), pin=PIN, idle=300)["key"]
    assert told["left"] == 300
    for number in range(8):
        copy = key.path.with_name(f"{number}.p12")
        copy.write_bytes(key.path.read_bytes())
        answer = asked(served, do="open", name=str(copy), pin=PIN, idle=300)
        assert ("error" in answer) == (number == 7)
    of_now += 301
    assert asked(served, do="status") == {"keys": []}
    assert served.until(of_now) is None
    wanted = fingerprint(known("lan").certificate)
    assert asked(served, do="sign", certificate=wanted, data="")["error"]["code"] == "agent-gone"


def test_only_libraries_of_the_system_are_loaded(folder, tmp_path):
    """Who reaches the socket cannot have the agent load a library that reads its memory."""
    library = tmp_path / "evil.so"
    library.write_bytes(b"")
    library.chmod(0o777)
    name = read_name(f"pkcs11:token=lan;object=rsa?module-path={library}")
    assert code(agent.unlock, folder, name, PIN) == "agent-refused"
    check_system_file("/bin/sh")
    with pytest.raises(SigningError):
        check_system_file("/tmp")


@pytest.mark.system
def test_a_token_through_the_agent(tokens, folder):
    """The session stays in the agent; two keys of one token; a wrong PIN opens nothing."""
    name = read_name(f"pkcs11:token=lan;object=rsa?module-path={soft_token.MODULE}")
    assert code(agent.unlock, folder, name, "135790") == "token-pin-wrong"
    held = agent.unlock(folder, name, soft_token.PIN)
    second = agent.unlock(folder, read_name(str(name).replace("rsa", "p384")), soft_token.PIN)
    manifest, at = manifest_for(approval()), datetime.now(UTC)
    for key in (held, second):
        assert sign_manifest(manifest, key, purpose="approval", at=at)
    assert tokens.ca.issuing in held.chain
    assert authority().root not in held.chain
    assert at + timedelta(days=1) < held.certificate.not_valid_after_utc
