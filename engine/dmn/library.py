"""All models of one deployment: the main file and those that it imports, found by their namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn.definitions import Definitions, Element, Import, Key
from engine.dmn.problems import Problems
from engine.dmn.read import read


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """The main model and, by namespace, every model that it reaches through imports, itself among them."""

    main: Definitions
    models: Mapping[str, Definitions]
    elements: Mapping[Key, Element]

    def imported(self, model: Definitions, namespace: str) -> Import | None:
        """By which import `model` knows the model of this namespace."""
        return next((each for each in model.imports if each.namespace == namespace), None)

    def model_of(self, element: Element) -> Definitions:
        """The model in which an element stands."""
        return self.models[element.key.namespace]

    def reached(self) -> dict[str, tuple[str, ...]]:
        """The shortest chain of import names from the main model to each namespace; the main model's is empty."""
        chains: dict[str, tuple[str, ...]] = {self.main.namespace: ()}
        waiting = [self.main]
        for model in waiting:
            for each in model.imports:
                if each.namespace in self.models and each.namespace not in chains:
                    name = (each.name,) if each.name else ()
                    chains[each.namespace] = (*chains[model.namespace], *name)
                    waiting.append(self.models[each.namespace])
        return chains


def load(content: bytes, source: str, imports: Mapping[str, bytes], problems: Problems) -> Library:
    """Read the main file and those that it imports; raises DmnError when one cannot be read at all."""
    main = read(content, source, problems)
    others: dict[str, Definitions] = {}
    for name, other in imports.items():
        if name != source:
            model = read(other, name, problems)
            others.setdefault(model.namespace, model)
    models = {main.namespace: main}
    waiting = [main]
    for model in waiting:
        for each in model.imports:
            if each.namespace in models:
                continue
            if each.namespace not in others:
                message = f"no file of the namespace {each.namespace} is given"
                problems.add(model.source, each.line, each.name, "unknown-import", message, "deploy it with this one")
                continue
            models[each.namespace] = others[each.namespace]
            waiting.append(models[each.namespace])
    elements = {element.key: element for model in models.values() for element in model.elements}
    return Library(main=main, models=models, elements=elements)
