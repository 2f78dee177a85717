"""EU DSS, the European Commission's validator, judges what the demo's dossiers leave behind: all of it TOTAL_PASSED."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from signing.evidence.archive import read_archive, write_archive
from signing.stamp_token import read_token
from signing.timestamp import signature_value, with_stamp
from tests.dss.judge import Said, dss_judges
from tests.pki import authority
from tests.story.conftest import Told
from tests.story.judges import pdfsig_judges

# One kind of database: what is judged lies in files.
pytestmark = [pytest.mark.system, pytest.mark.parametrize("told", ["sqlite"], indirect=True)]

WARNINGS = {
    "Not all files are signed!": "each signature names what it signs; the log vouches for the rest of the pack",
    "The authority info access is not present!": "the demo's authorities have no addresses: all is in the pack",
    "The revocation info access is not present!": "as above",
    "Elements overlap on page(s) [1]": "the seal lies over a third of the head's signature, as NĐ 30/2020 wants it",
    "Document contains changes restricted by /FieldMDP dictionary!": (
        "the document time stamp brings a field of its own; those that were locked stay as they were"
    ),
}
"""All that DSS may say of a signature that passed, and why that is no fault of the signature."""


def stamps_inside(entries: dict[str, bytes]) -> dict[str, bytes]:
    """The pack with each time stamp put into its signature: B-T, the form that other verifiers look for."""
    stamps = {read_token(content).told.imprint: content for name, content in entries.items() if is_stamp(name)}
    assert len(stamps) == len([*filter(is_stamp, entries)])
    inside = dict(entries)
    for name in filter(is_signature, entries):
        stamp = stamps.pop(hashlib.sha256(signature_value(entries[name])).digest(), None)
        inside[name] = entries[name] if stamp is None else with_stamp(entries[name], stamp)
    assert stamps == {}, "every stamp is over a signature of the pack"
    return inside


def is_signature(name: str) -> bool:
    return name.endswith(".p7s")


def is_stamp(name: str) -> bool:
    return name.startswith("stamps/")


def signed_fields(pdf: Path) -> list[str]:
    return [item.what.partition(" ")[2] for item in pdfsig_judges(pdf)]


def test_eu_dss_passes_every_signature(told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Given the pack's root, certificates and lists: each record's signature, alone and stamped, each one in a PDF."""
    counted: Counter[tuple[str, str]] = Counter()
    for name in told.index["evidence"]:
        pack = told.path(name)
        entries = read_archive(pack.read_bytes())
        stamped, folder = tmp_path / f"stamped-{pack.name}", tmp_path / pack.stem
        inside = stamps_inside(entries)
        stamped.write_bytes(write_archive(inside))
        folder.mkdir()
        pdfs = [folder / Path(entry).name for entry in entries if entry.endswith(".pdf")]
        for pdf in pdfs:
            pdf.write_bytes(entries[f"documents/{pdf.name}"])
        said = dss_judges(told.path("trust/root.pem"), pack, [pack, stamped, *pdfs])
        assert [item for item in said if not item.passed or not set(item.said) <= WARNINGS.keys()] == []
        signatures = sorted(filter(is_signature, entries))
        with_stamps = sorted(entry for entry in signatures if inside[entry] != entries[entry])
        assert forms(said, pack.name) == {"CAdES-BASELINE-B": signatures}
        expected = {"CAdES-BASELINE-T": with_stamps, "stamp": with_stamps}
        alone = sorted({*signatures} - {*with_stamps})
        assert forms(said, stamped.name) == expected | ({"CAdES-BASELINE-B": alone} if alone else {})
        for pdf in pdfs:
            assert sorted(fields_of(said, pdf.name)) == sorted(signed_fields(pdf))
        counted += Counter((item.form, item.indication) for item in said)
    assert counted["PAdES-BASELINE-LTA", "TOTAL_PASSED"]
    with capsys.disabled():
        lines = [f"| EU DSS | {form} | {number} × {verdict} |" for (form, verdict), number in counted.items()]
        print("", *lines, sep="\n")


def forms(said: list[Said], file: str) -> dict[str, list[str]]:
    """What was judged of a file, by its form."""
    found: dict[str, list[str]] = {}
    for item in said:
        if item.file == file:
            found.setdefault(item.form, []).append(item.signature)
    return {form: sorted(names) for form, names in found.items()}


def fields_of(said: list[Said], file: str) -> list[str]:
    return [item.signature for item in said if item.file == file and item.form != "stamp"]


def test_eu_dss_is_not_blind(told: Told, tmp_path: Path) -> None:
    """A changed manifest, an exchanged record or PDF, another root: what is touched does not pass, all else does."""
    root, pack = told.path("trust/root.pem"), told.path(told.index["evidence"][0])
    entries = read_archive(pack.read_bytes())
    manifest, other = [name for name in entries if name.startswith("META-INF/ASiCManifest-H29")][:2]
    touched = {
        "manifest": {manifest: entries[manifest].replace(b"documents/", b"dossiers-/", 1)},
        "digest": {manifest: entries[other]},
        "record": {record_of(manifest): entries[record_of(other)]},
    }
    files = [tmp_path / f"{name}.asice" for name in touched]
    for file, changed in zip(files, touched.values(), strict=True):
        assert all(entries[name] != content for name, content in changed.items())
        file.write_bytes(write_archive(entries | changed))
    pdf = tmp_path / "changed.pdf"
    pdf.write_bytes(told.path(told.index["pdfs"][0]).read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    said = dss_judges(root, pack, [*files, pdf])
    for file in files:
        refused = [item.signature for item in said if item.file == file.name and not item.passed]
        assert refused == [manifest.replace("ASiCManifest", "signature").replace(".xml", ".p7s")], file
    assert fields_of(said, pdf.name) == signed_fields(pdf)
    assert [item for item in said if item.file == pdf.name and item.passed] == []
    (tmp_path / "other.pem").write_bytes(authority().roots_pem())
    untrusted = dss_judges(tmp_path / "other.pem", pack, [pack])
    assert {(item.indication, item.sub) for item in untrusted} == {("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")}


def record_of(manifest: str) -> str:
    return manifest.replace("META-INF/ASiCManifest-", "records/").replace(".xml", ".json")
