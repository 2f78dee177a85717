"""The command runs in this process, in English."""

from tests.adapters.cli.conftest import _english, hoso

__all__ = ["_english", "hoso"]
