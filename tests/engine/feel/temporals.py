"""Dates, times and durations for property tests, over all that FEEL allows."""

from hypothesis import strategies as st

from engine.feel.calendar import from_ordinal, ordinal
from engine.feel.temporal import (
    DAY,
    MAX_MONTHS,
    MAX_NANOSECONDS,
    MAX_OFFSET,
    MAX_YEAR,
    Date,
    DateTime,
    DaysDuration,
    YearsDuration,
    Zone,
)
from engine.feel.timeline import time_at

FIRST = ordinal(Date(-MAX_YEAR, 1, 1))
LAST = ordinal(Date(MAX_YEAR, 12, 31))

NAMES = ["Asia/Ho_Chi_Minh", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Etc/UTC"]

named_zones = st.sampled_from(NAMES).map(lambda name: Zone(name=name))
zones = st.none() | st.integers(-MAX_OFFSET, MAX_OFFSET).map(lambda offset: Zone(offset=offset)) | named_zones
ordinals = st.integers(FIRST, LAST) | st.integers(1, 3_652_059)
dates = ordinals.map(from_ordinal)
times = st.builds(time_at, st.integers(0, DAY - 1), zones)
date_times = st.builds(DateTime, dates, times)
days_durations = st.integers(-MAX_NANOSECONDS, MAX_NANOSECONDS).map(DaysDuration)
years_durations = st.integers(-MAX_MONTHS, MAX_MONTHS).map(YearsDuration)
temporals = dates | times | date_times | days_durations | years_durations
