"""The verdict on one signature as named checks, each valid, invalid or undecidable with its reason; the worst counts.

This is for those who report. Those who accept acts call `signing.verify`, which raises; a verdict is never milder.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from cryptography import x509

from signing.certificates import check_algorithms, check_dates, check_usage, load_certificates
from signing.errors import Invalid, SigningError, Undecidable
from signing.reasons import (
    ALGORITHMS,
    CHAIN,
    CHECKS,
    INTEGRITY,
    NAMES,
    REASONS,
    RESULTS,
    REVOCATION,
    USAGE,
)
from signing.verify import Trust, closed, verify_signature

VALID, INVALID, UNDECIDABLE = "valid", "invalid", "undecidable"
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question about a signature. `detail`: the case's own words, in English."""

    name: str
    result: str
    code: str = ""
    detail: str = ""

    def line(self, language: str) -> str:
        """Say it in `vi` or `en`: name, result, and why."""
        said = f"{NAMES[self.name].text(language)}: {RESULTS[self.result].text(language)}"
        if not self.code:
            return said
        meaning = REASONS[self.code].text(language) if self.code in REASONS else self.detail
        return f"{said}; {meaning}   [{self.code}]"

    def to_json(self) -> dict[str, Any]:
        """The same for programs, in both languages."""
        plain = {"name": self.name, "result": self.result, "code": self.code, "detail": self.detail}
        return plain | {"vi": self.line("vi"), "en": self.line("en")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All checks of one signature."""

    checks: tuple[Check, ...]

    @property
    def result(self) -> str:
        """The worst: invalid before undecidable before valid."""
        found = {check.result for check in self.checks}
        return next(result for result in (INVALID, UNDECIDABLE, VALID) if result in found or result == VALID)

    def also(self, name: str, test: Callable[[], object]) -> "Verdict":
        """Add a check that others know: `stamp`, `binding`. What `test` raises is its result."""
        return Verdict(checks=(*self.checks, _run(name, test)))


def held(*names: str) -> tuple[Check, ...]:
    """Give checks that were passed, in their usual order."""
    return tuple(Check(name=name, result=VALID) for name in CHECKS if name in names)


def judge_signature(cms: bytes, manifest: bytes, *, trust: Trust, at: datetime) -> Verdict:
    """Judge a detached CAdES signature over a manifest at `at` by every check that it alone allows; never raises."""
    checks = tuple(_checks(cms, manifest, trust, at))
    # The last word is with the one who accepts acts: what it refuses is never valid here.
    whole = _run(INTEGRITY, lambda: verify_signature(cms, manifest, trust=trust, at=at))
    if whole.result == VALID or any(check.result == whole.result for check in checks):
        return Verdict(checks=checks)
    name = REASONS[whole.code].check if whole.code in REASONS else INTEGRITY
    final = Check(name=name, result=whole.result, code=whole.code, detail=whole.detail)
    return Verdict(checks=tuple(final if check.name == name else check for check in checks))


def examined(cms: bytes, manifest: bytes, trust: Trust, at: datetime, verify: Callable[[], _Result]) -> _Result:
    """Run `verify`; where it refuses this signature, say with the refusal how every check went."""
    try:
        return verify()
    except SigningError as error:
        checks = judge_signature(cms, manifest, trust=trust, at=at).checks
        raise type(error)(error.code, error.message, checks) from error


def _checks(cms: bytes, manifest: bytes, trust: Trust, at: datetime) -> Iterator[Check]:
    from signing.chain import check_revocation, check_rules
    from signing.cms import read_signature
    from signing.paths import find_path
    from signing.revocation import read_known

    found: dict[str, Any] = {}

    def integrity() -> None:
        if at.tzinfo is None:
            raise Invalid("time-naive", "a signature cannot be judged at a time without a zone")
        found["at"] = at.astimezone(UTC).replace(microsecond=0)
        signed = read_signature(cms, manifest)
        found["signer"] = load_certificates(signed.certificate)[0]
        found["spares"] = (*trust.intermediates, *(load_certificates(item)[0] for item in signed.others))

    def chain() -> None:
        found["path"] = find_path(_known(found, "signer"), found["spares"], trust.roots, found["at"])
        for certificate in found["path"]:
            check_dates(certificate, found["at"])
        check_rules(found["path"], found["at"])

    def revocation() -> None:
        path = _known(found, "path")
        check_revocation(path, found["spares"], read_known(trust.crls, trust.ocsps), found["at"])

    def algorithms() -> None:
        signer: x509.Certificate = _known(found, "signer")
        check_algorithms(signer, authority=False, at=found["at"])
        for certificate in found.get("path", ())[1:]:
            check_algorithms(certificate, authority=True, at=found["at"])

    yield _run(INTEGRITY, integrity)
    yield _run(CHAIN, chain)
    yield _run(REVOCATION, revocation)
    yield _run(USAGE, lambda: check_usage(_known(found, "signer")))
    yield _run(ALGORITHMS, algorithms)


def _known(found: dict[str, Any], name: str) -> Any:
    if name not in found:
        raise Undecidable("not-examined", REASONS["not-examined"].en)
    return found[name]


def _run(name: str, test: Callable[[], object]) -> Check:
    code = "signature-malformed" if name == INTEGRITY else "certificate-path"
    try:
        closed(code, "what was given cannot be read", test)
    except SigningError as error:
        result = UNDECIDABLE if isinstance(error, Undecidable) else INVALID
        return Check(name=name, result=result, code=error.code, detail=error.message)
    return Check(name=name, result=VALID)
