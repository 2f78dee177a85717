"""Lists over HTTP: bounded, for administrators, answered once."""

from typing import Any

import pytest

from tests.adapters.http.client import Caller, problem

UNITS = "id,name,parent,phone\nvan-phong,Văn phòng,agency,1900-1\n"


def test_lists_are_imported_and_exported(caller: Caller) -> None:
    """A dry run tells, the import does, the same key gets the same answer; the export has it."""
    body = {"files": {"don-vi.csv": UNITS}, "reason": "QĐ 1"}
    dry = caller.post("an", "/organisation/import", {**body, "dry_run": True}).json()
    [change] = dry["changes"]
    assert change == {
        "sign": "~", "kind": "unit-changed", "subject": "van-phong", "id": "van-phong", "contact": {"phone": "1900-1"},
        "before": {"contact": {"email": "", "phone": ""}}, "file": "don-vi.csv", "line": 2,
    }  # fmt: skip
    done = caller.post("an", "/organisation/import", body, key="one").json()
    assert done["changes"] == dry["changes"]
    assert caller.post("an", "/organisation/import", body, key="one").json() == done
    exported = caller.get("an", "/organisation/export", language="vi").json()["files"]
    assert "van-phong,Văn phòng,agency,,,1900-1\r\n" in exported["don-vi.csv"]


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        ("lan", {"files": {"units.csv": UNITS}}, 403, "right-missing"),
        ("an", {"files": {}}, 422, "request-malformed"),
        ("an", {"files": {f"{number}.csv": "" for number in range(6)}}, 422, "request-malformed"),
        ("an", {"files": {"units.csv": "ệ" * (2 * 1024 * 1024)}}, 422, "request-malformed"),
        ("an", {"files": {"units.csv": UNITS}, "force": True}, 422, "request-malformed"),
        ("an", {"files": {"units.csv": "id,name\n\x00,x\n"}}, 422, "request-malformed"),
        ("an", {"files": {"units.csv": "id\nx\n"}}, 422, "lists-unfit"),
    ],
)
def test_what_is_refused(caller: Caller, who: str, body: dict[str, Any], status: int, code: str) -> None:
    """Strangers to the right, too many and too long lists, unknown fields, NUL, and lists that cannot be taken."""
    problem(caller.post(who, "/organisation/import", body), status, code)
