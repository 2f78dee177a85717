"""Decision models written short."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from html import escape

from engine.dmn import DmnError, Evaluation, Model, compile_model

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(*parts: str, namespace: str = "urn:main", name: str = "main", model: str = MODEL, more: str = "") -> bytes:
    """A whole file."""
    root = f'<definitions xmlns="{model}" name="{name}" namespace="{namespace}" {more}>'
    return f"{root}{''.join(parts)}</definitions>".encode()


def literal(text: str, kind: str = "") -> str:
    return f"<literalExpression{attribute('typeRef', kind)}><text>{escape(text)}</text></literalExpression>"


def attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""


def variable(name: str, kind: str = "") -> str:
    return f'<variable name="{escape(name)}"{attribute("typeRef", kind)}/>'


def given(name: str, kind: str = "", *, identity: str = "") -> str:
    """Input data."""
    return f'<inputData id="{identity or name}" name="{escape(name)}">{variable(name, kind)}</inputData>'


def decision(
    name: str, logic: str, *, needs: str = "", data: str = "", knows: str = "", kind: str = "", identity: str = ""
) -> str:
    """A decision; `needs`, `data` and `knows` are ids of decisions, input data, and knowledge, parted by spaces."""
    requirements = "".join(
        f'<informationRequirement><requiredDecision href="{href(each)}"/></informationRequirement>'
        for each in needs.split()
    )
    requirements += "".join(
        f'<informationRequirement><requiredInput href="{href(each)}"/></informationRequirement>'
        for each in data.split()
    )
    inner = variable(name, kind) + requirements + known(knows) + logic
    return f'<decision id="{identity or name}" name="{escape(name)}">{inner}</decision>'


def known(knows: str) -> str:
    return "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{href(each)}"/></knowledgeRequirement>'
        for each in knows.split()
    )


def href(text: str) -> str:
    return text if "#" in text else f"#{text}"


def knowledge(name: str, parameters: Iterable[str], logic: str, *, knows: str = "", kind: str = "") -> str:
    """A knowledge model; a parameter is written `name` or `name: type`."""
    formal = "".join(parameter("formalParameter", each) for each in parameters)
    inner = variable(name, kind) + f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>" + known(knows)
    return f'<businessKnowledgeModel id="{name}" name="{name}">{inner}</businessKnowledgeModel>'


def parameter(tag: str, written: str) -> str:
    name, _, kind = written.partition(":")
    return f'<{tag} name="{name.strip()}"{attribute("typeRef", kind.strip())}/>'


def service(name: str, *, outputs: str, decisions: str = "", data: str = "", kind: str = "") -> str:
    """A decision service; `decisions` and `data` are what it is given."""
    parts = "".join(f'<outputDecision href="{href(each)}"/>' for each in outputs.split())
    parts += "".join(f'<inputDecision href="{href(each)}"/>' for each in decisions.split())
    parts += "".join(f'<inputData href="{href(each)}"/>' for each in data.split())
    return f'<decisionService id="{name}" name="{name}">{variable(name, kind)}{parts}</decisionService>'


def item(name: str, inner: str, *, collection: bool = False) -> str:
    return f'<itemDefinition name="{name}" isCollection="{str(collection).lower()}">{inner}</itemDefinition>'


def component(name: str, kind: str, more: str = "") -> str:
    return f'<itemComponent name="{name}"><typeRef>{kind}</typeRef>{more}</itemComponent>'


def unary(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>"


def table(
    rules: Iterable[str],
    *,
    inputs: str = "x",
    outputs: str = "r",
    policy: str = "",
    aggregation: str = "",
    values: str = "",
    allowed: str = "",
    default: str = "",
) -> str:
    """A decision table. A rule is written `test | test -> result | result`; columns are parted by spaces.

    `values` are those of the first output, `allowed` those of the first input, `default` that of the first output.
    """
    clauses = ""
    for index, name in enumerate(inputs.split()):
        inner = f"<inputExpression><text>{name}</text></inputExpression>"
        clauses += f"<input>{inner}{unary('inputValues', allowed) if allowed and not index else ''}</input>"
    for index, name in enumerate(outputs.split()):
        inner = unary("outputValues", values) if values and not index else ""
        inner += unary("defaultOutputEntry", default) if default and not index else ""
        clauses += f'<output name="{name}">{inner}</output>'
    rows = "".join(_rule(rule, index) for index, rule in enumerate(rules, 1))
    attributes = attribute("hitPolicy", policy) + attribute("aggregation", aggregation)
    return f'<decisionTable id="t"{attributes}>{clauses}{rows}</decisionTable>'


def _rule(rule: str, index: int) -> str:
    conditions, _, results = rule.partition("->")
    cells = "".join(unary("inputEntry", cell.strip()) for cell in conditions.split("|"))
    cells += "".join(unary("outputEntry", cell.strip()) for cell in results.split("|"))
    return f'<rule id="rule{index}">{cells}</rule>'


def compiled(*parts: str, strict: bool = True) -> Model:
    return compile_model(file(*parts), strict=strict)


def evaluated(logic: str, data: dict[str, object] | None = None, *parts: str, strict: bool = True) -> Evaluation:
    """A lone decision `d` over data; what it reads need not be required."""
    return compiled(decision("d", logic), *parts, strict=strict).evaluate("d", data or {})


def entry(name: str, logic: str, kind: str = "") -> str:
    """An entry of a boxed context; without name it is the result."""
    return f"<contextEntry>{variable(name, kind) if name else ''}{logic}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def function(logic: str, *parameters: str, kind: str = "FEEL") -> str:
    formal = "".join(parameter("formalParameter", each) for each in parameters)
    return f'<functionDefinition kind="{kind}">{formal}{logic}</functionDefinition>'


def codes_of(content: bytes, **imports: bytes) -> list[str]:
    """The codes of the problems for which a file is refused; none if it is not."""
    try:
        compile_model(content, imports=imports)
    except DmnError as error:
        return [problem.code for problem in error.problems]
    return []


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]
