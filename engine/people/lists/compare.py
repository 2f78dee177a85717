"""Compare lists with the organisation: what must change so that it is as the lists say, and nothing else.

Nothing is deleted. What no list names goes on and is only told, unless the lists are said to be complete. The same
lists again give no change.
"""

from datetime import date

from engine.people.lists.comparison import Comparison
from engine.people.lists.mandates import compare_mandates
from engine.people.lists.problems import Problems
from engine.people.lists.structure import compare_people, compare_positions, compare_units
from engine.people.lists.tenures import compare_tenures
from engine.people.lists.wanted import Wanted
from engine.people.organisation import Organisation


def compare(
    organisation: Organisation, wanted: Wanted, *, today: date, complete: bool = False, problems: Problems | None = None
) -> Comparison:
    """The changes, in an order that applies; to be used only when there is no problem."""
    found = Comparison(problems if problems is not None else Problems())
    compare_units(organisation, wanted, found)
    compare_positions(organisation, wanted, found)
    compare_people(organisation, wanted, found)
    compare_tenures(organisation, wanted, found, today=today, complete=complete)
    compare_mandates(organisation, wanted, found, today=today, complete=complete)
    return found
