"""What each code about the form of a pack and its parts means, in Vietnamese and English."""

from collections.abc import Mapping

PACK_REASONS: Mapping[str, tuple[str, str]] = {
    "bundle-malformed": ("quy trình trong gói không đọc được", "a process in the pack cannot be read"),
    "checkpoint-malformed": ("điểm kiểm soát sai cấu trúc", "the checkpoint is not well-formed"),
    "evidence-malformed": ("chứng cứ của một lá sai cấu trúc", "the evidence of a leaf is not well-formed"),
    "json-duplicate-key": ("dữ liệu JSON có khóa lặp lại", "JSON has a key twice"),
    "json-malformed": ("đây không phải dữ liệu JSON", "this is no JSON text"),
    "json-not-canonical": ("dữ liệu JSON không ở dạng chuẩn", "JSON is not in its canonical form"),
    "json-too-large": ("dữ liệu JSON quá lớn hoặc quá sâu", "JSON is too large, or too deep"),
    "json-value": ("dữ liệu JSON có giá trị không được phép", "JSON has a value that it must not have"),
    "leaf-field": ("một trường của lá không đúng quy định", "a field of a leaf is not as it must be"),
    "leaf-format": ("đây không phải lá của nhật ký", "this is no leaf of a log"),
    "leaf-future": ("lá có thời gian muộn hơn thời điểm kiểm tra", "a leaf is of a time to come"),
    "leaf-salt": ("muối của một lá không đúng độ dài", "the salt of a leaf has another length"),
    "log-origin": ("tên nhật ký không hợp lệ", "the name of the log cannot be used"),
    "manifest-name": (
        "tên của một văn bản không dùng được trong gói chứng cứ",
        "the name of a document cannot stand in a pack",
    ),
    "pack-conflict": (
        "hai tệp khác nhau có cùng tên trong gói chứng cứ",
        "two different files have one name in the pack",
    ),
    "pack-name": (
        "gói chứng cứ có tệp mang tên không được phép",
        "the pack has an entry whose name is not allowed",
    ),
    "pack-trail": (
        "các lá, muối, chứng cứ và bằng chứng trong gói không đủ hoặc không khớp nhau",
        "leaves, salts, evidence and proofs in the pack are not complete, or do not go together",
    ),
    "pdf-level": (
        "tệp PDF đã hoàn tất không có đủ bằng chứng lâu dài",
        "the finished PDF lacks the proofs for the long term",
    ),
    "pdf-limits": (
        "để đọc tệp PDF cần nhiều thời gian hoặc bộ nhớ hơn mức cho phép ở đây",
        "to read the PDF takes more time or memory than is allowed here",
    ),
    "pdf-signer": (
        "tệp PDF do người khác ký, không phải người ký bản ghi",
        "the PDF is signed by another than the record",
    ),
    "proof-malformed": ("bằng chứng có mặt trong nhật ký sai cấu trúc", "a proof of inclusion is not well-formed"),
    "proposal-differs": (
        "việc phê duyệt nêu nội dung khác với đề xuất",
        "the approval names something else than the proposal",
    ),
    "record-format": ("đây không phải bản ghi", "this is no record"),
    "record-too-large": ("bản ghi quá lớn", "the record is too large"),
    "right-missing": ("người thực hiện không có quyền làm việc này", "who does this has no right to"),
}
