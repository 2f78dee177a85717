"""The inbox over HTTP: views, pages, counts, and what is refused."""

from tests.adapters.http.client import Caller, problem


def test_each_view_is_a_page_with_counts(caller: Caller) -> None:
    """The counts come with the first page; the next page begins behind its cursor."""
    for _ in range(3):
        caller.world.start("cho", files={})
    first = caller.get("lan", "/inbox", view="unit", limit=2).json()
    assert first["counts"]["unit"] == {"count": 3, "more": False}
    assert {item["queue"] for item in first["items"]} == {"unit"}
    rest = caller.get("lan", "/inbox", view="unit", limit=2, cursor=first["next"]).json()
    assert "counts" not in rest
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert caller.get("lan", "/inbox").json()["items"] == []


def test_a_search_narrows_inbox_and_dossiers(caller: Caller) -> None:
    """By words without accents."""
    code = caller.world.start("cho", files={})
    caller.world.start("cho", "nam", files={})
    for path, query in (
        ("/inbox", {"view": "all", "search": "anh tuyet work"}),
        ("/dossiers", {"search": "ho so tuy"}),
    ):
        [found] = caller.get("lan", path, **query).json()["items"]
        assert code in (found.get("dossier"), found.get("code"))
    assert caller.get("lan", "/dossiers", search="khong").json()["items"] == []


def test_what_is_no_view_and_no_cursor_is_refused(caller: Caller) -> None:
    """With the code of each."""
    problem(caller.get("lan", "/inbox", view="theirs"), 422, "request-malformed")
    problem(caller.get("lan", "/inbox", view="soon", cursor="x"), 422, "cursor-unknown")
