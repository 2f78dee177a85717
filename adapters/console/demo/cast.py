"""Who plays in the demo, and what they hand in. Names and numbers are invented."""

from dataclasses import dataclass
from typing import Any

AGENCY = "H29.5"
AGENCY_NAME = "Ủy ban nhân dân phường Bến Thành"
AGENCY_ADDRESS = "92 đường Nguyễn Trãi, phường Bến Thành, Thành phố Hồ Chí Minh"
AGENCY_EMAIL = "vanthu@benthanh.example"
UNITS = (("van-phong", "Văn phòng HĐND và UBND"), ("khu-pho-3", "Khu phố 3"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """An officer of the demo."""

    id: str
    name: str
    position: str
    unit: str
    roles: tuple[str, ...]


ADMINISTRATOR = Player(
    id="an", name="Nguyễn Thị An", position="Quản trị hệ thống", unit="agency", roles=("administrator",)
)
OFFICERS = (
    Player(id="tuan", name="Lê Anh Tuấn", position="Kỹ sư tích hợp", unit="agency", roles=("integrator",)),
    Player(id="lan", name="Phạm Thị Lan", position="Chuyên viên", unit="van-phong", roles=("chuyen-vien",)),
    Player(id="minh", name="Trần Quang Minh", position="Chánh Văn phòng", unit="van-phong", roles=("truong-don-vi",)),
    Player(id="hoa", name="Võ Thị Hoa", position="Văn thư", unit="agency", roles=("van-thu",)),
    Player(id="hang", name="Trần Thị Thu Hằng", position="Phó Chủ tịch", unit="agency", roles=("lanh-dao",)),
    Player(id="duc", name="Phạm Hoàng Đức", position="Chủ tịch", unit="agency", roles=("chu-tich",)),
    Player(id="bao", name="Lê Quốc Bảo", position="Công chức hộ tịch", unit="agency", roles=("ho-tich",)),
    Player(id="nam", name="Lý Văn Nam", position="Cán bộ khu phố 3", unit="khu-pho-3", roles=("khu-pho",)),
    Player(id="kiem", name="Đỗ Minh Kiểm", position="Kiểm tra viên", unit="agency", roles=("auditor",)),
)
SIGNERS = frozenset({"lanh-dao", "chu-tich", "ho-tich"})
"""The roles that sign results, and whose image their signature shows."""
CITIZEN_ADDRESS = "12/5 đường Lê Thị Riêng, phường Bến Thành, Thành phố Hồ Chí Minh"

LETTER_START: dict[str, Any] = {
    "title": "Trả lời kiến nghị về lịch tiếp nhận hồ sơ trực tuyến",
    "citizen_name": "Bà Nguyễn Thị Ánh Tuyết",
    "citizen_address": CITIZEN_ADDRESS,
    "citizen_phone": "0903 123 456",
    "consent": {
        "who": "Nguyễn Thị Ánh Tuyết",
        "when": "2026-11-20T02:15:00Z",
        "channel": "điện thoại",
        "address": CITIZEN_ADDRESS,
        "commune": "26743",
    },
}
DRAFT: dict[str, Any] = {
    "subject": "trả lời kiến nghị về lịch tiếp nhận hồ sơ trực tuyến",
    "body": (
        "Ủy ban nhân dân phường đã nhận kiến nghị về lịch tiếp nhận hồ sơ trực tuyến.\n"
        "Phường tiếp nhận hồ sơ trực tuyến cả ngày; hồ sơ đến sau 15 giờ được tính từ ngày làm việc tiếp theo.\n"
        "Ủy ban nhân dân phường trân trọng thông báo."
    ),
    "urgency": "thuong",
    "recipient_name": "Sở Nội vụ Thành phố Hồ Chí Minh",
    "recipient_email": "vanthu@sonoivu.example",
    "citizen_name": "Bà Nguyễn Thị Ánh Tuyết",
    "citizen_address": CITIZEN_ADDRESS,
    "citizen_phone": "0903 123 456",
    "signer_capacity": "KT.",
    "signer_title": "Phó Chủ tịch",
    "signer_name": "Trần Thị Thu Hằng",
}
REDRAFT: dict[str, Any] = {
    **DRAFT,
    "body": DRAFT["body"].replace("Phường tiếp nhận", "Từ ngày 24 tháng 11 năm 2026, phường tiếp nhận"),
}
DEATH: dict[str, Any] = {
    "title": "Khai tử cho ông Nguyễn Văn Thưởng",
    "deceased_name": "Nguyễn Văn Thưởng",
    "deceased_birth": "12/03/1941",
    "deceased_gender": "Nam",
    "deceased_ethnicity": "Kinh",
    "deceased_nationality": "Việt Nam",
    "deceased_residence": "45/7 đường Nguyễn Thái Bình, phường Bến Thành, Thành phố Hồ Chí Minh",
    "deceased_identity": "Căn cước số 079041000000",
    "death_time": "05 giờ 40 phút, ngày 19 tháng 11 năm 2026",
    "death_place": "Bệnh viện Nhân dân Gia Định",
    "death_cause": "Bệnh già",
    "death_notice": "117/GBT",
    "death_notice_date": "19/11/2026",
    "death_notice_issuer": "Bệnh viện Nhân dân Gia Định",
    "applicant_name": "Nguyễn Thị Kim Ngân",
    "applicant_relation": "con",
    "delivery": "post",
    "address": "45/7 đường Nguyễn Thái Bình, phường Bến Thành, Thành phố Hồ Chí Minh",
    "phone": "0908 000 111",
    "consent": {
        "who": "Nguyễn Thị Kim Ngân",
        "when": "2026-11-20T03:00:00Z",
        "channel": "trực tiếp",
        "address": "45/7 đường Nguyễn Thái Bình, phường Bến Thành, Thành phố Hồ Chí Minh",
        "commune": "26743",
    },
    "registrar_name": "Lê Quốc Bảo",
    "chairman_name": "Phạm Hoàng Đức",
}
