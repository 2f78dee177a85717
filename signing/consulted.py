"""What a verdict may rest on: the authorities above the certificates judged, and their revocation lists and answers.

By name alone and rather too many than too few: whoever judges again, by other roots or a renewed authority, must find
the same. An indirect list stands under the name that a distribution point gives; a delta or a partial list under
its authority's own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cryptography import x509

from signing.certificates import load_certificates
from signing.crl import list_issuers, read_lists
from signing.names import prepared
from signing.ocsp import MAX_RESPONDERS, Answer, read_answers
from signing.verify import Trust


def consulted(trust: Trust, judged: Iterable[bytes]) -> Trust:
    """Narrow `trust` to the authorities that may stand above these certificates (DER), and to the lists and answers
    that may speak of any of them.

    Those of their responders, and of whoever signs lists for them, are kept too. Roots stay as they are.
    """
    above = list(_above((load_certificates(item)[0] for item in judged), trust))
    serials = {item.serial_number for item in above}
    answers = [item for item in read_answers(trust.ocsps) if any(one.serial_number in serials for one in item.singles)]
    above += _above((certificate for item in answers for certificate in _responders(item)), trust)
    names = {name for certificate in above for name in list_issuers(certificate)}
    return replace(
        trust,
        intermediates=tuple(item for item in trust.intermediates if item in above),
        crls=tuple(item.encoded for item in read_lists(trust.crls) if item.issuer in names),
        ocsps=tuple(item.encoded for item in answers),
    )


def _above(judged: Iterable[x509.Certificate], trust: Trust) -> Iterator[x509.Certificate]:
    """Give the certificates and, by name, all that may lie above them or sign their lists."""
    rest, todo = [*trust.intermediates, *trust.roots, *trust.stamp_roots], list(judged)
    for certificate in todo:
        yield certificate
        names = list_issuers(certificate)
        todo += [item for item in rest if prepared(item.subject) in names]
        rest = [item for item in rest if prepared(item.subject) not in names]


def _responders(answer: Answer) -> list[x509.Certificate]:
    return answer.response.certificates[:MAX_RESPONDERS]
