"""Times that somebody names are times in every zone, or the request is refused."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from adapters.http.consents import GivenConsent
from adapters.http.counter import NewTime
from adapters.http.inbound import NewParcel
from adapters.http.models import Time

LISTED = [{"name": "to-khai", "title": "Tờ khai"}]
PARCEL = {"carrier": "vnpost", "item": "RR123456785VN", "sender": "x", "paper": "0" * 64, "documents": LISTED}
CONSENT = {"who": "Bà Tuyết", "means": "telephone", "address": "12 Lê Lợi"}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-12:00", "1999-12-31T23:59:59Z"])
@pytest.mark.parametrize(
    ("model", "field", "given"),
    [(NewTime, "to", {"reason": "x"}), (NewParcel, "signed", PARCEL), (GivenConsent, "at", CONSENT)],
)
def test_a_time_that_is_none_in_every_zone(model: Any, field: str, given: dict[str, Any], at: str) -> None:
    """Refused by the request's own bounds; a time of today is taken."""
    model(**given, **{field: "2026-11-21T08:30:00Z"})
    with pytest.raises(ValidationError, match="expected a year from 2000 to 2999"):
        model(**given, **{field: at})
    assert TypeAdapter(Time).validate_python("2999-12-31T23:59:59+07:00").year == 2999
