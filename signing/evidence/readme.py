"""The page that comes with every pack: what lies where, and how to check a signature with nothing but OpenSSL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signing.manifest import manifest_uri, signature_uri

_TEXT = """\
HỒ SƠ CHỨNG CỨ {dossier}

Gói này chứa mọi thứ chứng minh điều đã xảy ra với hồ sơ {dossier}: {count} hành vi trong nhật ký {origin}
(điểm kiểm soát: {size} lá). Kiểm tra toàn bộ, không cần mạng, không cần máy chủ:

    hoso verify <gói này> --root roots.pem --log-key log.vkey --admin admin.pem

  trail/         mỗi hành vi: lá, muối, chứng cứ và bằng chứng có mặt trong nhật ký (c2sp.org/tlog-proof)
  records/       điều mà người có thẩm quyền đã ký          META-INF/      danh mục được ký và chữ ký số (CAdES)
  documents/     văn bản, đúng từng byte như khi ký          certificates/  chứng thư số; crls/ danh sách thu hồi
  bundle/        quy trình đã chạy; procedure/ thủ tục       refused/       những gì đã bị từ chối, như khi gửi đến
  organisation/  các thay đổi tổ chức đã được ký             proposals/     đề xuất mà người thứ hai đã ký duyệt
  stamps/        dấu thời gian (RFC 3161) trên giá trị của từng chữ ký
  log/           các bản tuyên bố thay khóa nhật ký, nếu có

Kiểm tra từng chữ ký chỉ bằng OpenSSL: giải nén gói, đặt roots.pem (chứng thư gốc mà bạn tin, không lấy từ gói này)
cạnh tệp này, rồi chạy các lệnh dưới đây. Mỗi tệp mà danh mục nêu tên được so bằng SHA-256. Chữ ký có dấu thời gian
được xét tại thời điểm của dấu; nếu dấu thời gian có chứng thư gốc riêng, hãy thêm nó vào roots.pem.


EVIDENCE OF DOSSIER {dossier}

This pack holds all that proves what happened to dossier {dossier}: {count} acts in the log {origin}
(checkpoint: {size} leaves). To check all of it, offline, without any server:

    hoso verify <this pack> --root roots.pem --log-key log.vkey --admin admin.pem

  trail/         each act: leaf, salt, evidence and the proof that it is in the log (c2sp.org/tlog-proof)
  records/       what the officer signed                     META-INF/      signed manifests and signatures (CAdES)
  documents/     documents, byte for byte as signed          certificates/  certificates; crls/ revocation lists
  bundle/        the process that ran; procedure/            refused/       what was refused, as it arrived
  organisation/  changes of the organisation, as signed      proposals/     what the second person approved by signature
  stamps/        time stamps (RFC 3161) over the value of each signature
  log/           statements of how the log's keys followed one another, if any

To check each signature with OpenSSL alone: unpack, put roots.pem (the root that you trust, not one from this pack)
beside this file, and run the lines below. Each file that a manifest names is compared by SHA-256. A signature with a
time stamp is judged at the stamp's time; where stamps have a root of their own, put it into roots.pem, too.


cp roots.pem trust.pem
for f in crls/*.crl; do openssl crl -inform DER -in "$f" >> trust.pem; done
for f in certificates/*.cer; do openssl x509 -inform DER -in "$f" >> chain.pem; done
"""
_STAMP_LINE = """\
tail -c {size} {signature} > value.bin
openssl ts -verify -data value.bin -token_in -in {stamp} \\
  -CAfile trust.pem -untrusted chain.pem -crl_check -attime {seconds}
"""
_LINE = """
# {stem}: {purpose}, {officer}, {time}
openssl cms -verify -cades -binary -inform DER -in {signature} -content {manifest} \\
  -CAfile trust.pem -certfile chain.pem -purpose any -crl_check -attime {seconds} -out /dev/null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StampNote:
    """A signature's time stamp: its name in the pack, the time that it proves, the bytes of the signature's value.

    The value is what is stamped; it stands at the very end of a signature in its B-B form.
    """

    uri: str
    time: datetime
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureNote:
    """One signature that the page tells how to check; `time`: that of its leaf."""

    stem: str
    purpose: str
    officer: str
    time: datetime
    stamp: StampNote | None = None


def write_readme(*, dossier: str, count: int, origin: str, size: int, signatures: Sequence[SignatureNote]) -> bytes:
    """Write README.txt: UTF-8, both languages, the exact commands."""
    text = _TEXT.format(dossier=dossier, count=count, origin=origin, size=size)
    for item in signatures:
        judged = item.stamp.time if item.stamp else item.time
        text += _LINE.format(
            stem=item.stem,
            purpose=item.purpose,
            officer=item.officer,
            time=f"{item.time:%Y-%m-%dT%H:%M:%SZ}",
            signature=signature_uri(item.stem),
            manifest=manifest_uri(item.stem),
            seconds=int(judged.timestamp()),
        )
        if item.stamp is not None:
            text += _STAMP_LINE.format(
                size=item.stamp.size,
                signature=signature_uri(item.stem),
                stamp=item.stamp.uri,
                seconds=int(judged.timestamp()),
            )
    return text.encode("utf-8")
