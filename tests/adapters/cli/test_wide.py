"""A dossier with very many open tasks stays readable: its first ones, how many there are, and all on request."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.adapters.application.wide import Run, found
from tests.adapters.application.world import World, build, opened
from tests.adapters.cli.conftest import Result
from tests.adapters.http.serving import serving
from tests.databases import Templates


@pytest.fixture
def wide(templates: Templates) -> Iterator[World]:
    with templates.copy(found, upon=build) as (store, founded), opened(store, founded) as world:
        yield world


def test_show_tells_the_first_tasks_and_the_list_all(
    wide: World, hoso: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a real server, page after page; the history names some of what one act opened, and how many more."""
    run = Run(wide, 120)
    with serving(wide) as served:
        monkeypatch.setenv("HOSO_TOKEN", wide.tokens["lan"])
        monkeypatch.setenv("HOSO_SERVER", served.url)
        shown = hoso("dossier", "show", run.code)
        listed = hoso("dossier", "tasks", run.code)
        told = json.loads(hoso("dossier", "tasks", run.code, "--json").out)["items"]
        history = hoso("dossier", "history", run.code)
    assert shown.out.count("waits for chuyen-vien") == 50
    assert f"and 70 more: hoso dossier tasks {run.code}" in shown.out
    assert "open_" not in shown.out
    assert len(listed.out.splitlines()) == 1 + 120
    assert [item["id"] for item in told] == [f"{run.code}.{number}" for number in run.twin.open_tasks]
    assert history.out.count("→ opens: ask") == 20
    assert "→ opens 100 more" in history.out


def test_what_is_all_shown_has_no_more(
    wide: World, hoso: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty of fifty."""
    run = Run(wide, 50)
    with serving(wide) as served:
        monkeypatch.setenv("HOSO_TOKEN", wide.tokens["lan"])
        monkeypatch.setenv("HOSO_SERVER", served.url)
        shown = hoso("dossier", "show", run.code)
    assert shown.out.count("waits for chuyen-vien") == 50
    assert " more" not in shown.out
