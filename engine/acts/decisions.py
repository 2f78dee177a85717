"""The decisions of a bundle: compiled when it is deployed, all of them or none."""

from collections.abc import Mapping

from engine.bpmn.problems import Problem
from engine.dmn import DmnError, DmnProblem, Model, compile_model
from engine.process import DECISIONS

MOST_FILES = 20  # each is read with all others, for its imports
_FOLDER, _SUFFIX = "decisions/", ".dmn"


def read_decisions(files: Mapping[str, bytes]) -> tuple[dict[str, Model], tuple[Problem, ...]]:
    """The models by the ids of their decisions, and every problem found; any of them refuses the bundle."""
    found = {path: content for path, content in sorted(files.items()) if _holds_decisions(path)}
    if len(found) > MOST_FILES:
        message = f"the bundle has {len(found)} files of decisions; at most {MOST_FILES} are read"
        return {}, (_problem(next(iter(found)), 1, None, "decision-files", message, "put several into one file"),)
    models: dict[str, Model] = {}
    homes: dict[str, str] = {}
    problems: list[Problem] = []
    for path, content in found.items():
        try:
            model = compile_model(content, source=path, imports={name: found[name] for name in found if name != path})
        except DmnError as error:
            problems += [_told(problem) for problem in error.problems]
            continue
        for decision in model.decisions:
            if decision in homes:
                message = f"decision {decision!r} is in {homes[decision]} too"
                problems.append(_problem(path, 1, decision, "decision-twice", message, "give each decision its own id"))
            homes.setdefault(decision, path)
            models.setdefault(decision, model)
    return models, tuple(dict.fromkeys(problems))


def _holds_decisions(path: str) -> bool:
    return path == DECISIONS or (path.startswith(_FOLDER) and path.endswith(_SUFFIX))


def _told(problem: DmnProblem) -> Problem:
    return _problem(problem.source, problem.line, problem.element, problem.code, problem.message, problem.remedy)


def _problem(file: str, line: int, element: str | None, code: str, message: str, remedy: str) -> Problem:
    return Problem(severity="error", file=file, line=line, element=element, code=code, message=message, remedy=remedy)
