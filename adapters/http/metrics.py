"""What a monitoring program reads (Prometheus' text format): requests, work, the log and its anchors. No personal data:
labels are names of routes, job types, states and witnesses, never of a dossier or of anybody.
"""

import platform
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

import structlog
from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from adapters.application import figures
from adapters.application.alarms import CODES
from adapters.application.application import Application
from adapters.application.figures import Figures
from adapters.database.store import StoreUnavailable
from adapters.http.caller import Caller, may
from adapters.http.lookout import Lookout
from adapters.jobs.crew import Crew
from adapters.jobs.handlers import HANDLERS

FRESH = 5.0  # seconds for which a look at the database is good
PATIENCE = 4.0  # seconds that a scrape waits for it
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
EXTERNAL = "external"  # types of jobs that processes name for programs of others: how many there are, nobody bounds
PATH = "/metrics"
disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began: twice as many lines, which nobody asks for
Key = tuple[str, ...]
router = APIRouter()
log = structlog.get_logger()


class Requests:
    """Counts of requests by method, route and status, and how long they took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("method", "route")
        self._count = Counter("hoso_http_requests", "Requests answered.", (*labels, "status"), registry=registry)
        self._seconds = Histogram(
            "hoso_http_request_seconds", "Seconds that requests took.", labels, registry=registry, buckets=BUCKETS
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._count.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class Metrics:
    """The numbers of one server, in a registry of its own."""

    def __init__(self, app: Application, crew: Crew | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.registry = CollectorRegistry()
        self.requests = Requests(self.registry)
        self._stored = _Stored(app, crew)
        self._lookout = Lookout(lambda: figures.look(app))
        self._clock = clock
        self._looked: float | None = None
        self.registry.register(self._stored)

    async def text(self) -> bytes:
        """All of it; what the database tells is left out where it does not answer in time."""
        now = self._clock()
        if self._looked is None or now - self._looked >= FRESH:
            self._stored.found = await self._look()
            self._looked = now
        return bytes(generate_latest(self.registry))

    async def _look(self) -> Figures | None:
        try:
            return await self._lookout.within(PATIENCE)
        except TimeoutError:
            log.warning("database unavailable", reason=f"no answer within {PATIENCE:g} s")
        except StoreUnavailable as error:
            log.warning("database unavailable", reason=str(error))
        return None


@router.get(PATH, dependencies=[may("see metrics")], include_in_schema=False)
async def metrics(request: Request, _caller: Caller) -> Response:
    """The numbers of this server. Also at `/metrics`, by the same right."""
    found: Metrics = request.app.state.metrics
    return Response(await found.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Stored(Collector):
    """What the database tells, as it was found last."""

    def __init__(self, app: Application, crew: Crew | None) -> None:
        self.app = app
        self.crew = crew
        self.found: Figures | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing is known before it is looked at."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The numbers."""
        built = {"version": version("hoso"), "python": platform.python_version()}
        yield _labelled("hoso_build_info", "What runs.", {tuple(built.values()): 1}, *built)
        yield _one("hoso_database_up", "Whether the database answered.", self.found is not None)
        if self.crew is not None:
            age = time.monotonic() - self.crew.looked
            yield _one("hoso_worker_idle_seconds", "Seconds since a worker of this process last looked for work.", age)
        if (ends := figures.revocation_ends(self.app)) is not None:
            left = (ends - self.app.clock()).total_seconds()
            yield _one("hoso_revocation_ends_seconds", "Seconds until the first trusted revocation list ends.", left)
        if self.found is not None:
            yield from _work(self.found)
            yield from _log(self.found)


def _work(found: Figures) -> Iterator[Metric]:
    jobs: dict[Key, float] = {}
    for (kind, state), count in found.work.jobs.items():
        key = (kind if kind in HANDLERS else EXTERNAL, state)
        jobs[key] = jobs.get(key, 0) + count
    yield _labelled("hoso_jobs", "Jobs that are not over.", jobs, "type", "state")
    age = _age(found, found.work.oldest_due)
    yield _one("hoso_job_oldest_due_seconds", "Seconds for which the oldest due job waits for a worker.", age)
    yield _one("hoso_jobs_leased", "Jobs that a worker holds.", found.work.leased)
    yield _one(
        "hoso_jobs_lease_expired", "Jobs whose worker did not come back, not taken over yet.", found.work.expired
    )
    words = "Dispatches made in the last seven days."
    yield _labelled("hoso_dispatches", words, found.dispatches, "channel", "state")
    stuck: dict[Key, float] = {(code,): float(found.alarms.get(code, 0)) for code in CODES}
    yield _labelled("hoso_alarms", "What is stuck: how many, by the alarm's code.", stuck, "code")
    yield _one("hoso_tasks_open", "Tasks that wait for an officer.", found.open_tasks)
    yield _one("hoso_tasks_overdue", "Tasks that are open after their time.", found.overdue_tasks)


def _log(found: Figures) -> Iterator[Metric]:
    yield _one("hoso_log_leaves", "Leaves of the log.", found.log_size)
    yield _one("hoso_log_damaged", "Whether a published note cannot be read.", found.damaged)
    yield _one("hoso_checkpoint_unpublished", "Whether something happened since the last one.", found.unpublished)
    yield _one(
        "hoso_checkpoint_lag_leaves", "Leaves since the last published one.", found.log_size - found.published_size
    )
    if found.published is not None:
        age = _age(found, found.published)
        yield _one("hoso_checkpoint_age_seconds", "Seconds since the last one was published.", age)
    yield _one("hoso_witnesses_disputed", "Whether another server names other witnesses.", found.disputed)
    leaves: dict[Key, float] = {(each.name,): float(each.leaves) for each in found.witnesses}
    yield _labelled("hoso_witness_lag_leaves", "Leaves since its last cosignature.", leaves, "witness")
    ages: dict[Key, float] = {
        (each.name,): _age(found, each.since) for each in found.witnesses if each.since is not None
    }
    yield _labelled("hoso_witness_age_seconds", "Seconds since its last cosignature.", ages, "witness")


def _age(found: Figures, since: datetime | None) -> float:
    return 0.0 if since is None else (found.at - since).total_seconds()


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _labelled(name: str, words: str, values: Mapping[Key, float], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(key, value)
    return family
