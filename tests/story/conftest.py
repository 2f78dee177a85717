"""The demo's story, played once for each kind of database; its tests look at what it left behind."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.language import activate
from adapters.console.demo.run import play, write_index
from adapters.console.demo.stage import Stage
from adapters.console.demo.story import Story
from tests.databases import postgres

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what plays here as tests of the whole system: servers, officers and databases as processes."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.system)


@dataclass(frozen=True)
class Told:
    """The story when it is over, its server running again to be asked."""

    story: Story

    @property
    def stage(self) -> Stage:
        return self.story.stage

    @property
    def folder(self) -> Path:
        return self.stage.folder

    @property
    def index(self) -> dict[str, Any]:
        return json.loads((self.folder / "demo.json").read_text("utf-8"))

    def path(self, name: str) -> Path:
        return self.folder / name

    def history(self, person: str, code: str) -> list[dict[str, Any]]:
        return self.stage.json(person, "dossier", "history", code)["items"]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story: real servers, real processes, real keys, a real database."""
    activate("en")
    with database(request.param) as url:
        stage = Stage(tmp_path_factory.mktemp("story") / "run", database_url=url, patience=90)
        story = Story(stage)
        try:
            stage.clear()
            play(story)
            write_index(story)
            stage.start_server()
            yield Told(story)
        finally:
            stage.close()


@contextmanager
def database(kind: str) -> Iterator[str | None]:
    """The database's URL; None is SQLite in the server's data directory."""
    if kind == "sqlite":
        yield None
        return
    with postgres() as server:
        yield server.create()
