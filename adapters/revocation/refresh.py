"""Keep the trust folder's revocation data current: for every certificate in use, a list, or where none is, an answer.

What is fetched is stored only when the certificate's own authority signed it, it is current, and it is not older than
what lies there. A list speaks of everybody under its authority, so answers are asked for only where no list does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from adapters.revocation.addresses import lists_of, responders_of
from adapters.revocation.transport import Unfetched, ask, get_list
from adapters.trust_folder import files, list_name, write
from signing.canonical import sha256_hex
from signing.certificates import fingerprint, load_crls, subject_name
from signing.crl import RevocationList, read_lists, signed_by_authority
from signing.errors import SigningError
from signing.ocsp import read_answer, statuses_in_answers
from signing.paths import find_path
from signing.verify import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of one address. `state`: `new`, `current` (nothing was asked), `failed`. `until`: how long it holds."""

    kind: str
    address: str
    authority: str
    state: str
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...]


def refresh(
    folder: Path, trust: Trust, signers: Sequence[x509.Certificate], at: datetime, *, all_of_it: bool = False
) -> Iterator[Fetched]:
    """Fetch what will be needed, for these signers and their authorities, and give what came of each address.

    `trust`: what lies in `folder` now. `all_of_it`: also what is still current for long. Only certificates that lead
    to a trusted root are heard. Raises nothing but what writing the folder raises.
    """
    asked: dict[str, Fetched] = {}
    answers: set[Path] = set()
    for due in _due(trust, signers, at):
        answers.add(_file_of(folder, due))
        covered = False
        for url in lists_of(due.certificate):
            if url not in asked:
                asked[url] = _list(folder, trust, due, url, at, all_of_it)
                yield asked[url]
            covered = covered or asked[url].state != "failed"
        responders = () if covered else responders_of(due.certificate)
        for url in responders:
            found = _answer(folder, due, url, at, all_of_it)
            yield found
            if found.state != "failed":
                break
    for path in files(folder / "ocsps"):
        if path not in answers:  # of somebody who signs no more; what an act was judged by is kept with the act
            path.unlink(missing_ok=True)


def _file_of(folder: Path, due: _Due) -> Path:
    return folder / "ocsps" / f"{fingerprint(due.certificate)[:32]}.ors"


def _due(trust: Trust, signers: Sequence[x509.Certificate], at: datetime) -> Iterator[_Due]:
    seen: set[str] = set()
    for signer in (*signers, *trust.intermediates):
        try:
            path = find_path(signer, trust.intermediates, trust.roots, at)
        except SigningError:
            continue
        for place, (certificate, _issuer) in enumerate(pairwise(path)):
            if fingerprint(certificate) not in seen and certificate.not_valid_after_utc >= at:
                seen.add(fingerprint(certificate))
                yield _Due(certificate=certificate, above=path[place + 1 :])


def _list(folder: Path, trust: Trust, due: _Due, url: str, at: datetime, all_of_it: bool) -> Fetched:
    def result(state: str, until: datetime | None = None, reason: str = "") -> Fetched:
        authority = subject_name(due.above[0])
        return Fetched(kind="crl", address=url, authority=authority, state=state, until=until, reason=reason)

    note = folder / "fetched" / f"{sha256_hex(url.encode())[:32]}.name"
    held = _held(folder, note)
    if held is not None and not all_of_it and _lasts(held.crl.last_update_utc, held.crl.next_update_utc, at):
        return result("current", held.crl.next_update_utc)
    try:
        content = load_crls(get_list(url))[0]
        (fresh,) = read_lists([content])
        name = list_name(fresh)
        until = _demand_good(fresh, _stored(folder, name), due, trust, at)
    except (Unfetched, SigningError, IndexError) as error:
        return result("failed", reason=_why(error))
    write(folder / "crls" / name, content)
    write(note, name.encode())
    return result("new", until)


def _demand_good(fresh: RevocationList, held: RevocationList | None, due: _Due, trust: Trust, at: datetime) -> datetime:
    until = fresh.crl.next_update_utc
    if not signed_by_authority(fresh, due.certificate, due.above, trust.intermediates):
        raise Unfetched("the list is not signed by the certificate's authority")
    if fresh.delta:  # it would take the place of the whole list, and hide who was revoked before
        raise Unfetched("the list tells only what changed since another one")
    if until is None or not fresh.crl.last_update_utc <= at <= until:
        raise Unfetched("the list is not current")
    if held is not None and fresh.crl.last_update_utc < held.crl.last_update_utc:
        raise Unfetched("the list is older than the one at hand")
    return until


def _held(folder: Path, note: Path) -> RevocationList | None:
    """The list that this address gave before."""
    try:
        return _stored(folder, note.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _stored(folder: Path, name: str) -> RevocationList | None:
    """The list in that place, whoever put it there."""
    try:
        return read_lists([(folder / "crls" / Path(name).name).read_bytes()])[0]
    except (OSError, SigningError):
        return None


def _answer(folder: Path, due: _Due, url: str, at: datetime, all_of_it: bool) -> Fetched:
    def result(state: str, until: datetime | None = None, reason: str = "") -> Fetched:
        authority = subject_name(due.above[0])
        return Fetched(kind="ocsp", address=url, authority=authority, state=state, until=until, reason=reason)

    file = _file_of(folder, due)
    held = _current(file, due, at)
    if held is not None and not all_of_it and _lasts(*held, at):
        return result("current", held[1])
    # SHA-1 only names the issuer here; it is what every responder knows (RFC 5019 §2.1.1).
    question = ocsp.OCSPRequestBuilder().add_certificate(due.certificate, due.above[0], hashes.SHA1())  # noqa: S303
    try:
        content = ask(url, question.build().public_bytes(Encoding.DER))
        until = _until(content, due, at)
    except (Unfetched, SigningError) as error:
        return result("failed", reason=_why(error))
    write(file, content)
    return result("new", until[1])


def _current(file: Path, due: _Due, at: datetime) -> tuple[datetime, datetime] | None:
    try:
        return _until(file.read_bytes(), due, at)
    except (OSError, Unfetched, SigningError):
        return None


def _until(content: bytes, due: _Due, at: datetime) -> tuple[datetime, datetime]:
    """Between when and when an answer is current; raises Unfetched where it is not the authority's, or not now."""
    statuses = [status for status, _ in statuses_in_answers(due.certificate, due.above, [read_answer(content)], ())]
    ends = [(status.issued, status.until) for status in statuses if status.until is not None and status.current(at)]
    if not ends:
        raise Unfetched("the answer is not the authority's, not current, or of another certificate")
    return ends[0]


def _lasts(issued: datetime, until: datetime | None, at: datetime) -> bool:
    """Whether more than a quarter of its life is left: then there is time to try again before it ends."""
    return until is not None and issued <= at and until - at > (until - issued) / 4


def _why(error: Exception) -> str:
    return error.message if isinstance(error, SigningError) else str(error) or "there is no list"
