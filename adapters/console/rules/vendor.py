"""Rules of what modelers write beyond BPMN."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="extension-unsupported",
        title=N_("What Camunda's extensions say is executed or refused"),
        why=N_(
            "An attribute or element that is not read could change what the process does; passing "
            "it over in silence would run another process than was drawn."
        ),
        mend=N_("Remove it, correct its name, or say the same with what Hoso executes."),
        wrong='<zeebe:taskDefinition tpye="hoso.letter" />',
        right='<zeebe:taskDefinition type="hoso.letter" />',
    ),
    Rule(
        code="extension-unknown",
        title=N_("Extensions of others are not read"),
        why=N_("It belongs to a tool that Hoso does not know and has no effect here."),
        mend=N_("Remove it if it should do anything."),
    ),
    Rule(
        code="extension-without-effect",
        title=N_("The extension has no effect"),
        why=N_("Hoso does without it, or does not apply it yet."),
        mend=N_("Remove it, or keep it for later."),
    ),
    Rule(
        code="hoso-attribute",
        title=N_("Hoso's own are extension properties"),
        why=N_(
            "They are set through element templates, so that every modeler keeps them; an "
            "attribute or element of that name is read by nobody."
        ),
        mend=N_("Write a property named hoso:… within zeebe:properties or camunda:properties."),
        wrong='<bpmn:userTask id="a" hoso:signature="approval" />',
        right=('<zeebe:properties>\n  <zeebe:property name="hoso:signature" value="approval" />\n</zeebe:properties>'),
    ),
    Rule(
        code="decision-binding",
        title=N_("A decision is bound by the deployment"),
        why=N_("Decisions travel in the bundle."),
        mend=N_("Set the binding to deployment, or remove it."),
    ),
    Rule(
        code="decision-expression",
        title=N_("A decision is named, not computed"),
        why=N_("What an expression would choose cannot be checked before it runs."),
        mend=N_("Name the decision's id; choose between several by a gateway."),
    ),
    Rule(
        code="decision-result",
        title=N_("A decision's result is mapped in a known way"),
        why=N_("mapDecisionResult is one of Camunda's four."),
        mend=N_("Write singleEntry, singleResult, collectEntries or resultList."),
    ),
    Rule(
        code="schedule-twice",
        title=N_("When a task is due is said once"),
        why=N_("A term in working days and a due date would contradict each other."),
        mend=N_("Keep one of them."),
    ),
    Rule(
        code="schedule-unreadable",
        title=N_("Due dates, follow-up dates, priorities and terms can be read"),
        why=N_("A task would open without the time that its modeler wanted."),
        mend=N_("Write an ISO 8601 date or duration, a priority from 0 to 100, a term from 0 to 250, or FEEL after =."),
    ),
    Rule(
        code="extension-twice",
        title=N_("An extension is said once"),
        why=N_("Camunda 7 and Camunda 8 say different things of the same; one of the two would be lost."),
        mend=N_("Keep one of them."),
    ),
)
