"""Definitions as this office runs them: with its units, and the days off by which the terms of tasks are counted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from adapters.application.application import Application
from adapters.database.store import Transaction
from engine.bpmn.graph import UserTask
from engine.calendar import VIETNAM
from engine.process import ProcessDefinition

_YEARS = 3
"""A term of 250 working days that begins in December ends in the year after the next one."""


def deployed(
    app: Application, tx: Transaction, key: str, version: int, called: Mapping[str, int] | None = None
) -> ProcessDefinition:
    """The compiled definition, which must have been deployed; every act takes it from here.

    `called` are the versions that the dossier keeps of called processes; without, as a dossier received now uses them.
    Raises Refused where what it calls cannot be called.
    """
    definition = app.definitions.get(tx, key, version, called)
    tasks = [node for node in definition.graph.nodes.values() if isinstance(node, UserTask)]
    if any(task.schedule.term is not None for task in tasks):
        definition = replace(definition, days_off=_days_off(app))
    if any(task.unit is not None for task in tasks):
        definition = replace(definition, units=app.organisations.get(tx).unit_ids)
    return definition


def _days_off(app: Application) -> frozenset[date]:
    year = app.clock().astimezone(VIETNAM).year
    return frozenset(day for each in range(year, year + _YEARS) for day in app.days_off(each))
