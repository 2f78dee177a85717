"""`verify-pack.sh` of the page "verify without Hoso": unzip, OpenSSL and pdfsig account for every entry of a pack."""

import base64
import hashlib
import os
import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.evidence.archive import read_archive, write_archive
from signing.trail.note import LogKey
from tests.pki import authority
from tests.story.conftest import Told

# One kind of database: what is judged lies in files.
pytestmark = [pytest.mark.system, pytest.mark.parametrize("told", ["sqlite"], indirect=True)]

SCRIPT = Path(__file__).parents[2] / "docs/how-to/verify-without-hoso/verify-pack.sh"
KINDS = (
    "mimetype",
    "trail/.*[.]leaf",
    "trail/.*[.]salt",
    "trail/.*[.]evidence",
    "trail/.*[.]tlog-proof",
    "records/.*",
    "META-INF/ASiCManifest.*",
    "META-INF/signature.*",
    "certificates/.*",
    "crls/.*",
    "stamps/.*",
    "documents/.*[.]pdf",
    "bundle/.*",
    "procedure/.*",
    "organisation/.*",
    "proposals/.*",
    "refused/.*",
)
"""Each kind of entry that a pack of the demo has, but README.txt, for which nothing vouches."""


def judged(
    told: Told, pack: Path, *more: Path, root: Path | None = None, log_key: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the script as the page says."""
    root, log_key = root or told.path("trust/root.pem"), log_key or told.path(told.index["log_key"])
    keys = (log_key, told.path(told.index["witness_key"]), *more)
    command = ["bash", str(SCRIPT), *map(str, (pack, root, *keys))]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_entry_of_the_demos_packs_is_accounted_for(told: Told) -> None:
    """It says VALID, and in a line for each entry what vouches for it."""
    packs = [told.path(name) for name in told.index["evidence"]]
    with ThreadPoolExecutor(2) as pool:
        for pack, done in zip(packs, pool.map(partial(judged, told), packs), strict=True):
            assert done.returncode == 0, done.stderr
            entries = read_archive(pack.read_bytes())
            lines = [line for line in done.stdout.splitlines() if not line.startswith("checkpoint: ")]
            assert sorted(line.partition(": ")[0] for line in lines) == sorted([*entries, "VALID"])
            kinds = {kind for name in entries for kind in KINDS if re.fullmatch(kind, name)}
            assert all(any(re.fullmatch(kind, name) for kind in kinds) for name in entries.keys() - {"README.txt"})
    assert kinds | {"refused/.*"} == {*KINDS}


def test_one_changed_byte_in_each_kind_of_entry_is_found(told: Told, tmp_path: Path) -> None:
    """It says INVALID and names the entry, or the leaf that it belongs to; so for one added, and for one taken away."""
    pack = told.path(told.index["evidence"][0])
    entries = read_archive(pack.read_bytes())
    cases: dict[str, Mapping[str, bytes]] = {}
    for kind in KINDS:
        name = sorted(name for name in entries if re.fullmatch(kind, name))[-1]
        cases[name] = entries | {name: changed(entries[name])}
    gone = sorted(name for name in entries if name.startswith("organisation/"))[0]
    cases[gone] = {name: content for name, content in entries.items() if name != gone}
    cases["records/added.json"] = entries | {"records/added.json": b"{}"}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(partial(write_and_judge, told, tmp_path), cases.values())
        for name, done in zip(cases, results, strict=True):
            assert (done.returncode, "VALID: all" in done.stdout) == (1, False), name
            assert done.stderr.startswith("INVALID: "), (name, done.stderr)
            assert Path(name).with_suffix("").name.removeprefix("signature-") in done.stderr, (name, done.stderr)


def test_what_a_pdf_shows_as_signed_is_judged(told: Told, tmp_path: Path) -> None:
    """In the result: each signature, and the document time stamp. They hold it without the log, too."""
    pack = told.path(told.index["evidence"][0])
    result = told.path(told.index["pdfs"][0]).read_bytes()
    with zipfile.ZipFile(pack) as file:
        file.extractall(tmp_path / "pack")
    lines = 'source "$1"; work=$2; cd pack; gather_trust "$3"; digest[$4]=x; finished[x]=pdf; accounted[$4]=; '
    lines += 'check_pdf "$4"; echo "${accounted[$4]}"'
    told_by: dict[str, tuple[int, str]] = {}
    cuts = {"whole": result, "changed": result.replace(b"%PDF-1.7", b"%PDF-1.6", 1)}
    end = result.rindex(b"/ByteRange")  # of the document time stamp, which alone covers what stands behind it
    cuts["stamp"] = result[:end] + result[end:].replace(b"/F 132", b"/F 133", 1)
    cuts["behind"] = result[:end] + result[end:].replace(b"startxref", b"startxreg", 1)
    for name, content in cuts.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)
        command = ["bash", "-c", lines, "sh", str(SCRIPT), str(tmp_path)]
        command += [str(told.path("trust/root.pem")), f"../{name}.pdf"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        told_by[name] = (done.returncode, done.stdout + done.stderr)
    assert told_by["whole"] == (0, "; signatures and stamps in it: 3\n")
    assert told_by["changed"] == (1, "INVALID: ../changed.pdf: pdfsig finds sign-approval-lanh-dao not valid\n")
    assert told_by["behind"] == (1, "INVALID: ../behind.pdf: no signature covers all of it\n")
    assert told_by["stamp"][0] == 1
    assert "stamp-1 is no stamp over it" in told_by["stamp"][1]


def test_it_trusts_nobody_but_whom_it_is_told(told: Told, tmp_path: Path) -> None:
    """Another root, another log's key, a checkpoint that the log did not sign: INVALID. README.txt proves nothing."""
    pack = told.path(told.index["evidence"][0])
    entries = read_archive(pack.read_bytes())
    (tmp_path / "other.pem").write_bytes(authority().roots_pem())
    origin = told.path(told.index["log_key"]).read_text("utf-8").partition("+")[0]
    (tmp_path / "other.vkey").write_text(LogKey.generate(origin).vkey, "utf-8")
    forged = with_notes(entries, lambda note: re.sub("(?<=[^\n]{40}).{9}(?=\n— chung-kien)", "AAAAAAAA=", note))
    assert "is no stamp over" in judged(told, pack, root=tmp_path / "other.pem").stderr
    assert "is not signed by" in judged(told, pack, log_key=tmp_path / "other.vkey").stderr
    assert "checkpoint's signature does not fit" in write_and_judge(told, tmp_path, forged).stderr
    readme = write_and_judge(told, tmp_path, entries | {"README.txt": b"changed"})
    assert "README.txt: not evidence: nothing vouches for it" in readme.stdout


def test_it_checks_what_witnesses_cosigned(told: Told, tmp_path: Path) -> None:
    """A cosignature (C2SP) is checked by its witness's key; without the key, nothing vouches for the line."""
    entries = read_archive(told.path(told.index["evidence"][1]).read_bytes())
    key, name, time = Ed25519PrivateKey.generate(), "witness.example/w1", 1_795_352_784
    public = b"\x04" + key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    vkey = tmp_path / "witness.vkey"
    vkey.write_text(f"{name}+{key_id.hex()}+{base64.b64encode(public).decode()}\n")

    def cosigned(note: str, signed_time: int = time) -> str:
        text = note.partition("\n\n")[0] + "\n"
        signature = key.sign(f"cosignature/v1\ntime {signed_time}\n{text}".encode())
        blob = base64.b64encode(key_id + time.to_bytes(8, "big") + signature).decode()
        return f"{note}— {name} {blob}\n"

    pack = tmp_path / "cosigned.asice"
    pack.write_bytes(write_archive(with_notes(entries, cosigned)))
    done = judged(told, pack, vkey)
    assert done.returncode == 0, done.stderr
    assert f"checkpoint: cosigned by {name}, 2026-11-22T13:06:24Z" in done.stdout
    assert "give the witness's verifier key" in judged(told, pack).stderr
    pack.write_bytes(write_archive(with_notes(entries, partial(cosigned, signed_time=time + 1))))
    assert f"the cosignature of {name} does not fit" in judged(told, pack, vkey).stderr


def changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def with_notes(entries: Mapping[str, bytes], change: Callable[[str], str]) -> dict[str, bytes]:
    """The pack with another checkpoint in each of its proofs."""
    found = dict(entries)
    for name in entries:
        if name.endswith(".tlog-proof"):
            head, _, note = entries[name].decode().partition("\n\n")
            found[name] = f"{head}\n\n{change(note)}".encode()
    return found


def write_and_judge(told: Told, folder: Path, entries: Mapping[str, bytes]) -> subprocess.CompletedProcess[str]:
    content = write_archive(entries)
    pack = folder / f"{hashlib.sha256(content).hexdigest()[:16]}.asice"
    pack.write_bytes(content)
    return judged(told, pack)
