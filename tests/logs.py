"""The log of what runs within a test's own process: told on stdout, where a command's answer stands, too."""

import logging

import structlog


def quiet() -> None:
    """Tell warnings alone, as before any test set it up otherwise."""
    structlog.reset_defaults()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
