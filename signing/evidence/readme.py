"""The page that comes with every pack: what lies where, and how to check a signature with nothing but OpenSSL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signing.manifest import manifest_uri, signature_uri

_TEXT = """\
HỒ SƠ CHỨNG CỨ {dossier}

Gói này chứa mọi thứ chứng minh điều đã xảy ra với hồ sơ {dossier}: {count} hành vi trong nhật ký {origin}
(điểm kiểm soát: {size} lá). Kiểm tra toàn bộ, không cần mạng, không cần máy chủ:

    hoso verify <gói này> --root roots.pem --log-key log.vkey

  trail/         mỗi hành vi: lá, muối, chứng cứ và bằng chứng có mặt trong nhật ký (c2sp.org/tlog-proof)
  records/       điều mà người có thẩm quyền đã ký          META-INF/      danh mục được ký và chữ ký số (CAdES)
  documents/     văn bản, đúng từng byte như khi ký          certificates/  chứng thư số; crls/ danh sách thu hồi
  bundle/        quy trình đã chạy; procedure/ thủ tục       refused/       những gì đã bị từ chối, như khi gửi đến

Kiểm tra từng chữ ký chỉ bằng OpenSSL: giải nén gói, đặt roots.pem (chứng thư gốc mà bạn tin, không lấy từ gói này)
cạnh tệp này, rồi chạy các lệnh dưới đây. Mỗi tệp mà danh mục nêu tên được so bằng SHA-256.


EVIDENCE OF DOSSIER {dossier}

This pack holds all that proves what happened to dossier {dossier}: {count} acts in the log {origin}
(checkpoint: {size} leaves). To check all of it, offline, without any server:

    hoso verify <this pack> --root roots.pem --log-key log.vkey

  trail/         each act: leaf, salt, evidence and the proof that it is in the log (c2sp.org/tlog-proof)
  records/       what the officer signed                     META-INF/      signed manifests and signatures (CAdES)
  documents/     documents, byte for byte as signed          certificates/  certificates; crls/ revocation lists
  bundle/        the process that ran; procedure/            refused/       what was refused, as it arrived

To check each signature with OpenSSL alone: unpack, put roots.pem (the root that you trust, not one from this pack)
beside this file, and run the lines below. Each file that a manifest names is compared by SHA-256.


cp roots.pem trust.pem
for f in crls/*.crl; do openssl crl -inform DER -in "$f" >> trust.pem; done
for f in certificates/*.cer; do openssl x509 -inform DER -in "$f" >> chain.pem; done
"""
_LINE = """
# {stem}: {purpose}, {officer}, {time}
openssl cms -verify -cades -binary -inform DER -in {signature} -content {manifest} \\
  -CAfile trust.pem -certfile chain.pem -purpose any -crl_check -attime {seconds} -out /dev/null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureNote:
    """One signature that the page tells how to check; `time`: that of its leaf."""

    stem: str
    purpose: str
    officer: str
    time: datetime


def write_readme(*, dossier: str, count: int, origin: str, size: int, signatures: Sequence[SignatureNote]) -> bytes:
    """Write README.txt: UTF-8, both languages, the exact commands."""
    text = _TEXT.format(dossier=dossier, count=count, origin=origin, size=size)
    for item in signatures:
        text += _LINE.format(
            stem=item.stem,
            purpose=item.purpose,
            officer=item.officer,
            time=f"{item.time:%Y-%m-%dT%H:%M:%SZ}",
            signature=signature_uri(item.stem),
            manifest=manifest_uri(item.stem),
            seconds=int(item.time.timestamp()),
        )
    return text.encode("utf-8")
