"""Which form a user task shows."""

from __future__ import annotations

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.expressions import is_foreign
from engine.bpmn.problems import Mark
from engine.bpmn.vendor.place import Place, known_attributes


def read_form_reference(place: Place) -> None:
    """Camunda 7: `camunda:formRef`."""
    element = place.element
    binding = element.get(f"{{{CAMUNDA}}}formRefBinding")
    if binding not in (None, "deployment", "latest"):
        place.refuse(
            element, "form-binding", f"a form is bound by {binding!r}", 'use "deployment": forms travel in the bundle'
        )
    place.found.form = element.get(f"{{{CAMUNDA}}}formRef") or None


def read_form(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:formDefinition`."""
    known_attributes(item, place, "formId", "bindingType")
    binding = item.get("bindingType")
    if binding not in (None, "deployment", "latest"):
        place.refuse(
            item, "form-binding", f"a form is bound by {binding!r}", 'use "deployment": forms travel in the bundle'
        )
    form = item.get("formId")
    if not form:
        place.refuse(item, "form-missing-id", "the form has no formId", "link a form of the bundle by its id")
    elif is_foreign(form) or form.startswith("="):
        message, mark = f"the form id {form!r} is an expression", Mark(attribute="formId")
        place.refuse(item, "form-expression", message, "name the form", mark)
    else:
        place.found.form = form
