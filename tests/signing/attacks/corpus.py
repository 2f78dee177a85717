"""Packs and PDFs as files: `packs/<defect>.asice.gz`, `pdfs/<defect>.pdf.gz`, and what is expected of each beside them.

They are packed because half of each is zeros or hex; `gunzip -k` gives what any tool reads. `expected.json` names for
each its defect, its code, its verdict, its undamaged twin (in `twins/`), and by what it is judged.
"""

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from signing.certificates import der, load_certificates
from signing.errors import SigningError, Undecidable
from signing.evidence.verify import verify_pack
from signing.pdf.verify import verify_pdf
from signing.record import parse_time, time_text
from signing.verify import Trust

HERE = Path(__file__).parent
PACKS, PDFS = HERE / "packs", HERE / "pdfs"
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An attack as it lies in a file. `judge` accepts, or raises SigningError; `judged_by` tells by what."""

    name: str
    defect: str
    code: str
    undecidable: bool
    file: Path
    twin: Path
    judge: Callable[[bytes], object]
    judged_by: str

    def damaged(self) -> bytes:
        return gzip.decompress(self.file.read_bytes())

    def undamaged(self) -> bytes:
        return gzip.decompress(self.twin.read_bytes())


def packs() -> list[Kept]:
    """Every pack that is kept."""
    told = _expected(PACKS)
    roots = load_certificates((PACKS / "root.pem").read_bytes())
    log_key = (PACKS / "log.vkey").read_text("ascii").strip()

    def judge(admins: list[str]) -> Callable[[bytes], object]:
        return lambda pack: verify_pack(pack, roots=roots, log_key=log_key, admins=admins)

    return [_kept(PACKS, ".asice.gz", name, each, judge(each["admins"])) for name, each in told["attacks"].items()]


def pdfs() -> list[Kept]:
    """Every PDF that is kept."""
    told = _expected(PDFS)
    trusts = {name: _trust(each) for name, each in told["trust"].items()}

    def judge(trust: Trust, at: str) -> Callable[[bytes], object]:
        return lambda pdf: verify_pdf(pdf, trust=trust, at=parse_time(at), accepted=None)

    return [
        _kept(PDFS, ".pdf.gz", name, each, judge(trusts[each["trust"]], each["at"]))
        for name, each in told["attacks"].items()
    ]


def write_packs() -> int:
    """Write every pack and its twin anew."""
    from tests.pki import authority
    from tests.signing.attacks.pack import carrier, chain, documents, stamps, trail  # noqa: F401  they enter themselves
    from tests.signing.attacks.pack.attack import ATTACKS
    from tests.signing.world import LOG_KEY

    _clear(PACKS, ".asice.gz")
    twins: dict[Callable[[], bytes], str] = {}
    told: Json = {}
    for name, attack in ATTACKS.items():
        twin = _twin(PACKS, ".asice.gz", name, attack.twin, twins)
        _write(PACKS / f"{name}.asice.gz", attack.damaged())
        verdict = "undecidable" if issubclass(attack.error, Undecidable) else "invalid"
        told[name] = {"defect": attack.defect, "code": attack.code, "verdict": verdict, "twin": twin}
        told[name]["admins"] = list(attack.admins)
    (PACKS / "root.pem").write_bytes(authority().roots_pem())
    (PACKS / "log.vkey").write_text(f"{LOG_KEY.vkey}\n", "ascii")
    _tell(PACKS, {"attacks": told})
    return len(told)


def write_pdfs() -> int:
    """Write every PDF and its twin anew; where a defect may show in two ways, the file's own is what is expected."""
    from tests.signing.attacks.pdf import appended, holes, locks, people, shadows  # noqa: F401  they enter themselves
    from tests.signing.attacks.pdf.attack import ATTACKS
    from tests.signing.attacks.pdf.sentences import SENTENCES

    _clear(PDFS, ".pdf.gz")
    twins: dict[Callable[[], bytes], str] = {}
    trusts: Json = {}
    told: Json = {}
    for spelled, attack in ATTACKS.items():
        name, pdf, trust = spelled.replace("_", "-"), attack.damaged(), attack.trust()
        code = _code(pdf, trust, attack.at)
        assert code in attack.codes, (name, code)
        _write(PDFS / f"{name}.pdf.gz", pdf)
        judged_by = attack.trust.__name__.strip("_")
        trusts.setdefault(judged_by, _trust_told(trust))
        told[name] = {"defect": SENTENCES[spelled], "code": code, "verdict": "invalid"}
        told[name]["twin"] = _twin(PDFS, ".pdf.gz", name, attack.twin, twins)
        told[name] |= {"trust": judged_by, "at": time_text(attack.at)}
    _tell(PDFS, {"trust": trusts, "attacks": told})
    return len(told)


def _code(pdf: bytes, trust: Trust, at: Any) -> str:
    try:
        verify_pdf(pdf, trust=trust, at=at, accepted=None)
    except SigningError as refusal:
        return refusal.code
    return "accepted"


def _kept(folder: Path, ending: str, name: str, told: Json, judge: Callable[[bytes], object]) -> Kept:
    return Kept(
        name=name,
        defect=told["defect"],
        code=told["code"],
        undecidable=told["verdict"] == "undecidable",
        file=folder / f"{name}{ending}",
        twin=folder / "twins" / f"{told['twin']}{ending}",
        judge=judge,
        judged_by=json.dumps({key: told.get(key) for key in ("admins", "trust", "at")}),
    )


@cache
def _expected(folder: Path) -> Json:
    found: Json = json.loads((folder / "expected.json").read_text("utf-8"))
    return found


def _tell(folder: Path, told: Json) -> None:
    (folder / "expected.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _clear(folder: Path, ending: str) -> None:
    (folder / "twins").mkdir(parents=True, exist_ok=True)
    for old in folder.rglob(f"*{ending}"):
        old.unlink()


def _twin(
    folder: Path, ending: str, name: str, make: Callable[[], bytes], known: dict[Callable[[], bytes], str]
) -> str:
    """Write a twin once; it has the name of the first attack that it belongs to."""
    if make not in known:
        known[make] = name
        _write(folder / "twins" / f"{name}{ending}", make())
    return known[make]


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(gzip.compress(content, 9, mtime=0))


def _trust_told(trust: Trust) -> Json:
    return {
        "roots": [_text(der(item)) for item in trust.roots],
        "intermediates": [_text(der(item)) for item in trust.intermediates],
        "crls": [_text(item) for item in trust.crls],
    }


def _trust(told: Json) -> Trust:
    return Trust(
        roots=tuple(load_certificates(base64.b64decode(item))[0] for item in told["roots"]),
        intermediates=tuple(load_certificates(base64.b64decode(item))[0] for item in told["intermediates"]),
        crls=tuple(map(base64.b64decode, told["crls"])),
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
