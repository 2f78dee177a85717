"""What each code about a PDF means, in Vietnamese and English (TT 15/2025/TT-BKHCN wants the result in Vietnamese)."""

from collections.abc import Mapping

PDF_REASONS: Mapping[str, tuple[str, str]] = {
    "pdf-active": (
        "tệp PDF có nội dung tự chạy, ẩn hoặc thay đổi hiển thị",
        "the PDF has content that runs, hides or changes what it shows",
    ),
    "pdf-byte-range": (
        "chữ ký số không bao phủ đúng phần nội dung tệp PDF phải bao phủ",
        "the signature does not cover what it must of the PDF",
    ),
    "pdf-changed": (
        "tệp PDF bị thay đổi ngoài những gì được phép",
        "the PDF was changed beyond what is permitted",
    ),
    "pdf-encrypted": ("tệp PDF bị mã hóa", "the PDF is encrypted"),
    "pdf-field-missing": ("tệp PDF không có vị trí ký này", "the PDF has no such place to sign"),
    "pdf-field-name": ("tên vị trí ký trong tệp PDF không đúng quy ước", "a place to sign is not named as it must be"),
    "pdf-form": ("biểu mẫu trong tệp PDF không đúng quy ước", "the form in the PDF is not as it must be"),
    "pdf-lock-missing": (
        "chữ ký số không khóa nội dung tệp PDF như quy định",
        "the signature does not lock the PDF as it must",
    ),
    "pdf-locked": ("vị trí này đã bị khóa bởi một chữ ký trước", "an earlier signature locked this place"),
    "pdf-look": ("hình ảnh chữ ký không hợp lệ", "the appearance of the signature cannot be used"),
    "pdf-malformed": ("tệp PDF sai cấu trúc hoặc quá lớn", "the PDF is not well-formed, or too large"),
    "pdf-not-appended": (
        "tệp PDF bị sửa chứ không chỉ được nối thêm",
        "the PDF was changed and not only appended to",
    ),
    "pdf-padding": (
        "có dữ liệu không được bảo vệ phía sau chữ ký số trong tệp PDF",
        "unprotected data stand behind a signature in the PDF",
    ),
    "pdf-signature-malformed": (
        "chữ ký số trong tệp PDF sai cấu trúc",
        "a signature in the PDF is not well-formed",
    ),
    "pdf-signed": ("vị trí này đã được ký", "this place is signed already"),
    "pdf-time": (
        "tệp PDF được chuẩn bị cho thời điểm ký khác",
        "the PDF was prepared for another time of signing",
    ),
    "pdf-unsigned": ("tệp PDF chưa được ký số", "the PDF is not signed"),
    "pdf-validation-data": (
        "dữ liệu kiểm tra chữ ký kèm trong tệp PDF không đọc được",
        "the validation data in the PDF cannot be read",
    ),
    "signature-slack": (
        "chữ ký số có phần không được bảo vệ khác với quy định",
        "unprotected parts of the signature are not as they must be",
    ),
}
