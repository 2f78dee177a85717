"""What expressions and decision tables cost: a condition, and a UNIQUE table whose rules are all checked."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.dmn import compile_model
from engine.feel import compile_expression

RULES = 100
DATA = {"amount": 4550, "kind": "birth", "age": 30}


def condition() -> tuple[Callable[[], object], Callable[[], object]]:
    """A gateway condition, and the same written in Python."""
    expression = compile_expression('=amount > 100 and status = "x"')
    data = {"amount": 150, "status": "x"}
    return lambda: expression.evaluate(data), lambda: data["amount"] > 100 and data["status"] == "x"


def table() -> tuple[Callable[[], object], Callable[[], object]]:
    """A UNIQUE table of 100 rules and 3 inputs (range, text, order) from data to result, and the same in Python."""
    model = compile_model(_table())
    if model.evaluate("Fee", DATA).value != Decimal(45):
        raise SystemExit("the table does not give the rule that fits")
    rules = [(n * 100, n * 100 + 100, "birth" if n % 2 else "death", 18, n) for n in range(RULES)]
    return lambda: model.evaluate("Fee", DATA), lambda: _checked(rules, DATA)


def _checked(rules: list[tuple[int, int, str, int, int]], data: Mapping[str, object]) -> list[int]:
    amount, kind, age = data["amount"], data["kind"], data["age"]
    assert isinstance(amount, int)
    assert isinstance(age, int)
    return [n for low, high, text, least, n in rules if low <= amount < high and kind == text and age >= least]


def _table() -> bytes:
    rules = "".join(
        f"<rule id='r{n}'><inputEntry><text>[{n * 100}..{n * 100 + 100})</text></inputEntry>"
        f'<inputEntry><text>"{"birth" if n % 2 else "death"}"</text></inputEntry>'
        f"<inputEntry><text>&gt;= 18</text></inputEntry><outputEntry><text>{n}</text></outputEntry></rule>"
        for n in range(RULES)
    )
    inputs = "".join(
        f"<input id='i{name}'><inputExpression><text>{name}</text></inputExpression></input>" for name in DATA
    )
    data = "".join(f"<inputData id='d{name}' name='{name}'><variable name='{name}'/></inputData>" for name in DATA)
    needs = "".join(
        f"<informationRequirement id='n{name}'><requiredInput href='#d{name}'/></informationRequirement>"
        for name in DATA
    )
    return (
        "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' id='m' name='bench' namespace='urn:bench'>"
        f"{data}<decision id='fee' name='Fee'><variable name='Fee'/>{needs}"
        f"<decisionTable id='t' hitPolicy='UNIQUE'>{inputs}<output id='o'/>{rules}</decisionTable>"
        "</decision></definitions>"
    ).encode()
