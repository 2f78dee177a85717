"""What all tests share."""

from tests.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
