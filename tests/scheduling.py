"""Which tests share a worker under xdist: those that share a world that takes long to build.

The tests of the story play a whole story once for each kind of database; spread over the workers they would play it
once per worker. So would those that start a program from outside (a token, an identity provider). All other tests go
one by one to whoever is free. Big groups come first, so that nobody waits at the end.
"""

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

STORIES = "tests/story/"
TOGETHER = (STORIES, "tests/adapters/keystore/test_token", "tests/adapters/oidc/test_provider")
KIND = re.compile(r"\[(sqlite|postgresql)\]$")


class Worlds(LoadScopeScheduling):
    """Gives each world to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _name = nodeid.partition("::")
        if not file.startswith(TOGETHER):
            return nodeid
        kind = KIND.search(nodeid)
        return STORIES + kind[0] if kind and file.startswith(STORIES) else file


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Take this scheduler whenever xdist distributes tests."""
    return Worlds(config, log)
