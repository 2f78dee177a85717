"""`hoso decision`: check a decision model (DMN), and try its decisions over data of one's own."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json, say, table
from adapters.console.explained import as_json, explain
from adapters.console.trial import FUEL, DataFile, Fuel, Names, Now, asked_now, given
from engine.dmn import NOT_GIVEN, DmnError, DmnProblem, Evaluation, Model, compile_model
from engine.feel import FeelError

app = Commands(_("Decision models (DMN): check, evaluate."), group=True)
File = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The decision model, a .dmn file."))]
Imports = Annotated[
    list[Path] | None,
    typer.Option("--import", metavar=_("FILE"), help=_("A model that it imports, found by its namespace; repeat it.")),
]
_LARGEST = 16 * 1024 * 1024


@app.verb(
    "check",
    _(
        "Check a decision model as deploying would: every problem with its line, its element and how to mend it. One "
        "that passes is listed: its decisions, services and knowledge models, and the data that each needs."
    ),
    "hoso decision check phi.dmn",
    "hoso decision check phi.dmn --import chung.dmn --json",
)
def check(file: File, import_: Imports = None, json: AsJson = False) -> None:
    """Check a model and list what it decides."""
    try:
        model = _compiled(file, import_ or ())
    except DmnError as error:
        if json:
            out_json({"problems": [_problem(each) for each in error.problems], "ok": False})
        raise _refused(file, error.problems, listed=not json) from None
    if json:
        items = [{"id": id, "name": name, "needs": _needs(model, id)} for id, name in _known(model).items()]
        out_json({"problems": [], "ok": True, "items": items})
        return
    rows = [
        (name, id, ", ".join(f"{each}: {kind}" for each, kind in _needs(model, id).items()))
        for id, name in _known(model).items()
    ]
    table((_("DECISION"), _("ID"), _("NEEDS")), rows)
    say(_("{file}: no problems.").format(file=escape(file)))


@app.verb(
    "evaluate",
    _(
        "Evaluate a decision, a decision service or a business knowledge model: prints its value in FEEL, the values "
        "of the decisions that it required, and the rules that fired. Text of the data becomes a date where the model "
        "says so. Exit code 6: the model was refused, ran out of fuel, or contradicts a hit policy."
    ),
    "hoso decision evaluate phi.dmn --data ho-so.json",
    "hoso decision evaluate phi.dmn --decision 'Mức phí' --name 'Số bản'=3 --json",
    "hoso decision evaluate phi.dmn --data - --import chung.dmn < ho-so.json",
)
def evaluate(
    file: File,
    data: DataFile = None,
    name: Names = None,
    decision: Annotated[
        str | None,
        typer.Option(
            metavar=_("NAME|ID"),
            help=_(
                "What to evaluate (else the only decision that no other requires); also a service or a knowledge model."
            ),
        ),
    ] = None,
    import_: Imports = None,
    now: Now = None,
    fuel: Fuel = FUEL,
    json: AsJson = False,
) -> None:
    """Evaluate a decision and say how it came about."""
    moment = asked_now(now)
    try:
        model = _compiled(file, import_ or ())
    except DmnError as error:
        raise _refused(file, error.problems, listed=not json) from None
    wanted = _wanted(model, file, decision)
    values = given(data, name, now=moment)
    try:
        ask = model.evaluate if wanted in model.decisions else model.invoke
        evaluation = ask(wanted, values, fuel=fuel, now=moment)
    except FeelError as error:
        raise _stopped(file, error) from None
    called = _known(model)[wanted]
    if json:
        out_json(as_json(called, evaluation))
    else:
        explain(called, evaluation)
        _tell_unused(evaluation, values, _needs(model, wanted))
    if evaluation.failed:
        raise _unreliable(file, evaluation)


def _compiled(file: Path, imports: Iterable[Path]) -> Model:
    others = {str(each): read_file(each, limit=_LARGEST) for each in imports}
    return compile_model(read_file(file, limit=_LARGEST), source=str(file), imports=others)


def _wanted(model: Model, file: Path, asked: str | None) -> str:
    """The id of what is to be evaluated."""
    if asked is None:
        return _only_final(model, file)
    for known in (model.decisions, model.invocables):
        if asked in known:
            return asked
        for id, name in known.items():
            if name == asked:
                return id
    message = _("{file} has no decision, service or knowledge model {name}")
    raise CommandFailed(
        "decision-unknown",
        message.format(file=escape(file), name=escape(repr(asked))),
        remedy=_one_of(_known(model)),
    )


def _only_final(model: Model, file: Path) -> str:
    if len(model.finals) == 1:
        return next(iter(model.finals))
    if not model.decisions:
        message = _("{file} has no decision").format(file=escape(file))
        remedy = _("say with --decision what to invoke") if model.invocables else _("draw one")
        raise CommandFailed("decision-unknown", message, remedy=remedy)
    message = _("{file} has {count} decisions that no other requires").format(
        file=escape(file), count=len(model.finals)
    )
    raise CommandFailed("decision-ambiguous", message, remedy=_one_of(model.finals, option="--decision "))


def _one_of(names: Mapping[str, str], *, option: str = "") -> str:
    shown = ", ".join(sorted({escape(name) for name in names.values()}))
    return _("use {option}one of: {names}").format(option=option, names=shown) if names else ""


def _known(model: Model) -> dict[str, str]:
    """What can be evaluated: the name of everything by its id."""
    return {**model.decisions, **model.invocables}


def _needs(model: Model, id: str) -> dict[str, str]:
    needs = model.inputs_of(id) if id in model.decisions else model.parameters_of(id)
    return {name: str(kind) for name, kind in needs.items()}


# What went wrong


def _tell_unused(evaluation: Evaluation, values: Mapping[str, object], needs: Mapping[str, str]) -> None:
    """Where something was not given, what was given in vain: often the same, misspelt."""
    unused = [escape(name) for name in values if name not in needs]
    if unused and any(problem.code == NOT_GIVEN for problem in evaluation.problems):
        say(_("Given, but not needed: {names}").format(names=", ".join(unused)))


def _problem(problem: DmnProblem) -> dict[str, object]:
    names = ("source", "line", "element", "code", "message", "remedy")
    return {"file" if name == "source" else name: getattr(problem, name) for name in names}


def _refused(file: Path, problems: Sequence[DmnProblem], *, listed: bool) -> CommandFailed:
    """One problem is told in one line; several are listed on stdout before."""
    missing = any(problem.code == "unknown-import" for problem in problems)
    give = _("give the models that it imports with --import FILE") if missing else ""
    if len(problems) == 1:
        [one] = problems
        place = f"{one.source}:{one.line}: " + (f"{one.element}: " if one.element else "")
        return CommandFailed(
            one.code, escape(place + one.message), remedy=give or escape(one.remedy), exit_code=REFUSED
        )
    if listed:
        for problem in problems:
            out(escape(problem))
    message = _("{file}: {count} problems; it cannot be executed").format(file=escape(file), count=len(problems))
    remedy = give or _("mend what is listed above")
    return CommandFailed("decisions-refused", message, remedy=remedy, exit_code=REFUSED)


def _stopped(file: Path, error: FeelError) -> CommandFailed:
    message = f"{file}:{error.line}: {error.message}"
    return CommandFailed(error.code, escape(message), exit_code=REFUSED)


def _unreliable(file: Path, evaluation: Evaluation) -> CommandFailed:
    first = evaluation.problems[0]
    message = _("{file}: {decision} has no reliable value").format(file=escape(file), decision=escape(first.decision))
    remedy = _("mend what is said above")
    return CommandFailed(first.code, message, remedy=remedy, exit_code=REFUSED)
