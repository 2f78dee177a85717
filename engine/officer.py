"""An officer who acts: who it is, and which roles they have in which units at that time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ADMINISTRATOR = "administrator"
AUDITOR = "auditor"
CLERK = "clerk"
HEAD = "head"
INTEGRATOR = "integrator"
OPERATOR = "operator"
WORKER = "worker"
RELAY = "mail-relay"
MONITOR = "monitor"
PROGRAMS = frozenset({WORKER, RELAY, MONITOR})
"""Roles of programs: who has these alone does what they say and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who acts. `rights` are the units that the officer may see, each with the roles that the officer has there;
    those in which they hold something come before those below.
    """

    id: str
    name: str
    position: str  # the titles of what the officer holds
    unit: str  # of the first position: there belongs what the officer begins
    rights: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        """The roles that the officer has anywhere."""
        return frozenset[str]().union(*self.rights.values())

    @property
    def units(self) -> frozenset[str]:
        """The units whose dossiers the officer works on: where they hold something, and all below."""
        return frozenset(self.rights)

    def has(self, role: str, unit: str) -> bool:
        """Whether the officer has the role for dossiers of the unit."""
        return role in self.rights.get(unit, frozenset())

    def roles_in(self, unit: str) -> frozenset[str]:
        """The roles that the officer has for dossiers of the unit."""
        return self.rights.get(unit, frozenset())

    def sees(self, unit: str) -> bool:
        """Whether dossiers of this unit are within the officer's sight."""
        return AUDITOR in self.roles or self.works_in(unit)

    def works_in(self, unit: str) -> bool:
        """Whether the officer may act on dossiers of this unit; an auditor's sight alone changes nothing."""
        return unit in self.rights
