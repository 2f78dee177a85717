"""What the demo's dossiers leave behind is judged by tools that nobody here wrote, and by `hoso verify --admin`."""

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.console.demo import cast
from signing.certificates import load_certificates
from signing.errors import Invalid
from signing.pdf.verify import verify_pdf
from signing.verify import Trust
from tests.story.conftest import Told
from tests.story.judges import Judgement, pdfsig_judges, pyhanko_judges, readme_judges, table

# One kind of database: what is judged lies in files.
pytestmark = pytest.mark.parametrize("told", ["sqlite"], indirect=True)


@pytest.fixture
def packs(told: Told, tmp_path: Path) -> list[Path]:
    """Each dossier's evidence, exported by its command and unpacked; the auditor's own root lies beside it."""
    folders = []
    for code in told.index["dossiers"]:
        pack = tmp_path / f"{code}.asice"
        told.stage.hoso("kiem", "audit", "export", code, "-o", str(pack))
        folders.append(tmp_path / code)
        with zipfile.ZipFile(io.BytesIO(pack.read_bytes())) as file:
            file.extractall(folders[-1])
        (folders[-1] / "roots.pem").write_bytes(told.path("trust/root.pem").read_bytes())
    return folders


def test_tools_that_are_not_ours_accept_every_signature_and_stamp(
    told: Told, packs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """OpenSSL each signature and stamp, as README.txt says; pdfsig and pyHanko each signature in each PDF."""
    judgements: list[Judgement] = []
    root = told.path("trust/root.pem")
    for folder in packs:
        judgements += every_record_and_stamp(folder)
        for pdf in sorted((folder / "documents").glob("*.pdf")):
            signed, poppler, pyhanko = fields(pdf, folder), [*pdfsig_judges(pdf)], [*pyhanko_judges(pdf, root)]
            assert named(poppler) == named(pyhanko) == [f"{pdf.name} {field}" for field in signed]
            judgements += poppler + pyhanko
    for name in told.index["pdfs"]:  # what left: it is to be judged for decades
        judgements += pyhanko_judges(told.path(name), root, "adesverify")
    with capsys.disabled():
        print(f"\n{table(judgements)}")
    assert [item for item in judgements if not item.holds] == []
    assert len({item.tool for item in judgements}) == 5


def every_record_and_stamp(folder: Path) -> list[Judgement]:
    """OpenSSL's word on every record and every stamp in the pack: none is left out."""
    judgements = [*readme_judges(folder)]
    signatures = [item.what.partition(":") for item in judgements if item.tool.startswith("openssl cms")]
    stamps = [item for item in judgements if item.tool.startswith("openssl ts")]
    assert sorted(stem for stem, _, _ in signatures) == sorted(file.stem for file in (folder / "records").iterdir())
    assert named(stamps) == sorted(f"stamps/{file.name}" for file in (folder / "stamps").iterdir())
    # Each signature is stamped by itself, also the second person's on another's act.
    assert len(stamps) == len(signatures)
    return judgements


def fields(pdf: Path, folder: Path) -> list[str]:
    """The fields that are signed, as our own verifier sees it."""
    certificates = [load_certificates(file.read_bytes())[0] for file in (folder / "certificates").iterdir()]
    trust = Trust(
        roots=tuple(load_certificates((folder / "roots.pem").read_bytes())),
        intermediates=tuple(certificates),
        crls=tuple(file.read_bytes() for file in (folder / "crls").iterdir()),
    )
    try:
        found = verify_pdf(pdf.read_bytes(), trust=trust, at=datetime.now(UTC), accepted=None)
    except Invalid as refusal:
        assert refusal.code == "pdf-unsigned", refusal  # noqa: PT017 - a draft; nothing else is accepted
        return []
    return sorted(item.field for item in found)


def named(judgements: Iterable[Judgement]) -> list[str]:
    return sorted(item.what for item in judgements)


def test_the_judges_are_not_blind(told: Told, packs: list[Path], tmp_path: Path) -> None:
    """A changed manifest, an exchanged stamp and a changed letter are refused by each of them."""
    folder, root = packs[0], told.path("trust/root.pem")
    manifest = next((folder / "META-INF").glob("ASiCManifest-H29*.xml"))
    manifest.write_bytes(manifest.read_bytes().replace(b"sha256", b"sha265", 1))
    one, other = sorted((folder / "stamps").iterdir())[:2]
    one.write_bytes(other.read_bytes())
    refused = [item for item in readme_judges(folder) if not item.holds]
    assert [item.what for item in refused if item.tool.startswith("openssl ts")] == [f"stamps/{one.name}"]
    [changed] = [item.what for item in refused if item.tool.startswith("openssl cms")]
    assert manifest.stem == f"ASiCManifest-{changed.partition(':')[0]}"
    pdf = tmp_path / "changed.pdf"
    content = told.path(told.index["pdfs"][0]).read_bytes()
    pdf.write_bytes(content.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    for judge in (pdfsig_judges(pdf), pyhanko_judges(pdf, root), pyhanko_judges(pdf, root, "adesverify")):
        judgements = [*judge]
        assert judgements
        assert not any(item.holds for item in judgements)


def test_who_pins_the_first_administrator_finds_it_valid(told: Told) -> None:
    """`hoso verify --admin`: every chain of signed acts begins with her; another's certificate will not do."""
    told.stage.stop_server()
    trust = ("--root", str(told.path("trust/root.pem")), "--log-key", str(told.path(told.index["log_key"])))
    pinned, another = (told.stage.home(who) / "certificate.pem" for who in (cast.ADMINISTRATOR.id, cast.OFFICERS[0].id))
    try:
        for name in told.index["evidence"]:
            judged = ("verify", str(told.path(name)), *trust, "--admin")
            assert told.stage.hoso("kiem", *judged, str(pinned)).splitlines()[-1].startswith("VALID: ")
            refused = told.stage.hoso("kiem", *judged, str(another), expected=5)
            assert "[administrator-unpinned]" in refused
    finally:
        told.stage.start_server()
