"""`hoso feel`: try an expression, or the tests of a decision table's cell, over data of one's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from adapters.cli.errors import REFUSED, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.shell import Commands
from adapters.cli.terminal import out, out_json, say
from adapters.console.notation import plain, type_name, written
from adapters.console.trial import (
    FUEL,
    DataFile,
    Fuel,
    Names,
    Now,
    asked_now,
    given,
    names_of,
    placed,
    refused,
    standard_input,
)
from engine.feel import Answer, FeelError, Problem, compile_cell, compile_expression

app = Commands(_("Try a FEEL expression."))


@app.verb(
    "feel",
    _(
        "Try a FEEL expression: prints its value in FEEL, and on stderr why parts of it became null. Exit code 6 means "
        "that it was refused or took more operations than its fuel."
    ),
    "hoso feel 'sum([1, 2, 3]) / 3'",
    "hoso feel 'so_luong > 3 and decision = \"approve\"' --data du-lieu.json",
    "hoso feel 'hạn - @\"2026-11-21\"' --name 'hạn=@\"2026-12-01\"'",
    "hoso feel '[1..5], > 100' --test 7",
    "hoso feel - --json < dieu-kien.feel",
)
def feel(
    expression: Annotated[
        str,
        typer.Argument(
            metavar=_("EXPR|-"),
            help=_(
                "The expression; - reads it from stdin (with --test it is the cell that everything passes). "
                "Write = before one that begins with a minus: '=-x'."
            ),
        ),
    ],
    data: DataFile = None,
    name: Names = None,
    test: Annotated[
        str | None,
        typer.Option(
            metavar="FEEL", help=_("Take the expression as a decision table's cell, and test this value with it.")
        ),
    ] = None,
    now: Now = None,
    fuel: Fuel = FUEL,
    json: AsJson = False,
) -> None:
    """Evaluate an expression or tests and print what came out."""
    piped = expression == "-" and test is None
    if piped and str(data) == "-":
        message = _("the expression and the data cannot both come from stdin")
        raise CommandFailed("usage", message, remedy=_("give one of them as a file or argument"), exit_code=USAGE)
    moment = asked_now(now)
    values = given(data, name, now=moment)
    text = _from_stdin() if piped else expression
    trial = _Trial(values, fuel, moment)
    answer = trial.evaluated(text) if test is None else trial.tested(text, test)
    if json:
        out_json(_as_json(answer))
        return
    out(written(answer.value))
    for problem in answer.problems:
        say(placed(problem.at.line, problem.at.column, problem.message))


class _Trial:
    """One evaluation: the data, the fuel, the time."""

    def __init__(self, data: dict[str, object], fuel: int, now: datetime) -> None:
        self._data = data
        self._names = names_of(data)
        self._fuel = fuel
        self._now = now

    def evaluated(self, text: str) -> Answer:
        try:
            expression = compile_expression(text, names=self._names)
            return expression.answer(self._data, fuel=self._fuel, now=self._now)
        except FeelError as error:
            raise refused(error, text) from None

    def tested(self, text: str, value: str) -> Answer:
        subject = self.evaluated(value)
        _tell(subject.problems)
        try:
            cell = compile_cell(text, names=self._names)
            return cell.answer(subject.value, self._data, fuel=self._fuel, now=self._now)
        except FeelError as error:
            raise refused(error, text) from None


def _tell(problems: Sequence[Problem]) -> None:
    """Say why the value under test became null."""
    for problem in problems:
        say(_("the value of --test: {problem}").format(problem=placed(*problem.at, problem.message)))


def _from_stdin() -> str:
    try:
        return standard_input().decode("utf-8-sig")
    except UnicodeDecodeError:
        message = _("the expression on stdin is not UTF-8 text")
        raise CommandFailed("syntax", message, exit_code=REFUSED) from None


def _as_json(answer: Answer) -> dict[str, object]:
    return {
        "value": plain(answer.value),
        "type": type_name(answer.value),
        "problems": [
            {"line": problem.at.line, "column": problem.at.column, "message": problem.message}
            for problem in answer.problems
        ],
        "fuel": answer.fuel,
    }
