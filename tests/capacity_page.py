"""docs/reference/capacities.md: the worked cases of capacities as tables, with what the code says of each."""

from collections.abc import Iterator
from pathlib import Path

from engine.people.capacity import Capacity, Matter, capacity
from engine.people.organisation import Mandate
from tests.engine.people.cases import SECTIONS, Case
from tests.engine.people.office import HOLDERS, POSITIONS

PAGE = Path("docs/reference/capacities.md")
REMEDY = "run: python -m tests.docs --write"
_BEGIN = "<!-- Written by `python -m tests.docs --write` from tests/engine/people/cases.py. -->"
_END = "<!-- End of what is written. -->"
_TITLES = {each.id: each.title for each in POSITIONS}


def tables() -> str:
    """The cases, a table for each section."""
    parts = []
    for title, cases in SECTIONS.items():
        head = "| case | who signs | mandates | comes out | because |\n|---|---|---|---|---|"
        parts.append(f"### {title}\n\n{head}\n" + "\n".join(_row(case) for case in cases))
    return "\n\n".join(parts)


def written(page: str) -> str:
    """The page with the tables as they are now."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{PAGE} has lost the marks between which its tables are written")
    return f"{before}{begin}\n\n{tables()}\n\n{end}{after}"


def problems(root: Path) -> Iterator[tuple[Path, str]]:
    """What is stale."""
    page = root / PAGE
    if page.is_file():
        text = page.read_text(encoding="utf-8")
        if written(text) != text:
            yield PAGE, f"its tables are not those of the cases; {REMEDY}"


def _row(case: Case) -> str:
    matter = Matter(role=case.role, unit=case.unit, procedure=case.procedure, kind=case.kind, data=case.data)
    found = capacity(case.office, case.who, matter, case.now)
    if isinstance(found, Capacity):
        out = " / ".join(found.block) or "in the own name, by a granted role"
    else:
        out = f"refused: `{found.code}`"
    who = f"{case.who} ({_TITLES[HOLDERS[case.who]]})" if case.who in HOLDERS else f"{case.who} (nobody)"
    mandates = "<br>".join(_mandate(each) for each in case.office.mandates) or "none"
    return f"| {' | '.join(_cell(each) for each in (case.name, who, mandates, out, found.reason))} |"


def _mandate(mandate: Mandate) -> str:
    scope = mandate.scope
    limits = [", ".join(sorted(found)) for found in (scope.kinds, scope.procedures) if found is not None]
    limits += [f"`{scope.condition}`"] if scope.condition else []
    limits += ["while away"] if mandate.when_away else []
    limits += [f"under {mandate.under}"] if mandate.under else []
    taker = f"{_TITLES[mandate.given_by]} → {_TITLES[mandate.given_to]}"
    return f"{mandate.kind}. {taker} ({'; '.join(limits) or 'everything'})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
