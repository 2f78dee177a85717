"""FEEL inside process files: compile it where it stands, and say where it does not."""

from __future__ import annotations

import json

from engine.bpmn import translation
from engine.bpmn.document import XSI, Element, line_of, name_of
from engine.bpmn.problems import Mark, Problems
from engine.feel import Expression, FeelError, compile_expression


def compile_at(text: str, element: Element, owner: str, problems: Problems) -> Expression | None:
    """Compile `text` that stands in `element` and belongs to `owner`; None with a problem when it does not compile."""
    try:
        return compile_expression(text)
    except FeelError as error:
        line = line_of(element) + _lines_before(text, element) + max(0, (error.line or 1) - 1)
        where = f" (line {error.line}, column {error.column} of the expression)" if error.column else ""
        feel = translation.expression(text)
        message, remedy = f"expression {text!r}{where}: {error.message}", f"write `={feel}`" if feel else "write FEEL"
        mark = Mark(text=text, line=error.line, column=error.column)
        problems.error(line, owner, f"expression-{error.code}", message, remedy, mark)
        return None


def _lines_before(text: str, element: Element) -> int:
    """How many lines of the element's own text come before `text`; none where `text` is an attribute's."""
    own = element.text or ""
    return own.count("\n", 0, max(0, own.find(text)))


def literal_or_feel(text: str, element: Element, owner: str, problems: Problems) -> Expression | None:
    """Camunda's rule for attributes: text that begins with `=` is FEEL, other text is itself."""
    text = text.strip()
    if text.startswith("=") or is_foreign(text):
        return compile_at(text, element, owner, problems)
    return compile_at(json.dumps(text, ensure_ascii=False), element, owner, problems)


def list_or_feel(text: str, element: Element, owner: str, problems: Problems) -> Expression | None:
    """As `literal_or_feel`, for a list: plain text is split at commas."""
    text = text.strip()
    if text.startswith("=") or is_foreign(text):
        return compile_at(text, element, owner, problems)
    items = [item.strip() for item in text.split(",") if item.strip()]
    return compile_at(json.dumps(items, ensure_ascii=False), element, owner, problems)


def is_foreign(text: str) -> bool:
    """Whether the text is a JUEL expression, which is refused everywhere."""
    return "${" in text or "#{" in text


def is_formal(element: Element, owner: str, problems: Problems) -> bool:
    """Whether the element is a FormalExpression; another one is natural language, which nobody executes (§8.3.6)."""
    if (element.get(f"{{{XSI}}}type") or "").rpartition(":")[2] == "tFormalExpression":
        return True
    message = f"the {name_of(element)} is not a formal expression"
    problems.error(line_of(element), owner, "expression-informal", message, 'give it xsi:type="bpmn:tFormalExpression"')
    return False


def speaks_feel(element: Element, owner: str, problems: Problems) -> bool:
    """Whether the expression is formal and in FEEL: its own language, else the file's; FEEL where none is named."""
    if not is_formal(element, owner, problems):
        return False
    language = element.get("language") or element.getroottree().getroot().get("expressionLanguage")
    if language is None or is_feel(language):
        return True
    feel = translation.expression(element.text or "")
    remedy = f'write {f"`={feel}`" if feel else "FEEL"} and name language="feel" or none'
    message = f"the expression is in {language!r}, which is not executed"
    problems.error(line_of(element), owner, "expression-language", message, remedy, Mark(attribute="language"))
    return False


def is_feel(language: str) -> bool:
    """Whether a language's name or address is that of FEEL, as any version of DMN gives it."""
    return "/feel/" in f"/{language.strip().lower()}/"


def constants(expression: Expression | None) -> list[str]:
    """The texts that the expression always gives; none where it depends on data."""
    if expression is None or expression.names:
        return []
    try:
        value = expression.evaluate({})
    except FeelError:
        return []
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
