"""Which tests share a worker under xdist: those that share a world that takes long to build.

The tests of the story play a whole story once for each kind of database; spread over the workers they would play it
once per worker. All other tests go one by one to whoever is free. Big groups come first, so that nobody waits at the
end.
"""

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

STORIES = "tests/story/"
KIND = re.compile(r"\[(sqlite|postgresql)\]$")


class Worlds(LoadScopeScheduling):
    """Gives each world to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _name = nodeid.partition("::")
        if not file.startswith(STORIES):
            return nodeid
        kind = KIND.search(nodeid)
        return file + (kind[0] if kind else "")


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Take this scheduler whenever xdist distributes tests."""
    return Worlds(config, log)
