"""The HTTP server: small endpoints that pass to the application. `def` endpoints run in the thread pool."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote, unquote_plus

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import RequestResponseEndpoint

from adapters.application import people, throttle
from adapters.application.application import Application
from adapters.application.revocation import refresh_until
from adapters.database.store import StoreUnavailable
from adapters.http import (
    carriers,
    consents,
    counter,
    devices,
    dossiers,
    handovers,
    health,
    inbound,
    inbox,
    interventions,
    jobs,
    lists,
    mails,
    messages,
    metrics,
    notes,
    organisation,
    parcels,
    processes,
    proposals,
    retention,
    sign_in,
    tasks,
    trail,
    workers,
)
from adapters.http.caller import address, bearer_token
from adapters.http.problems import database_unavailable, not_signed_in, problem, register, too_many
from adapters.http.reads import told
from adapters.http.watching import Watching
from adapters.jobs.crew import Crew

ROOMS = (
    sign_in,
    devices,
    organisation,
    processes,
    proposals,
    dossiers,
    parcels,
    handovers,
    counter,
    inbound,
    interventions,
    lists,
    messages,
    mails,
    inbox,
    jobs,
    notes,
    carriers,
    consents,
    retention,
    tasks,
    trail,
    workers,
    metrics,
)
MAX_BODY = 16 * 1024 * 1024
ROUTES = APIRouter()  # read once: what FastAPI makes of them is the same for every server of this process
for _room in ROOMS:
    ROUTES.include_router(_room.router, prefix="/v1", dependencies=[Depends(told)])


def build(app: Application, *, worker: bool = True, threads: int | None = None) -> FastAPI:
    """The server over an application; with workers that do its jobs, as many threads as usual where none are named."""

    stop = threading.Event()
    crew = Crew(app, threads)
    fetcher = threading.Thread(target=refresh_until, args=(app, stop), name="revocation", daemon=True)

    @asynccontextmanager
    async def lifespan(_api: FastAPI) -> AsyncIterator[None]:
        if worker:
            crew.start()
            if app.fetch_revocation is not None:
                fetcher.start()  # not waited for at the end: it may hang on a slow authority, and writes whole files
        yield
        stop.set()
        if worker:
            await run_in_threadpool(crew.end)

    api = FastAPI(title="Hoso", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    api.state.application = app
    api.state.metrics = metrics.Metrics(app, crew if worker else None)
    api.state.waiting_workers = 0
    api.state.stopping = lambda: False  # whoever runs the server may know better
    api.state.crew = crew
    register(api)
    api.router.routes.extend(ROUTES.routes)

    @api.middleware("http")
    async def bounded(request: Request, call_next: RequestResponseEndpoint) -> Response:
        length = request.headers.get("content-length", "0")
        if "transfer-encoding" in request.headers or not _digits(length) or int(length) > MAX_BODY:
            return problem(413, "request-too-large", f"expected a body of at most {MAX_BODY} bytes, with its length")
        if "\x00" in unquote(request.scope["path"]) or "\x00" in unquote_plus(request.url.query):
            return problem(422, "request-malformed", "the address holds the character NUL", "leave it out")
        request.state.device = None
        if request.url.path.startswith("/v1/") and not _open_to_strangers(request.url.path):
            # Before the body is read: a stranger costs no more than a look at the token.
            try:
                found = await run_in_threadpool(_known, app, request)
            except StoreUnavailable:
                return database_unavailable()
            if isinstance(found, Response):
                return found
            request.state.officer, request.state.device, request.state.token = found.officer, found.device, found.token
        return await call_next(request)

    api.include_router(health.router(app, crew if worker else None))
    api.add_middleware(Watching, requests=api.state.metrics.requests)  # the last that is added is the outermost
    return api


def _open_to_strangers(path: str) -> bool:
    return sign_in.open_to_strangers(path) or carriers.open_to_strangers(path)


def _known(app: Application, request: Request) -> people.SignedIn | Response:
    """Whose token came with the request. A token that is none counts against its address; none at all is no guess."""
    token = bearer_token(request)
    found = people.sign_in(app, token)
    if found is not None:
        return found
    wait = throttle.count(app, throttle.FAILED, address(request)) if token else None
    return not_signed_in() if wait is None else too_many(wait)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20
