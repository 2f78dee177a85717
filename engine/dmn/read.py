"""From a file to its definitions: what stands there, and what is wrong with it as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from engine.dmn.boxed import Text, TypeRef, UnknownBox, Variable
from engine.dmn.definitions import (
    Decision,
    Definitions,
    Element,
    Import,
    InputData,
    Item,
    Key,
    Knowledge,
    Service,
)
from engine.dmn.document import MODELS, child, children, is_feel, line_of, local_name, root_of
from engine.dmn.document import Element as Xml
from engine.dmn.problems import Problems
from engine.dmn.read_boxed import expression_in, function_in, name_in, text_in, type_of, variable


def read(content: bytes, source: str, problems: Problems) -> Definitions:
    """The definitions of a file; raises DmnError when it cannot be read at all."""
    return _Reader(root_of(content, source), source, problems).definitions()


class _Common(TypedDict):
    key: Key
    name: str
    known: tuple[str, ...]
    type: TypeRef | None
    line: int


class _Reader:
    def __init__(self, root: Xml, source: str, problems: Problems) -> None:
        self._root = root
        self._source = source
        self._problems = problems
        self._namespace = root.get("namespace", "").strip()
        self._feel = is_feel(root.get("expressionLanguage"))

    def definitions(self) -> Definitions:
        self._check_languages()
        return Definitions(
            source=self._source,
            name=name_in(self._root),
            namespace=self._namespace,
            imports=self._imports(),
            items=tuple(_item(each) for each in children(self._root, "itemDefinition")),
            elements=self._elements(),
        )

    def _check_languages(self) -> None:
        for attribute in ("expressionLanguage", "typeLanguage"):
            language = self._root.get(attribute)
            if not is_feel(language):
                self._problem(self._root, None, "expression-language", f"{attribute} is {language}", "write it in FEEL")
        for each in self._root.iter("{*}itemDefinition", "{*}itemComponent"):
            if not is_feel(language := each.get("typeLanguage")):
                message = f"typeLanguage is {language}"
                self._problem(each, each.get("name"), "expression-language", message, "use the types of FEEL")

    def _imports(self) -> tuple[Import, ...]:
        found: dict[str, Import] = {}
        for each in children(self._root, "import"):
            kind, namespace = each.get("importType", ""), each.get("namespace", "").strip()
            if kind not in MODELS and kind:
                message = f"the import is of type {kind}"
                self._problem(each, each.get("name"), "unknown-import", message, "import DMN models only")
            elif namespace in found:
                message = f"the namespace {namespace} is imported twice"
                self._problem(each, each.get("name"), "duplicate", message, "import each model once")
            else:
                found[namespace] = Import(name=name_in(each), namespace=namespace, line=line_of(each))
        return tuple(found.values())

    def _elements(self) -> tuple[Element, ...]:
        found: dict[str, Element] = {}
        for each in children(self._root, "inputData", "decision", "businessKnowledgeModel", "decisionService"):
            element = self._element(each)
            if element is None:
                continue
            if element.key.id in found:
                self._problem(each, element.key.id, "duplicate", "the id is used twice", "give each element its own id")
            found.setdefault(element.key.id, element)
        self._check_names(found)
        return tuple(found.values())

    def _check_names(self, found: dict[str, Element]) -> None:
        seen: dict[str, Element] = {}
        for element in found.values():
            if element.name in seen:
                self._problems.add(
                    self._source, element.line, element.key.id, "duplicate",
                    f"the name is that of {seen[element.name].key.id}", "give each element its own name",
                )  # fmt: skip
            seen.setdefault(element.name, element)

    def _element(self, xml: Xml) -> Element | None:
        # What has no id can be required by nobody, but a decision may still be asked for by its name.
        identity = (xml.get("id") or xml.get("name") or "").strip()
        named = child(xml, "variable")
        inner = "" if named is None else name_in(named)
        name = name_in(xml) or inner or identity
        if not identity:
            self._problem(xml, None, "no-name", f"the {local_name(xml)} has neither id nor name", "name it")
            return None
        common = _Common(
            key=Key(self._namespace, identity),
            name=name,
            known=tuple(dict.fromkeys((inner or name, identity))),
            type=None if named is None else type_of(named),
            line=line_of(xml),
        )
        match local_name(xml):
            case "inputData":
                return InputData(**common)
            case "decision":
                return self._decision(xml, common)
            case "businessKnowledgeModel":
                return self._knowledge(xml, common)
        return Service(
            **common,
            outputs=self._references(xml, "outputDecision"),
            encapsulated=self._references(xml, "encapsulatedDecision"),
            given_decisions=self._references(xml, "inputDecision"),
            given_data=self._references(xml, "inputData"),
        )

    def _decision(self, xml: Xml, common: _Common) -> Decision:
        required = [
            reference
            for requirement in children(xml, "informationRequirement")
            for reference in self._references(requirement, "requiredDecision", "requiredInput")
        ]
        return Decision(
            **common,
            requires=tuple(dict.fromkeys(required)),
            knows=self._known(xml),
            logic=expression_in(xml) if self._feel else _not_feel(xml),
        )

    def _knowledge(self, xml: Xml, common: _Common) -> Knowledge:
        logic = child(xml, "encapsulatedLogic")
        function = None if logic is None else function_in(logic)
        return Knowledge(
            **common,
            knows=self._known(xml),
            logic=function if function is None or self._feel else replace(function, body=_not_feel(xml)),
        )

    def _known(self, xml: Xml) -> tuple[Key, ...]:
        requirements = children(xml, "knowledgeRequirement")
        return tuple(dict.fromkeys(key for each in requirements for key in self._references(each, "requiredKnowledge")))

    def _references(self, xml: Xml, *names: str) -> tuple[Key, ...]:
        """The elements that `href` names: `#id`, `namespace#id`, or (some modelers) the id alone."""
        found = []
        for each in children(xml, *names):
            href = each.get("href", "").strip()
            namespace, hash_sign, identity = href.rpartition("#")
            found.append(Key(namespace or self._namespace, identity if hash_sign else href))
        return tuple(dict.fromkeys(found))

    def _problem(self, xml: Xml, element: str | None, code: str, message: str, remedy: str) -> None:
        self._problems.add(self._source, line_of(xml), element, code, message, remedy)


def _not_feel(xml: Xml) -> UnknownBox:
    message = "the model's expression language is not FEEL"
    return UnknownBox(
        line=line_of(xml), id=None, type=None, code="expression-language", message=message, remedy="write it in FEEL"
    )


def _item(xml: Xml) -> Item:
    return Item(
        name=name_in(xml),
        type=type_of(xml),
        components=tuple(_item(each) for each in children(xml, "itemComponent")),
        function=_function(child(xml, "functionItem")),
        collection=xml.get("isCollection", "false").strip() in ("true", "1"),
        allowed=_tests(xml, "allowedValues"),
        constraint=_tests(xml, "typeConstraint"),
        line=line_of(xml),
    )


def _function(xml: Xml | None) -> tuple[tuple[Variable, ...], TypeRef | None] | None:
    if xml is None:
        return None
    return tuple(variable(each) for each in children(xml, "parameters")), type_of(xml, "outputTypeRef")


def _tests(xml: Xml, name: str) -> Text | None:
    return text_in(child(xml, name))
