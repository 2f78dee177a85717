"""A commune with an office, two divisions and a centre: who is what, from when, by which decision."""

from datetime import UTC, date, datetime

from engine.people.organisation import (
    Absence,
    Appointment,
    Mandate,
    MandateKind,
    Organisation,
    Position,
    RoleGrant,
    Scope,
    Unit,
)

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam, a Friday
SINCE = date(2026, 1, 1)

UNITS = (
    Unit(id="ubnd", name="Ủy ban nhân dân", collective=True),
    Unit(id="van-phong", name="Văn phòng", parent="ubnd"),
    Unit(id="tu-phap", name="Phòng Tư pháp", parent="ubnd"),
    Unit(id="ho-tich", name="Tổ Hộ tịch", parent="tu-phap"),
    Unit(id="trung-tam", name="Trung tâm", parent="ubnd"),
)
POSITIONS = (
    Position(id="chu-tich", title="Chủ tịch", unit="ubnd", rank="head", roles=frozenset({"lanh-dao"})),
    Position(id="pho-chu-tich", title="Phó Chủ tịch", unit="ubnd", rank="deputy"),
    Position(id="pho-chu-tich-2", title="Phó Chủ tịch", unit="ubnd", rank="deputy"),
    Position(id="chanh-van-phong", title="Chánh Văn phòng", unit="van-phong", rank="head", roles=frozenset({"don-vi"})),
    Position(id="pho-van-phong", title="Phó Chánh Văn phòng", unit="van-phong", rank="deputy"),
    Position(id="truong-phong", title="Trưởng phòng", unit="tu-phap", rank="head", roles=frozenset({"don-vi"})),
    Position(id="pho-phong", title="Phó Trưởng phòng", unit="tu-phap", rank="deputy"),
    Position(id="to-truong", title="Tổ trưởng", unit="ho-tich", rank="head"),
    Position(id="ho-tich-vien", title="Hộ tịch viên", unit="ho-tich", roles=frozenset({"ho-tich"})),
    Position(id="giam-doc", title="Giám đốc", unit="trung-tam", rank="head", roles=frozenset({"giam-doc"})),
    Position(id="pho-giam-doc", title="Phó Giám đốc", unit="trung-tam", rank="deputy"),
)
HOLDERS = {
    "an": "chu-tich", "binh": "pho-chu-tich", "chi": "pho-chu-tich-2", "dung": "chanh-van-phong",
    "giang": "pho-van-phong", "hoa": "truong-phong", "khanh": "pho-phong", "lan": "to-truong",
    "minh": "ho-tich-vien", "nga": "giam-doc", "oanh": "pho-giam-doc",
}  # fmt: skip


def held(
    officer: str, position: str, *, since: date = SINCE, until: date | None = None, acting: bool = False
) -> Appointment:
    """An appointment."""
    return Appointment(
        officer=officer, position=position, since=since, until=until, acting=acting, document=f"QĐ bổ nhiệm {officer}"
    )


def mandate(
    id: str,
    kind: MandateKind,
    by: str,
    to: str,
    *,
    since: date = SINCE,
    until: date | None = date(2026, 12, 31),
    kinds: frozenset[str] | None = frozenset({"cong-van"}),
    procedures: frozenset[str] | None = None,
    condition: str | None = None,
    under: str | None = None,
    when_away: bool = False,
) -> Mandate:
    """A mandate, as for official letters until the end of the year."""
    return Mandate(
        id=id,
        kind=kind,
        given_by=by,
        given_to=to,
        since=since,
        until=until,
        document=f"QĐ {id}",
        scope=Scope(kinds=kinds, procedures=procedures, condition=condition),
        under=under,
        when_away=when_away,
    )


def away(
    officer: str, substitute: str | None = None, *, since: datetime | None = None, until: datetime | None = None
) -> Absence:
    """An absence: that whole day, if nothing else is said."""
    return Absence(
        officer=officer,
        since=since or datetime(2026, 11, 19, 17, 0, tzinfo=UTC),
        until=until or datetime(2026, 11, 20, 17, 0, tzinfo=UTC),
        substitute=substitute,
        document=f"Giấy nghỉ phép {officer}",
    )


def office(
    *mandates: Mandate,
    absences: tuple[Absence, ...] = (),
    grants: tuple[RoleGrant, ...] = (),
    besides: tuple[Appointment, ...] = (),
    without: frozenset[str] = frozenset(),
) -> Organisation:
    """The commune with these mandates and absences, and without some officers."""
    holders = tuple(held(officer, position) for officer, position in HOLDERS.items() if officer not in without)
    return Organisation(
        units=UNITS,
        positions=POSITIONS,
        appointments=(*holders, *besides),
        grants=grants,
        absences=absences,
        mandates=mandates,
    )
