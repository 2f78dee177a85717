"""Every code that a check of a bundle can give: what it stands for, why it is a rule, how to mend it.

The engine speaks English and gives codes; here they are explained, in the language of the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adapters.console.rules import (
    activities,
    bundles,
    calls,
    data,
    decisions,
    engines,
    events,
    expressions,
    flows,
    messages,
    scopes,
    vendor,
)
from adapters.console.rules.rule import Rule

_FAMILIES = (
    *(bundles, scopes, flows, events, activities, calls, messages),
    *(data, expressions, vendor, decisions, engines),
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for family in _FAMILIES for rule in family.RULES})
FEEL = "expression-"
"""What stands before the code of a FEEL text in a process; in a decision model it stands alone."""


def rule_of(code: str) -> Rule | None:
    """The rule of a code; None for one that no check gives."""
    return RULES.get(code) or RULES.get(FEEL + code)


__all__ = ["RULES", "Rule", "rule_of"]
