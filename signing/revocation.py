"""Whether anything on a path was revoked as of one moment, from lists and answers together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from signing.crl import RevocationList, read_lists, statuses_in_lists
from signing.errors import Invalid, SigningError
from signing.ocsp import Answer, read_answers, statuses_in_answers
from signing.status import fault, lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of revocation, as read: nothing of it is checked yet."""

    lists: tuple[RevocationList, ...]
    answers: tuple[Answer, ...]


def read_known(crls: Sequence[bytes], ocsps: Sequence[bytes]) -> Known:
    """Read CRLs and OCSP responses (DER); Invalid `crl-malformed` or `ocsp-malformed`."""
    return Known(lists=read_lists(crls), answers=read_answers(ocsps))


def refuse_revoked(
    path: Sequence[x509.Certificate], pool: Sequence[x509.Certificate], known: Known, at: datetime
) -> Known:
    """Refuse a path on which anything was revoked, on hold or unknown at `at`; gives what may clear it.

    That is: the authentic answers that were current and good, and the lists that were current, but those whose hold
    was lifted by then.
    Whether each certificate is spoken of at all is not asked here. Raises what `status.fault` says, Invalid first.
    """
    faults: list[SigningError] = []
    clearing: dict[bytes, Answer] = {}
    outdated: list[RevocationList] = []
    for place, certificate in enumerate(path[:-1]):
        above = path[place + 1 :]
        answers = list(statuses_in_answers(certificate, above, known.answers, known.lists))
        listed = list(statuses_in_lists(certificate, above, known.lists, pool))
        statuses = [*(status for status, _ in listed), *(status for status, _ in answers)]
        if found := fault(certificate, statuses, at):
            faults.append(found)
        clearing |= {answer.encoded: answer for status, answer in answers if status.clears(at)}
        # Lifted by a delta, the list is still its base: the library reads the two together.
        full = [status for status, item in listed if not item.delta]
        outdated += [item for status, item in listed if lifted(status, full, at)]
    if faults:
        raise next((item for item in faults if isinstance(item, Invalid)), faults[0])
    lists = tuple(item for item in known.lists if item.current(at) and not any(item is old for old in outdated))
    return Known(lists=lists, answers=tuple(clearing.values()))
