"""Script tasks: FEEL, or a language that whoever checks the process has registered."""

from __future__ import annotations

from engine.bpmn import translation
from engine.bpmn.document import Element, children, line_of, text_of
from engine.bpmn.expressions import is_feel
from engine.bpmn.graph import ScriptTask
from engine.bpmn.nodes.source import Source
from engine.bpmn.nodes.tasks import activity
from engine.bpmn.problems import Mark
from engine.bpmn.scripts import FEEL, Language, Script, ScriptError
from engine.bpmn.vendor import Extensions
from engine.feel import FeelError

_WRITE = 'write one FEEL expression with scriptFormat="feel" and a result variable'


def read_script_task(source: Source, extensions: Extensions) -> ScriptTask | None:
    """A script task; None, with the FEEL to write, for a language that is not executed."""
    common = activity(source, extensions, "script")
    part = next(children(source.element, "script"), None)
    if extensions.script is not None:
        if part is not None:
            source.refuse("script-twice", "the task has a zeebe:script and a script", "keep one", part)
            return None
        script = _compiled(source, FEEL, extensions.script, extensions, source.element)
    else:
        script = _read_part(source, extensions, part)
    return None if script is None else ScriptTask(**common, script=script)


def _read_part(source: Source, extensions: Extensions, part: Element | None) -> Script | None:
    if part is None or not text_of(part):
        source.refuse("script-empty", "the script task has no script", _WRITE)
        return None
    name = (source.element.get("scriptFormat") or "").strip()
    language = FEEL if is_feel(name) else source.scripts.get(name)
    if language is None:
        what = f"is in {name!r}, which is not executed" if name else "names no scriptFormat"
        source.refuse("script-language", f"the script {what}", _remedy(text_of(part), extensions), part)
        return None
    return _compiled(source, language, text_of(part), extensions, part)


def _compiled(source: Source, language: Language, text: str, extensions: Extensions, at: Element) -> Script | None:
    try:
        return language.compile(text, extensions.result_variable)
    except ScriptError as error:
        source.refuse(error.code, error.message, "set its result variable", at)
    except FeelError as error:
        message = f"script {text!r} (line {error.line}, column {error.column}): {error.message}"
        remedy = _remedy(text, extensions)
        line = line_of(at) + max(0, error.line - 1)
        mark = Mark(text=text, line=error.line, column=error.column)
        source.problems.error(line, source.id, f"expression-{error.code}", message, remedy, mark)
    return None


def _remedy(text: str, extensions: Extensions) -> str:
    """The FEEL for a simple script, with the variable that it sets."""
    found = translation.assignment(text)
    if found is None:
        return f"{_WRITE}; other work belongs to a service task"
    variable = found[0] or extensions.result_variable or "result"
    return f'write `{found[1]}` with scriptFormat="feel" and camunda:resultVariable="{variable}"'
