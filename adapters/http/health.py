"""`/livez` and `/readyz`, for supervisors and load balancers: open to all, and they tell names of checks alone.

Neither waits for a free thread or for the database: a server that is full or cut off answers, too.
"""

import shutil
import time
from collections.abc import Mapping
from functools import cache

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from adapters.application import trail
from adapters.application.application import Application
from adapters.database.migrate import current, newest
from adapters.database.store import StoreUnavailable, reachable
from adapters.http.lookout import Lookout
from adapters.jobs.crew import Crew

PATIENCE = 1.5  # seconds that the database has: with the rest, an answer takes two at most
QUIET = 60.0  # seconds in which some worker looks for work
ROOM = 256 * 1024 * 1024  # bytes
UNSEEN = {"database": False, "schema": False, "log-key": False}


def router(app: Application, crew: Crew | None) -> APIRouter:
    """The two routes. `crew`: the workers of this process, if it has any."""
    room, stored = APIRouter(include_in_schema=False), Lookout(lambda: _stored(app))

    @room.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "live"}

    @room.get("/readyz")
    async def readyz() -> Response:
        try:
            found = await stored.within(PATIENCE)
        except TimeoutError:
            found = UNSEEN
        checks = {**found, "worker": crew is None or _works(crew), "disk": _has_room(app)}
        told = {name: "ok" if good else "fail" for name, good in checks.items()}
        ready = all(checks.values())
        return JSONResponse({"status": "ready" if ready else "unready", "checks": told}, 200 if ready else 503)

    return room


def _stored(app: Application) -> Mapping[str, bool]:
    """What hangs with the database."""
    if not reachable(app.store):
        return UNSEEN
    try:
        schema = current(app.store) == _expected()
        return {"database": True, "schema": schema, "log-key": schema and trail.key_is_here(app)}
    except StoreUnavailable:
        return UNSEEN


@cache
def _expected() -> str | None:
    return newest()


def _works(crew: Crew) -> bool:
    """Whether all its threads live, and one that no slow mail server holds up looked for work lately."""
    return crew.alive() and time.monotonic() - crew.looked <= QUIET


def _has_room(app: Application) -> bool:
    """Whether the data directory's disk takes more; where none is known, there is nothing to look at."""
    try:
        return app.folder is None or shutil.disk_usage(app.folder).free >= ROOM
    except OSError:
        return False
