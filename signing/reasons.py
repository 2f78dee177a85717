"""What each code means, in Vietnamese and English, and which check of a signature it belongs to.

TT 15/2025/TT-BKHCN wants a verifier's result in Vietnamese; an auditor's program is this folder alone, so both
languages stand here. A message of the case (names, numbers, times) follows the meaning; messages are in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from signing.evidence.reasons import PACK_REASONS
from signing.pdf.reasons import PDF_REASONS

INTEGRITY, CHAIN, REVOCATION, USAGE, ALGORITHMS, STAMP, BINDING = CHECKS = (
    "integrity", "chain", "revocation", "usage", "algorithms", "stamp", "binding",
)  # fmt: skip
EVIDENCE = "evidence"
"""What is about the pack, its log or its records, not about one signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A code's meaning. `check`: the check it fails."""

    check: str
    vi: str
    en: str

    def text(self, language: str) -> str:
        """Give the meaning: `vi` or anything else for English."""
        return self.vi if language == "vi" else self.en


_TEXTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    INTEGRITY: {
        "signature-wrong": ("chữ ký số không đúng", "the signature does not hold"),
        "signature-malformed": ("chữ ký số sai cấu trúc", "the signature is not well-formed"),
        "signature-too-large": ("chữ ký số quá lớn", "the signature is too large"),
        "signature-manifest": ("bản kê được ký quá lớn", "the signed manifest is too large"),
        "signature-attributes": (
            "thuộc tính được ký của chữ ký số không đúng quy định",
            "the signature's signed attributes are not as they must be",
        ),
        "signature-unsigned-attributes": (
            "chữ ký số có phần không được ký bảo vệ",
            "the signature carries parts that nothing protects",
        ),
        "signature-certificate": (
            "chữ ký số không gắn với đúng chứng thư số của người ký",
            "the signature is not tied to the signer's certificate",
        ),
        "signature-other-data": ("chữ ký số ký trên dữ liệu khác", "the signature is over other data"),
        "signature-other-document": ("chữ ký số ký trên văn bản khác", "the signature is over another document"),
        "signature-other-record": ("chữ ký số ký trên bản ghi khác", "the signature is over another record"),
        "signature-purpose": ("chữ ký số có mục đích ký khác", "the signature is for another purpose"),
        "signature-time": ("thời gian ký không phù hợp", "the signature's time does not fit"),
        "time-naive": ("thời điểm kiểm tra không có múi giờ", "the time to judge at has no zone"),
    },
    CHAIN: {
        "certificate-expired": ("chứng thư số đã hết hạn", "the certificate has expired"),
        "certificate-not-yet-valid": ("chứng thư số chưa có hiệu lực", "the certificate is not valid yet"),
        "certificate-untrusted": (
            "chứng thư số không dẫn đến chứng thư gốc được tin cậy",
            "the certificate leads to no trusted root",
        ),
        "certificate-path": ("chuỗi chứng thư không đúng", "the certificate's chain does not hold"),
        "certificate-malformed": ("đây không phải chứng thư số", "this is no certificate"),
        "certificate-too-large": (
            "chứng thư số quá lớn hoặc quá phức tạp",
            "a certificate is too large or too complex",
        ),
    },
    REVOCATION: {
        "certificate-revoked": ("chứng thư số đã bị thu hồi", "the certificate was revoked"),
        "certificate-on-hold": (
            "chứng thư số đang bị tạm dừng tại nơi cấp",
            "the certificate's authority has put it on hold",
        ),
        "certificate-revocation-unknown": (
            "chưa rõ chứng thư số có bị thu hồi hay không",
            "whether the certificate was revoked is not known",
        ),
        "crl-malformed": ("danh sách thu hồi không đọc được", "a revocation list cannot be read"),
        "ocsp-malformed": ("trả lời OCSP không đọc được", "an OCSP response cannot be read"),
    },
    USAGE: {
        "certificate-usage": ("chứng thư số không dùng để ký", "the certificate is not for signing"),
    },
    ALGORITHMS: {
        "certificate-key-weak": (
            "khóa của chứng thư số không được chấp nhận tại thời điểm đó",
            "the certificate's key is not accepted at that time",
        ),
        "certificate-algorithm": (
            "chứng thư số dùng thuật toán không được chấp nhận",
            "the certificate uses an algorithm that is not accepted",
        ),
        "signature-algorithm": (
            "chữ ký số dùng thuật toán không được chấp nhận",
            "the signature uses an algorithm that is not accepted",
        ),
    },
    STAMP: {
        "stamp-malformed": ("dấu thời gian không đúng định dạng", "the time stamp is not well-formed"),
        "stamp-too-large": ("dấu thời gian quá lớn", "the time stamp is too large"),
        "stamp-signers": ("dấu thời gian không có đúng một người ký", "the time stamp has not exactly one signer"),
        "stamp-attributes": (
            "các thuộc tính được ký của dấu thời gian không đúng quy định",
            "the time stamp's signed attributes are not as they must be",
        ),
        "stamp-certificate": (
            "dấu thời gian không do chứng thư mà nó nêu tên tạo ra",
            "the time stamp is not by the certificate that it names",
        ),
        "stamp-wrong": ("chữ ký của dấu thời gian không hợp lệ", "the time stamp's signature does not hold"),
        "stamp-algorithm": (
            "dấu thời gian dùng thuật toán không được phép",
            "the time stamp uses a forbidden algorithm",
        ),
        "stamp-accuracy": ("dấu thời gian không đủ chính xác", "the time stamp is not exact enough"),
        "stamp-imprint": ("dấu thời gian thuộc về nội dung khác", "the time stamp is over something else"),
        "stamp-nonce": ("dấu thời gian trả lời cho một yêu cầu khác", "the time stamp answers another question"),
        "stamp-answer": (
            "không đọc được câu trả lời của cơ quan cấp dấu thời gian",
            "the time-stamp authority's answer cannot be read",
        ),
        "stamp-refused": ("cơ quan cấp dấu thời gian đã từ chối", "the time-stamp authority refused"),
        "stamp-usage": (
            "chứng thư của dấu thời gian không phải loại chỉ dùng để cấp dấu thời gian",
            "the time stamp's certificate is not for time stamps alone",
        ),
        "stamp-future": ("dấu thời gian ghi một thời điểm trong tương lai", "the time stamp is of a time to come"),
        "stamp-early": (
            "dấu thời gian có trước nội dung mà nó xác nhận",
            "the time stamp is older than what it stamps",
        ),
        "stamp-repeated": ("chữ ký có hai dấu thời gian", "the signature was stamped twice"),
        "stamp-other-record": (
            "dấu thời gian được ghi cho một bản ghi khác",
            "the time stamp is told of another record",
        ),
        "stamp-unavailable": ("cơ quan cấp dấu thời gian không trả lời", "the time-stamp authority does not answer"),
        "stamp-certificate-untrusted": (
            "chứng thư của cơ quan cấp dấu thời gian không dẫn tới chứng thư gốc tin cậy nào",
            "the time stamp's authority leads to no trusted root",
        ),
        "stamp-certificate-expired": (
            "chứng thư của cơ quan cấp dấu thời gian đã hết hạn",
            "the certificate of the time stamp's authority has expired",
        ),
        "stamp-certificate-revoked": (
            "chứng thư của cơ quan cấp dấu thời gian đã bị thu hồi",
            "the certificate of the time stamp's authority was revoked",
        ),
        "stamp-certificate-revocation-unknown": (
            "không rõ chứng thư của cơ quan cấp dấu thời gian đã bị thu hồi hay chưa",
            "whether the certificate of the time stamp's authority was revoked is not known",
        ),
    },
    BINDING: {
        "certificate-bound": ("chứng thư số đã được gắn", "the certificate is bound already"),
        "certificate-unbound": ("chứng thư số chưa được gắn với cán bộ nào", "the certificate is bound to no officer"),
        "certificate-of-another": ("chứng thư số là của cán bộ khác", "the certificate is another officer's"),
        "certificate-kind": ("chứng thư số thuộc loại khác", "the certificate is of another kind"),
        "certificate-suspended": (
            "chứng thư số đang tạm dừng vì thiết bị có thể chứa khóa đã bị mất",
            "the certificate is suspended: a device on which it may lie was lost",
        ),
    },
    EVIDENCE: {
        "appointment-missing": (
            "chứng cứ không cho thấy ai đã bổ nhiệm người ký hoặc đã giao quyền",
            "the evidence does not show who appointed the signer, or gave the mandate",
        ),
        "appointment-not-in-force": (
            "việc bổ nhiệm người ký đã chấm dứt hoặc chưa bắt đầu",
            "the signer's appointment had ended, or had not begun",
        ),
        "role-not-held": (
            "người ký không có vai trò được nêu",
            "the signer did not have the role that is told",
        ),
        "position-not-held": (
            "người ký không giữ chức vụ được nêu",
            "the signer did not hold the position that is told",
        ),
        "unit-untold": (
            "chứng cứ không cho thấy quan hệ trên dưới giữa hai đơn vị",
            "the evidence does not show how two units stand to each other",
        ),
        "approver-missing": (
            "hành vi phải được người thứ hai phê duyệt nhưng không có ai phê duyệt",
            "a second person had to approve the act, and nobody did",
        ),
        "approver-is-author": (
            "người thực hiện cũng chính là người phê duyệt",
            "who did the act approved it, too",
        ),
        "own-certificate": (
            "không ai được tự khôi phục chứng thư số của chính mình",
            "nobody reinstates their own certificate",
        ),
        "approver-own-certificate": (
            "cán bộ tự phê duyệt cho chứng thư số của chính mình trong khi có quản trị viên khác phê duyệt được",
            "an officer approved it for their own certificate, though another administrator could have",
        ),
        "administrator-unpinned": (
            "hành vi dựa vào một quản trị viên mà bạn không chỉ định tin cậy",
            "the act rests on an administrator whom you do not pin",
        ),
        "change-not-signed": (
            "thay đổi không nằm trong danh sách đã được ký",
            "the change stands in no list that was signed",
        ),
        "record-stale": (
            "bản ghi đã được ký quá lâu trước hành vi",
            "the record was signed too long before the act",
        ),
        "act-repeated": (
            "việc chỉ làm một lần lại được ghi hai lần",
            "what is done once is told twice",
        ),
        "leaf-disordered": (
            "thời gian của các hành vi không theo thứ tự trong nhật ký",
            "the acts' times do not follow their order in the log",
        ),
        "sign-failed": ("khóa không ký được", "the key did not sign"),
        "record-field": ("một trường của bản ghi không đúng quy định", "a field of the record is not as it must be"),
        "record-other-act": ("bản ghi là của hành vi khác", "the record is of another act"),
        "record-replayed": ("bản ghi đã được dùng trước đó", "the record was used before"),
        "record-delegation": (
            "văn bản giao ký của bản ghi bị thiếu, hoặc không phù hợp với tư cách ký",
            "the record's mandates are missing, or do not carry its capacity",
        ),
        "record-prior": ("bản ghi tiếp nối một bản ghi bị thiếu", "the record follows one that is missing"),
        "note-key": ("điểm kiểm soát được ký bằng khóa khác", "the checkpoint is signed by another key"),
        "note-signature": ("chữ ký của điểm kiểm soát không đúng", "the checkpoint's signature does not hold"),
        "note-malformed": ("điểm kiểm soát sai cấu trúc", "the checkpoint is not well-formed"),
        "checkpoint-origin": ("điểm kiểm soát là của nhật ký khác", "the checkpoint is of another log"),
        "consistency-proof": (
            "nhật ký không phải nhật ký đã thấy trước đây",
            "the log is not the one seen before",
        ),
        "inclusion-proof": ("lá không có trong nhật ký", "the leaf does not stand in the log"),
        "leaf-evidence": (
            "chứng cứ không phải những gì nhật ký đã ghi",
            "the evidence is not what the log recorded",
        ),
        "log-key-retired": (
            "điểm kiểm soát được ký bằng khóa nhật ký đã thôi dùng trước đó",
            "the checkpoint is signed by a log key that had been retired",
        ),
        "witness-missing": (
            "điểm kiểm soát thiếu chữ ký của bên chứng kiến được yêu cầu",
            "a witness that was asked for did not cosign the checkpoint",
        ),
        "witness-key": ("đây không phải khóa của bên chứng kiến", "this is no key of a witness"),
        "witness-answer": (
            "bên chứng kiến trả lời không dùng được",
            "what the witness answers cannot be used",
        ),
        "submission-malformed": (
            "yêu cầu chứng kiến sai cấu trúc",
            "what a witness is asked is not well-formed",
        ),
        "submission-unsigned": (
            "điểm kiểm soát không được ký bằng khóa nhật ký mà bên chứng kiến tin cậy",
            "the checkpoint is not signed by the log key that the witness trusts",
        ),
        "submission-cut": (
            "nhật ký ngắn hơn phần đã thấy trước đây",
            "the log is shorter than what was seen before",
        ),
        "submission-old": (
            "bên chứng kiến đã thấy nhật ký ở độ dài khác",
            "the witness saw the log at another size",
        ),
        "submission-fork": (
            "cùng độ dài nhưng nội dung nhật ký khác với phần đã thấy",
            "the log has as many leaves as was seen, and other ones",
        ),
        "succession-conceals": (
            "bản tuyên bố không nói hết phần nhật ký mà bên chứng kiến đã thấy",
            "the statement hides what the witness has seen of the log",
        ),
        "succession-wrong": (
            "bản tuyên bố thay khóa nhật ký có nội dung không hợp lệ",
            "a statement about the log's next key says what cannot be",
        ),
        "succession-malformed": (
            "bản tuyên bố thay khóa nhật ký sai cấu trúc",
            "a statement about the log's next key is not well-formed",
        ),
        "succession-broken": (
            "các bản tuyên bố thay khóa nhật ký không nối tiếp nhau",
            "the statements about the log's keys do not follow one another",
        ),
        "log-key": ("đây không phải khóa nhật ký", "this is no log key"),
        "act-unsigned": ("một hành vi thiếu chữ ký số", "an act lacks its signature"),
        "bundle-missing": (
            "gói chứng cứ thiếu quy trình của một bản ghi",
            "the process of a record is not in the pack",
        ),
        "pack-malformed": (
            "đây không phải gói chứng cứ, hoặc gói đã bị hỏng",
            "this is no evidence pack, or a damaged one",
        ),
        "pack-unaccounted": (
            "gói chứng cứ có thứ không thuộc hành vi nào",
            "the pack holds something that no act accounts for",
        ),
        "pack-object-missing": (
            "gói chứng cứ thiếu thứ mà một hành vi nêu tên",
            "the pack lacks something that an act names",
        ),
        "pack-too-large": ("gói chứng cứ quá lớn", "the pack is too large"),
        "readme-other": (
            "tệp README.txt không giống tệp do phiên bản Hoso này viết: đừng dựa vào các dòng lệnh trong đó",
            "the README is not the one that this edition of Hoso writes: do not rely on its lines",
        ),
        "no-witness": (
            "không có bên chứng kiến nào ký xác nhận điểm kiểm soát: một máy chủ gian dối có thể cho mỗi người xem một "
            "nhật ký khác nhau",
            "no witness cosigned the checkpoint: a dishonest server may show everybody another log",
        ),
        "witness-unpinned": (
            "khóa của các bên chứng kiến chỉ do chính nhật ký cho biết: hãy nêu khóa mà bạn tự có (--witness)",
            "the witnesses' keys are as the log itself tells them: name one that you know yourself (--witness)",
        ),
        "log-restored": (
            "nhật ký đã được phục hồi từ bản sao lưu và có những lá bị mất",
            "the log was restored from a backup, and leaves were lost",
        ),
        "not-examined": (
            "chưa kiểm tra được vì phần trước không đạt",
            "it could not be examined, because what comes before does not hold",
        ),
    },
}
REASONS: Mapping[str, Reason] = {
    code: Reason(check=check, vi=vi, en=en)
    for check, texts in (*_TEXTS.items(), (EVIDENCE, PDF_REASONS), (EVIDENCE, PACK_REASONS))
    for code, (vi, en) in texts.items()
}
NAMES: Mapping[str, Reason] = {
    INTEGRITY: Reason(check=INTEGRITY, vi="tính toàn vẹn", en="integrity"),
    CHAIN: Reason(check=CHAIN, vi="đường dẫn tin cậy và thời hạn", en="path to a trusted root, with dates"),
    REVOCATION: Reason(check=REVOCATION, vi="tình trạng thu hồi", en="revocation"),
    USAGE: Reason(check=USAGE, vi="mục đích sử dụng khóa", en="key usage"),
    ALGORITHMS: Reason(check=ALGORITHMS, vi="thuật toán", en="algorithms"),
    STAMP: Reason(check=STAMP, vi="dấu thời gian", en="time stamp"),
    BINDING: Reason(check=BINDING, vi="chứng thư số của ai", en="whose certificate"),
}
RESULTS: Mapping[str, Reason] = {
    "valid": Reason(check="", vi="hợp lệ", en="valid"),
    "invalid": Reason(check="", vi="không hợp lệ", en="invalid"),
    "undecidable": Reason(check="", vi="không kết luận được", en="cannot be decided"),
}
