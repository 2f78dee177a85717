"""How a decision came about: its value, those of the decisions that it required, the rules that fired, the problems."""

from collections.abc import Iterator, Mapping

from adapters.cli.language import _
from adapters.cli.terminal import escape, out, say, table
from adapters.console.notation import on_one_line, plain, type_name, written
from engine.dmn import DecisionProblem, Evaluation, FiredRule, FiredTable


def explain(name: str, evaluation: Evaluation) -> None:
    """Print an evaluation of `name` for people: values and rules on stdout, problems on stderr."""
    out(written(evaluation.value))
    others = [(each, on_one_line(value)) for each, value in evaluation.decisions.items() if each != name]
    if others:
        out()
        table((_("DECISION"), _("RESULT")), others)
    if evaluation.fired:
        out()
        titles = (_("TABLE"), _("HIT POLICY"), _("RULE"), _("INPUTS"), _("OUTPUTS"))
        table(titles, [row for fired in evaluation.fired for row in _rows(fired)])
    for problem in evaluation.problems:
        say(_told(problem))


def _rows(fired: FiredTable) -> Iterator[tuple[object, ...]]:
    if not fired.rules:
        yield fired.decision, fired.policy, _("none"), "", ""
    for rule in fired.rules:
        yield fired.decision, fired.policy, rule.index, _cells(rule.inputs), _cells(rule.outputs)


def _cells(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {on_one_line(value)}" for name, value in values.items())  # type: ignore[arg-type]


def _told(problem: DecisionProblem) -> str:
    where = _("{decision}, line {line}: {message}   [{code}]")
    told = where.format(
        decision=escape(problem.decision), line=problem.line, message=escape(problem.message), code=problem.code
    )
    return told


def as_json(name: str, evaluation: Evaluation) -> dict[str, object]:
    """An evaluation of `name` for programs."""
    return {
        "decision": name,
        "value": plain(evaluation.value),
        "type": type_name(evaluation.value),
        "decisions": {each: plain(value) for each, value in evaluation.decisions.items()},
        "fired": [_table(fired) for fired in evaluation.fired],
        "problems": [
            {
                "decision": each.decision,
                "line": each.line,
                "column": each.column,
                "code": each.code,
                "message": each.message,
            }
            for each in evaluation.problems
        ],
        "failed": evaluation.failed,
    }


def _table(fired: FiredTable) -> dict[str, object]:
    return {
        "decision": fired.decision,
        "table": fired.table,
        "hit_policy": fired.policy,
        "rules": [_rule(rule) for rule in fired.rules],
    }


def _rule(rule: FiredRule) -> dict[str, object]:
    return {
        "rule": rule.index,
        "id": rule.id,
        "inputs": {name: plain(value) for name, value in rule.inputs.items()},  # type: ignore[arg-type]
        "outputs": {name: plain(value) for name, value in rule.outputs.items()},  # type: ignore[arg-type]
    }
