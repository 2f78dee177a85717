"""An officer: a person in a position in a unit, with roles."""

from dataclasses import dataclass

from engine.errors import Kind, Refusal

ADMINISTRATOR = "administrator"
INTEGRATOR = "integrator"
AUDITOR = "auditor"
WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who acts. `units` are the unit of the officer and all below it: what the officer may see."""

    id: str
    name: str
    position: str
    unit: str
    roles: frozenset[str]
    active: bool = True
    units: frozenset[str] = frozenset()

    def lacks(self, role: str, act: str) -> Refusal | None:
        """Refuse the act when the officer does not hold the role that it needs."""
        if role in self.roles:
            return None
        return Refusal(
            kind=Kind.FORBIDDEN,
            code="right-missing",
            message=f"{self.id} may not {act}: that needs the role {role}",
            remedy="ask an administrator who has it",
        )

    def sees(self, unit: str) -> bool:
        """Whether dossiers of this unit are within the officer's sight."""
        return AUDITOR in self.roles or self.works_in(unit)

    def works_in(self, unit: str) -> bool:
        """Whether the officer may act on dossiers of this unit; an auditor's sight alone changes nothing."""
        return unit in self.units
