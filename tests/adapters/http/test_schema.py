"""The published schema holds: whatever it allows, and much that it does not, is answered without a defect."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from tests.adapters.http.client import Caller

EXAMPLES = 8  # for each operation and caller


def test_no_request_is_a_defect_of_the_server(caller: Caller) -> None:
    """A few hundred requests made from the schema, by an officer and an administrator: none is answered by 5xx."""
    caller.world.start("cho")
    schema = schemathesis.openapi.from_asgi("/openapi.json", caller.client.app)
    schema.config.generation.update(modes=[schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
    seen: dict[str, set[int]] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        statuses = seen.setdefault(operation.label, set())
        for who in ("lan", "an"):
            _try(caller, operation, who, statuses)
    assert len(seen) > 25
    assert all(statuses for statuses in seen.values())
    assert not {status for statuses in seen.values() for status in statuses if status >= 500}
    caller.world.check_trail()


def _try(caller: Caller, operation: Any, who: str, statuses: set[int]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        response = case.call(headers=caller.headers(who))
        statuses.add(response.status_code)
        case.validate_response(response, checks=[not_a_server_error])

    ask()
