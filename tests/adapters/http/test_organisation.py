"""The organisation over HTTP: statuses, pages, repeated keys, what is malformed, who sees what."""

from typing import Any

import pytest

from tests.adapters.http.client import Caller, problem

CHANGES = "/organisation/changes"
UNIT = {"kind": "unit-added", "id": "to-1", "name": "Tổ 1", "parent": "van-phong"}
HEAD = {"kind": "position-added", "id": "chanh", "title": "Chánh Văn phòng", "unit": "van-phong", "rank": "head"}
APPOINTED = {
    "kind": "officer-appointed",
    "officer": "lan",
    "position": "chanh",
    "document": "21/QĐ",
    "since": "2026-11-21",
}
AWAY = {
    "kind": "absence-recorded",
    "officer": "lan",
    "since": "2026-12-01T00:00:00+07:00",
    "until": "2026-12-03T00:00:00+07:00",
    "substitute": "mai",
    "document": "Nghỉ ốm",
}


def sent(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"changes": list(changes), "reason": "QĐ 12", **more}


def test_changes_are_made_all_or_none_once_for_a_key(caller: Caller) -> None:
    """What was made; the same key gets the first answer; a dry run and a refusal change nothing; rights are signed."""
    dry = caller.post("an", CHANGES, sent(UNIT, HEAD, APPOINTED, dry_run=True)).json()
    assert (dry["dry_run"], dry["needs_approval"], dry["changes"][2]["number"]) == (True, False, 10)
    assert dry["needs_signature"] is True
    problem(caller.post("an", CHANGES, sent(UNIT, HEAD, APPOINTED)), 422, "signature-missing")
    problem(caller.get("an", "/units/to-1"), 404, "unit-unknown")
    told = problem(caller.post("an", CHANGES, sent(UNIT, HEAD, APPOINTED, APPOINTED)), 409, "appointment-twice")
    assert told["problems"][0]["change"] == 4
    problem(caller.get("an", "/units/to-1"), 404, "unit-unknown")
    first = caller.post("an", CHANGES, sent(UNIT, HEAD, APPOINTED, sign=True), key="k")
    assert first.status_code == 201
    assert caller.post("an", CHANGES, sent(UNIT, HEAD, APPOINTED, sign=True), key="k").json() == first.json()
    assert [each["kind"] for each in caller.sign("an", first).json()["changes"]] == [
        each["kind"] for each in (UNIT, HEAD, APPOINTED)
    ]
    head = caller.get("mai", "/units/to-1").json()["head"]
    assert (head["officer"], head["unit"], head["title"]) == ("lan", "van-phong", "Chánh Văn phòng")
    problem(caller.post("mai", CHANGES, sent(UNIT)), 403, "right-missing")
    problem(caller.post("an", CHANGES, sent({**UNIT, "parent": "nowhere", "id": "x"})), 404, "unit-unknown")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"changes": []}, {"changes": [UNIT] * 1001}, {"changes": ["unit-added"]}, {"changes": [UNIT], "x": 1},
        {"changes": [{**UNIT, "x": 1}]}, {"changes": [{**UNIT, "name": "a\x00b"}]}, {"changes": [{"kind": []}]},
        {"changes": [UNIT], "reason": "x" * 1001}, {"changes": [{**APPOINTED, "since": "21/11/2026"}]},
    ],
)  # fmt: skip
def test_malformed_changes_are_refused(caller: Caller, body: Any) -> None:
    """422, whatever is wrong with them."""
    assert caller.post("an", CHANGES, body).status_code == 422


def test_what_it_is_made_of_is_listed_by_officer_unit_and_day(caller: Caller) -> None:
    """Pages with the filters that each list has."""
    caller.act("an", CHANGES, sent(UNIT, HEAD, APPOINTED, sign=True))
    [held] = caller.get("mai", "/appointments", officer="lan", unit="van-phong", limit=1, cursor="9").json()["items"]
    assert (held["number"], held["position"], held["document"]) == (10, "chanh", "21/QĐ")
    assert caller.get("mai", "/appointments", officer="lan", on="2020-01-01").json()["items"] == []
    listed = caller.get("mai", "/positions", unit="van-phong").json()["items"]
    assert {each["id"]: [one["officer"] for one in each["holders"]] for each in listed}["chanh"] == ["lan"]
    for where in ("/roles", "/mandates", "/absences"):
        assert caller.get("mai", where).json() == {"items": [], "next": None}
    problem(caller.get("mai", "/mandates/none"), 404, "mandate-unknown")
    assert caller.get("mai", "/appointments", on="tomorrow").status_code == 422


def test_why_somebody_is_away_is_told_to_few(caller: Caller) -> None:
    """Everybody sees that and until when; the document only the officer, heads, administrators, auditors."""
    assert caller.post("lan", CHANGES, sent(AWAY)).status_code == 200
    assert "document" not in caller.get("mai", "/absences").json()["items"][0]
    assert caller.get("lan", "/absences", officer="lan").json()["items"][0]["document"] == "Nghỉ ốm"
    assert "document" not in caller.get("mai", "/officers/lan").json()["absences"][0]
    assert "subject" not in caller.get("mai", "/officers/lan").json()
    assert "subject" in caller.get("an", "/officers/lan").json()


def test_an_officer_comes_with_rank_day_and_document(caller: Caller) -> None:
    """POST /v1/officers makes person, position and appointment; what does not fit makes none of them."""
    new = {"id": "moi", "name": "Mới", "position": "Trưởng", "unit": "van-phong", "roles": ["chuyen-vien"]}
    more = {"rank": "head", "since": "2026-12-01", "document": "22/QĐ"}
    problem(caller.post("an", "/officers", {**new, **more}), 422, "signature-missing")
    made = caller.act("an", "/officers", {**new, **more, "sign": True})
    assert (made.status_code, len(made.json()["changes"])) == (201, 3)
    [held] = caller.get("an", "/officers/moi").json()["appointments"]
    assert (held["since"], held["document"], held["title"]) == ("2026-12-01", "22/QĐ", "Trưởng")
    problem(caller.post("an", "/officers", {**new, "id": "hai", **more}), 409, "head-taken")
    problem(caller.get("an", "/officers/hai"), 404, "officer-unknown")
