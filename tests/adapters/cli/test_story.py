"""A history reads like a story, in both languages, and hides nothing."""

import pytest

from adapters.cli.language import activate
from adapters.cli.story import _TELLERS, CHANGES, sentence, tell


def act(told: str, actor: str = "lan", /, **details: object) -> dict:
    who = {} if actor == "hoso" else {"actor_name": "Nguyễn Thị Lan", "actor_position": "Chuyên viên"}
    return {"time": "2026-11-21T18:30:00Z", "actor": actor, "act": told, "details": details, **who}


STORY = [
    act("dossier-started", channel="counter", applicant={"name": "Trần Văn An"}, title="Khai tử"),
    act("task-claimed", name="Dự thảo"),
    act("task-completed", name="Phê duyệt", purpose="approval", data={"decision": "return", "comment": "Thiếu căn cứ"},
        opened=[{"name": "Dự thảo", "role": "chuyen-vien"}]),
    act("completion-refused", name="Phê duyệt", code="certificate-of-another", message="bound to an"),
    act("number-issued", "hoso", number="01", register="van-ban-di", year=2026),
    act("dispatch-sent", "hoso", channel="email", recipient={"name": "Sở Nội vụ"}),
    act("message-received", name="hẹn-lại", ended=True),
]  # fmt: skip


def test_english():
    """Who, in which position, did what, with decision and reason; times are Vietnam's."""
    assert list(tell(STORY)) == [
        "2026-11-22 01:30  Nguyễn Thị Lan (Chuyên viên) received the dossier through the counter from Trần Văn An:"
        " “Khai tử”",
        "2026-11-22 01:30  Nguyễn Thị Lan (Chuyên viên) took “Dự thảo”",
        "2026-11-22 01:30  Nguyễn Thị Lan (Chuyên viên) signed and completed “Phê duyệt” — returned: “Thiếu căn cứ”",
        "                  → opens: Dự thảo, for chuyen-vien",
        "2026-11-22 01:30  Nguyễn Thị Lan (Chuyên viên) tried to complete “Phê duyệt” and was refused: bound to an"
        "   [certificate-of-another]",
        "2026-11-22 01:30  The system took the next number 01, register van-ban-di",
        "2026-11-22 01:30  The system sent the result by email to Sở Nội vụ",
        "2026-11-22 01:30  Nguyễn Thị Lan (Chuyên viên) passed on the message “hẹn-lại”",
        "                  → the dossier is completed",
    ]


def test_what_events_started_and_what_waited():
    """Which event it was; that a message of the dossier waits, and that nobody took it."""
    told = [
        act("dossier-started", "hoso", channel="online", title="Báo cáo", started_by={"timer": "moi-tuan"}),
        act("message-buffered", "hoso", name="xác-minh"),
        act("message-expired", "hoso", name="xác-minh"),
    ]
    assert [line.partition("  ")[2] for line in tell(told)] == [
        "The system received the dossier through the portal: “Báo cáo”, by the timer “moi-tuan”",
        "The message waits for its receiver: “xác-minh”",
        "Nobody took the message in time: “xác-minh”",
    ]


def test_what_was_repeated():
    """How often, for which reasons; and what an auditor asked for, again and again."""
    twice = [{"code": "task-held", "count": 2}, {"code": "gone", "count": 5}]
    told = [
        act("refusals-counted", of="claim-refused", name="Dự thảo", count=7, repeats=twice),
        act("refusals-counted", of="act-refused", count=1, repeats=None),
        act("trail-read", asked="/v1/units"),
        {**act("trail-read", count=3), "subject": "/v1/units"},
    ]
    who = "Nguyễn Thị Lan (Chuyên viên)"
    lines = [line.partition("  ")[2] for line in tell(told)]
    assert lines[0].startswith(f"{who} was refused the same again at “Dự thảo” (times: 7): ")
    assert lines[0].endswith("[task-held] × 2; [gone] × 5")
    assert lines[1:] == [
        f"{who} was refused the same again (times: 1)",
        f"{who} read, as an auditor, “/v1/units”",
        f"{who} read, as an auditor, “/v1/units” (times more: 3)",
    ]


def test_vietnamese():
    """The same story as an office here would tell it."""
    activate("vi")
    lines = list(tell(STORY))
    assert lines[0] == (
        "22/11/2026 01:30  Nguyễn Thị Lan (Chuyên viên) đã tiếp nhận hồ sơ qua bộ phận một cửa của Trần Văn An:"
        " “Khai tử”"
    )
    assert "đã ký số và hoàn thành bước “Phê duyệt” — trả lại: “Thiếu căn cứ”" in lines[2]
    assert "Hệ thống đã lấy số tiếp theo 01, sổ van-ban-di" in lines[5]
    assert "Hệ thống đã gửi kết quả qua thư điện tử cho Sở Nội vụ" in lines[6]


def test_unknown_act():
    """An act that this client does not know is told by its name, with its facts."""
    assert sentence(act("parcel-weighed", grams=120)) == "Nguyễn Thị Lan (Chuyên viên): parcel-weighed (grams: 120)"


@pytest.mark.parametrize("name", sorted(_TELLERS))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_bare_acts(name, language):
    """Every act can be told when its details are missing or strange, and control characters never get out."""
    activate(language)
    assert sentence({"act": name, "actor": "lan", "details": None})
    nasty = "x\x1b[2J\u202e"
    strange = act(
        name, document=nasty, message=nasty, name=nasty, number=[1], recipient={"name": nasty}, data="x", title=nasty
    )
    assert sentence(strange).isprintable()


def test_a_start_tells_what_the_dossier_calls():
    """Other processes by key and version; its own is told already."""
    bundles = [{"key": "van-ban-di", "version": 2}, {"key": "xac-minh", "version": 1}]
    started = act("dossier-started", channel="counter", title="Đơn", bundles=bundles)
    assert list(tell([started]))[1:] == ["                  → calls: xac-minh, version 1"]
    assert len(list(tell([act("dossier-started", bundles="x"), act("dossier-started", bundles={"a": 1})]))) == 2


def test_changes_of_the_organisation_and_stamps():
    """Told in words and in the reader's language, by both persons; what was given is not the giver's position."""
    given = {"officer": "mai", "position": "van-thu", "since": "2026-12-01", "number": 7, "approved_by": "binh"}
    activate("vi")
    assert sentence({"actor": "an", "act": "officer-appointed", "details": given}) == (
        "an: mai giữ vị trí van-thu, từ 01/12/2026 (bổ nhiệm số 7), binh phê duyệt"
    )
    stamp = {"actor": "hoso", "act": "signature-stamped", "details": {"time": "2026-11-21T18:30:00Z"}}
    assert sentence(stamp) == "Dấu thời gian chứng minh chữ ký đã có vào lúc 22/11/2026 01:30"
    for kind in CHANGES:
        assert kind not in sentence({"actor": "an", "act": kind, "details": {}}), "it needs no detail to be told"
