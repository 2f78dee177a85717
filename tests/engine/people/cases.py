"""Worked cases of capacities (NĐ 30/2020 Đ13): who signs what in which organisation, and what must come out."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from engine.people.organisation import Organisation, RoleGrant
from tests.engine.people.office import NOW, away, held, mandate, office

KT = mandate("kt", "KT", "chu-tich", "pho-chu-tich")
KT_AWAY = mandate("kt-vang", "KT", "chu-tich", "pho-chu-tich", kinds=None, when_away=True)
KT_2_AWAY = mandate("kt-vang-2", "KT", "chu-tich", "pho-chu-tich-2", kinds=None, when_away=True)
TL = mandate("tl", "TL", "chu-tich", "chanh-van-phong")
TL_PASSED = mandate("tl-pho", "KT", "chanh-van-phong", "pho-van-phong", under="tl")
TUQ = mandate("tuq", "TUQ", "giam-doc", "truong-phong")
TUQ_TOP = mandate("tuq-tp", "TUQ", "chu-tich", "truong-phong")
TUQ_PASSED = mandate("tuq-pho", "KT", "truong-phong", "pho-phong", under="tuq-tp")
UNIT_KT = mandate("kt-vp", "KT", "chanh-van-phong", "pho-van-phong")
SMALL = mandate("kt-nho", "KT", "chu-tich", "pho-chu-tich", kinds=None, condition="=amount <= 50000000")
DEATHS = mandate("kt-ht", "KT", "chu-tich", "pho-chu-tich", kinds=None, procedures=frozenset({"khai-tu"}))
BOTH = held("binh", "pho-giam-doc")
KT_CENTRE = mandate("kt-tt", "KT", "giam-doc", "pho-giam-doc")


@dataclass(frozen=True, kw_only=True)
class Case:
    """Who signs what in which organisation, and what must come out: a kind with its block, or a code."""

    name: str
    who: str
    gives: str
    office: Organisation = field(default_factory=office)
    role: str = "lanh-dao"
    unit: str = "ubnd"
    kind: str | None = "cong-van"
    procedure: str | None = None
    data: dict[str, object] = field(default_factory=dict)
    block: tuple[str, ...] | None = None
    now: datetime = NOW


TM = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
KT_BLOCK = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
LATE = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
LAST_EVENING = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 00:00 in Vietnam
OLD = mandate("kt-cu", "KT", "chu-tich", "pho-chu-tich", until=date(2026, 10, 31))
SOON = mandate("kt-moi", "KT", "chu-tich", "pho-chu-tich", since=date(2026, 12, 1))
LEFT = frozenset({"an"})
ACTING = (held("binh", "chu-tich", since=date(2026, 11, 1), acting=True),)


def granted(unit: str, *, until: date | None = None) -> RoleGrant:
    """A role that one person has beside the position."""
    since = date(2026, 1, 1)
    return RoleGrant(officer="lan", role="ho-tich", unit=unit, since=since, until=until, document="QĐ 1")


TL_SMALL = mandate("tl", "TL", "chu-tich", "chanh-van-phong", condition="=amount <= 10")
FIELDS = mandate(
    "kt-lv",
    "KT",
    "chu-tich",
    "pho-chu-tich",
    kinds=None,
    condition='=amount <= 10 and list contains(["đất đai", "xây dựng"], field)',
)
CENTRE_AWAY = mandate("kt-tt-vang", "KT", "giam-doc", "pho-giam-doc", kinds=None, when_away=True)


SECTIONS: dict[str, list[Case]] = {
    "In one's own position": [
        Case(name="the chairman signs for the committee", who="an", gives="TM.", block=TM),
        Case(name="a head of a unit signs in the own position", who="dung", role="don-vi", unit="van-phong",
             gives="", block=("CHÁNH VĂN PHÒNG",)),
        Case(name="a head of a unit that decides alone", who="nga", role="giam-doc", unit="trung-tam", gives="",
             block=("GIÁM ĐỐC",)),
        Case(name="the nearest unit with the role is competent", who="hoa", role="don-vi", unit="ho-tich",
             gives="", block=("TRƯỞNG PHÒNG",)),
        Case(name="the role of the unit next door does not count", who="dung", role="don-vi", unit="ho-tich",
             gives="no-mandate"),
        Case(name="the chairman for a dossier of a division", who="an", unit="ho-tich", gives="TM.", block=TM),
        Case(name="staff in the own position", who="minh", role="ho-tich", unit="ho-tich", gives="",
             block=("HỘ TỊCH VIÊN",)),
        Case(name="acting chairman", who="binh", gives="Q.", office=office(besides=ACTING, without=LEFT),
             block=("TM. ỦY BAN NHÂN DÂN", "Q. CHỦ TỊCH")),
        Case(name="acting head of a unit", who="khanh", role="don-vi", unit="tu-phap", gives="Q.",
             office=office(besides=(held("khanh", "truong-phong", acting=True),), without=frozenset({"hoa"})),
             block=("Q. TRƯỞNG PHÒNG",)),
        Case(name="acting, and not yet", who="binh", gives="no-mandate",
             office=office(besides=(held("binh", "chu-tich", since=date(2026, 12, 1), acting=True),), without=LEFT)),
        Case(name="a role granted to a person", who="lan", role="ho-tich", unit="ho-tich", gives="",
             office=office(grants=(granted("ho-tich"),)), block=()),
        Case(name="a role granted elsewhere", who="lan", role="ho-tich", unit="ho-tich", gives="no-mandate",
             office=office(grants=(granted("van-phong"),))),
        Case(name="a role granted until yesterday", who="lan", role="ho-tich", unit="ho-tich", gives="no-mandate",
             office=office(grants=(granted("ubnd", until=date(2026, 11, 19)),))),
        Case(name="the appointment ended yesterday", who="an", gives="no-position",
             office=office(besides=(held("an", "chu-tich", until=date(2026, 11, 19)),), without=LEFT)),
        Case(name="the appointment ends today", who="an", gives="TM.",
             office=office(besides=(held("an", "chu-tich", until=date(2026, 11, 20)),), without=LEFT), block=TM),
        Case(name="a stranger", who="xuan", gives="no-position"),
        Case(name="nobody is competent", who="an", role="bo-truong", gives="no-mandate"),
    ],
    'Away': [
        Case(name="the chairman is away", who="an", gives="absent", office=office(absences=(away("an", "binh"),))),
        Case(name="the chairman comes back at noon", who="an", gives="TM.",
             now=datetime(2026, 11, 20, 5, 0, tzinfo=UTC),
             office=office(absences=(away("an", "binh", until=datetime(2026, 11, 20, 5, 0, tzinfo=UTC)),)), block=TM),
        Case(name="a substitute without a mandate signs nothing", who="binh", gives="no-mandate",
             office=office(absences=(away("an", "binh"),))),
    ],
    'KT.': [
        Case(name="a deputy in an assigned field", who="binh", gives="KT.", office=office(KT), block=KT_BLOCK),
        Case(name="a deputy without a mandate", who="chi", gives="no-mandate", office=office(KT)),
        Case(name="another kind of document", who="binh", gives="mandate-out-of-scope", office=office(KT),
             kind="quyet-dinh"),
        Case(name="a document of no kind", who="binh", gives="mandate-out-of-scope", office=office(KT), kind=None),
        Case(name="a field is a procedure", who="binh", gives="KT.", office=office(DEATHS), procedure="khai-tu",
             block=KT_BLOCK),
        Case(name="another procedure", who="binh", gives="mandate-out-of-scope", office=office(DEATHS),
             procedure="khai-sinh"),
        Case(name="within the amount", who="binh", gives="KT.", office=office(SMALL),
             data={"amount": 50_000_000}, block=KT_BLOCK),
        Case(name="above the amount", who="binh", gives="mandate-out-of-scope", office=office(SMALL),
             data={"amount": 50_000_001}),
        Case(name="no amount is known", who="binh", gives="mandate-out-of-scope", office=office(SMALL)),
        Case(name="the amount is no number", who="binh", gives="mandate-out-of-scope", office=office(SMALL),
             data={"amount": "ít"}),
        Case(name="a condition that cannot be read", who="binh", gives="mandate-out-of-scope",
             office=office(mandate("kt-hong", "KT", "chu-tich", "pho-chu-tich", condition="=amount <"))),
        Case(name="it has ended", who="binh", gives="mandate-not-in-force", office=office(OLD)),
        Case(name="it has not begun", who="binh", gives="mandate-not-in-force", office=office(SOON)),
        Case(name="an old and a new one", who="binh", gives="KT.", office=office(OLD, KT), block=KT_BLOCK),
        Case(name="the last minute of the last day", who="binh", gives="KT.", office=office(KT),
             now=LAST_EVENING, block=KT_BLOCK),
        Case(name="the first minute after it", who="binh",
             gives="mandate-not-in-force", office=office(KT), now=NEW_YEAR),
        Case(name="the deputy is away, too", who="binh", gives="absent", office=office(KT,
             absences=(away("an"), away("binh")))),
        Case(name="only while the chairman is away: there", who="binh", gives="mandate-giver-there",
             office=office(KT_AWAY)),
        Case(name="only while the chairman is away: away", who="binh", gives="KT.", office=office(KT_AWAY,
             absences=(away("an"),)), block=KT_BLOCK),
        Case(name="the first deputy away, the second signs", who="chi", gives="KT.",
             office=office(KT_AWAY, KT_2_AWAY, absences=(away("an"), away("binh"))), block=KT_BLOCK),
        Case(name="head and both deputies away", who="chi", gives="absent",
             office=office(KT_AWAY, KT_2_AWAY, absences=(away("an"), away("binh"), away("chi")))),
        Case(name="nobody holds the position", who="binh", gives="mandate-vacant", office=office(KT, without=LEFT)),
        Case(name="the deputy for an acting chairman", who="chi", gives="KT.",
             office=office(KT_2_AWAY, besides=ACTING, without=LEFT, absences=(away("binh"),)), block=KT_BLOCK),
        Case(name="no deputy of that head", who="giang", gives="mandate-void",
             office=office(mandate("x", "KT", "chu-tich", "pho-van-phong"))),
        Case(name="given by one who is no head", who="giang", role="don-vi", unit="van-phong", gives="no-mandate",
             office=office(mandate("x", "KT", "pho-chu-tich", "pho-van-phong"))),
        Case(name="a deputy of a unit for its head", who="giang", role="don-vi", unit="van-phong", gives="KT.",
             office=office(UNIT_KT),
             block=("KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG")),
    ],
    'Acting for two heads': [
        Case(name="two heads: for the chairman", who="binh", gives="KT.", office=office(KT, KT_CENTRE,
             besides=(BOTH,)), block=KT_BLOCK),
        Case(name="two heads: for the director", who="binh", role="giam-doc", unit="trung-tam", gives="KT.",
             office=office(KT, KT_CENTRE, besides=(BOTH,)), block=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        Case(name="two heads: the other one's mandate", who="binh",
             role="giam-doc", unit="trung-tam", gives="no-mandate",
             office=office(KT, besides=(BOTH,))),
    ],
    'TL.': [
        Case(name="by order", who="dung", gives="TL.", office=office(TL), block=("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
        Case(name="by order, another kind", who="dung", gives="mandate-out-of-scope", office=office(TL),
             kind="quyet-dinh"),
        Case(name="by order for everything", who="dung", gives="mandate-void",
             office=office(mandate("tl-het", "TL", "chu-tich", "chanh-van-phong", kinds=None))),
        Case(name="by order to a deputy at once", who="giang", gives="mandate-void",
             office=office(mandate("tl-pho", "TL", "chu-tich", "pho-van-phong"))),
        Case(name="by order, passed on to a deputy", who="giang", gives="TL.", office=office(TL, TL_PASSED),
             block=("TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG")),
        Case(name="passed on, but the order has ended", who="giang", gives="mandate-not-in-force",
             office=office(mandate("tl", "TL", "chu-tich", "chanh-van-phong", until=date(2026, 10, 31)), TL_PASSED)),
        Case(name="passed on beyond the order", who="giang", gives="mandate-out-of-scope", kind="bao-cao",
             office=office(TL, mandate("tl-pho", "KT", "chanh-van-phong", "pho-van-phong", under="tl", kinds=None))),
        Case(name="passed on to another unit's deputy", who="khanh", gives="mandate-void",
             office=office(TL, mandate("tl-x", "KT", "chanh-van-phong", "pho-phong", under="tl"))),
        Case(name="passed on twice", who="giang", gives="mandate-passed-on",
             office=office(TL, mandate("tl-2", "KT", "chu-tich", "chanh-van-phong", under="tl"),
             mandate("tl-3", "KT", "chanh-van-phong", "pho-van-phong", under="tl-2"))),
        Case(name="under an order that nobody knows", who="giang", role="don-vi", unit="van-phong",
             gives="mandate-unknown",
             office=office(mandate("x", "KT", "chanh-van-phong", "pho-van-phong", under="mat"))),
    ],
    'TUQ.': [
        Case(name="by authorisation", who="hoa", gives="TUQ.", office=office(TUQ_TOP),
             block=("TUQ. CHỦ TỊCH", "TRƯỞNG PHÒNG")),
        Case(name="by authorisation, never passed on", who="khanh", gives="mandate-passed-on",
             office=office(TUQ_TOP, TUQ_PASSED)),
        Case(name="by authorisation without an end", who="hoa", gives="mandate-void",
             office=office(mandate("tuq", "TUQ", "chu-tich", "truong-phong", until=None))),
        Case(name="by authorisation for everything", who="hoa", gives="mandate-void",
             office=office(mandate("tuq", "TUQ", "chu-tich", "truong-phong", kinds=None))),
        Case(name="by authorisation outside the own house", who="hoa", role="giam-doc", unit="trung-tam",
             gives="mandate-void", office=office(TUQ)),
        Case(name="by authorisation, the time is over", who="hoa", gives="mandate-not-in-force",
             office=office(TUQ_TOP), now=LATE),
    ],
    'The strongest first': [
        Case(name="own position before a mandate", who="an", gives="TM.", office=office(KT,
             besides=(held("an", "pho-chu-tich"),)), block=TM),
        Case(name="KT. before TUQ.", who="binh", gives="KT.", block=KT_BLOCK,
             office=office(TUQ_TOP, KT, besides=(held("binh", "truong-phong"),))),
    ],
    "Besides": [
        Case(name="a deputy of a division, for a dossier of the group below it", who="khanh", role="don-vi",
             unit="ho-tich", gives="KT.", office=office(mandate("kt-tp", "KT", "truong-phong", "pho-phong")),
             block=("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")),
        Case(name="the deputy who was passed an order, also away", who="giang", gives="absent",
             office=office(TL, TL_PASSED, absences=(away("dung"), away("giang")))),
        Case(name="passed on, and who passed it on is away", who="giang", gives="TL.",
             office=office(TL, TL_PASSED, absences=(away("dung"),)),
             block=("TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG")),
        Case(name="passed on, and nobody holds the office that passed it on", who="giang", gives="mandate-vacant",
             office=office(TL, TL_PASSED, without=frozenset({"dung"}))),
        Case(name="passed on, within the order's amount", who="giang", gives="TL.", data={"amount": 5},
             office=office(TL_SMALL, TL_PASSED),
             block=("TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG")),
        Case(name="passed on, above the order's amount", who="giang", gives="mandate-out-of-scope",
             data={"amount": 11}, office=office(TL_SMALL, TL_PASSED)),
        Case(name="a condition over several values", who="binh", gives="KT.", office=office(FIELDS),
             data={"amount": 5, "field": "đất đai"}, block=KT_BLOCK),
        Case(name="a condition over several values, one outside", who="binh", gives="mandate-out-of-scope",
             office=office(FIELDS), data={"amount": 5, "field": "hộ tịch"}),
        Case(name="a condition that gives no truth", who="binh", gives="mandate-out-of-scope",
             office=office(mandate("kt-so", "KT", "chu-tich", "pho-chu-tich", condition="=amount")),
             data={"amount": 1}),
        Case(name="two heads, one away: for the one who is away", who="binh", role="giam-doc", unit="trung-tam",
             gives="KT.", block=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
             office=office(KT_AWAY, CENTRE_AWAY, besides=(BOTH,), absences=(away("nga"),))),
        Case(name="two heads, one away: for the one who is there", who="binh", gives="mandate-giver-there",
             office=office(KT_AWAY, CENTRE_AWAY, besides=(BOTH,), absences=(away("nga"),))),
        Case(name="the first mandate does not cover it, the second one does", who="binh", gives="KT.",
             office=office(SMALL, KT), data={"amount": 90_000_000}, block=KT_BLOCK),
    ],
}  # fmt: skip
CASES = [case for cases in SECTIONS.values() for case in cases]
