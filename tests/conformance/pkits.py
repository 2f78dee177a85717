"""The NIST PKI test suite (PKITS): paths that must be accepted and paths that must not, against `signing.chain`.

`pkits.txt` says what each path must give; certificates and CRLs come from the package `cryptography-vectors`. Of both,
each path is given those whose names it could lead through; of the lists, those that an act would keep. What a person's
certificate must have on top is not asked.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from signing.certificates import der
from signing.chain import PathRules, check_path
from signing.consulted import consulted
from signing.errors import SigningError
from signing.names import may_sign_lists, same_name
from signing.verify import Trust
from tests.conformance.report import Report, Result

AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Within the dates of the suite's good certificates and CRLs (2010 to 2030)."""
ROOT = "TrustAnchorRootCertificate"
NIST_TEST_POLICY = "2.16.840.1.101.3.2.1.48."
_CASES = Path(__file__).parent / "pkits.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One path of the suite, and what it must give."""

    number: str
    section: str
    end_entity: str
    expected: str
    rules: PathRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The suite's certificates by file name, and all its CRLs."""

    certificates: dict[str, x509.Certificate]
    crls: tuple[bytes, ...]


def run(folder: Path) -> Report:
    """Judge every path; the remarks are the table by section. `folder`: `PKITS_data` of the vectors."""
    material = _material(folder)
    cases = read_cases()
    report = Report(results=[judge(case, material) for case in cases])
    report.remarks.extend(_table(cases, report.results))
    return report


def vectors() -> Path:
    """Where the installed package has the suite."""
    import cryptography_vectors

    return Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"


def read_cases() -> list[Case]:
    """Read `pkits.txt`."""
    section, cases = "", []
    for line in _CASES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            number, name, expected, *settings = (part.strip() for part in line.split("|"))
            rules = _rules(settings[0].split() if settings else [])
            cases.append(Case(number=number, section=section, end_entity=name, expected=expected, rules=rules))
    return cases


def judge(case: Case, material: Material) -> Result:
    """Validate one path."""
    signer = material.certificates.get(case.end_entity)
    try:
        if signer is None:
            raise SigningError("certificate-malformed", "the certificate cannot be read")
        pool = _pool(signer, material)
        check_path(
            signer,
            pool,
            roots=[material.certificates[ROOT]],
            crls=_crls(signer, pool, material),
            ocsps=(),
            at=AT,
            rules=case.rules,
        )
        got = "valid"
    except SigningError as error:
        got = "invalid" if case.expected == "invalid" else error.code
    except Exception as error:  # a crash is a result of the case, not of the runner
        got = f"{type(error).__name__}: {error}"
    name = f"{case.number} {case.end_entity}"
    return Result(name=name, expected=case.expected, got=None if got == case.expected else got)


def _rules(settings: Sequence[str]) -> PathRules:
    numbers = [item.removeprefix("policies=").split(",") for item in settings if item.startswith("policies=")]
    return PathRules(
        policies=frozenset(NIST_TEST_POLICY + number for found in numbers for number in found),
        explicit_policy="explicit" in settings,
        inhibit_mapping="inhibit-mapping" in settings,
        inhibit_any="inhibit-any" in settings,
    )


def _material(folder: Path) -> Material:
    certificates = {}
    warnings.filterwarnings("ignore", message="Parsed a serial number")  # one of the cases
    for path in sorted((folder / "certs").glob("*.crt")):
        try:
            certificates[path.stem] = x509.load_der_x509_certificate(path.read_bytes())
            certificates[path.stem].public_key()
        except Exception:
            certificates.pop(path.stem, None)
    return Material(
        certificates=certificates,
        crls=tuple(path.read_bytes() for path in sorted((folder / "crls").glob("*.crl"))),
    )


def _pool(signer: x509.Certificate, material: Material) -> list[x509.Certificate]:
    """Certificates by which a path may lead, and those that sign lists for certificates on it."""
    names = [signer.issuer]
    found: list[x509.Certificate] = []
    for name in names:
        for certificate in material.certificates.values():
            if certificate not in found and same_name(certificate.subject, name):
                found.append(certificate)
                names.append(certificate.issuer)
    authorities = (*found, signer)
    lists = [name for item in authorities for name in _list_signers(item)]
    others = [
        item
        for item in material.certificates.values()
        if item not in found and may_sign_lists(item) and any(same_name(item.subject, name) for name in lists)
    ]
    return [*found, *others]


def _crls(signer: x509.Certificate, pool: Sequence[x509.Certificate], material: Material) -> tuple[bytes, ...]:
    """What an act would keep of all lists of the suite: no more is needed, whole, partial, indirect or delta."""
    held = Trust(roots=(material.certificates[ROOT],), intermediates=tuple(pool), crls=material.crls)
    return consulted(held, [der(signer)]).crls


def _list_signers(certificate: x509.Certificate) -> list[x509.Name]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [name.value for point in points for name in point.crl_issuer or () if isinstance(name, x509.DirectoryName)]


def _table(cases: Sequence[Case], results: Sequence[Result]) -> list[str]:
    lines = [f"{'section':<52} must fail  do fail   must hold  do hold"]
    for section in (*dict.fromkeys(case.section for case in cases), "all"):
        pairs = [(c, r) for c, r in zip(cases, results, strict=True) if section in (c.section, "all")]
        bad = [result.got is None for case, result in pairs if case.expected == "invalid"]
        good = [result.got is None for case, result in pairs if case.expected == "valid"]
        lines.append(f"{section:<52} {len(bad):>9} {sum(bad):>8}   {len(good):>9} {sum(good):>8}")
    return lines
