"""Rules of decisions and of the models (DMN) that hold them."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="decision-unknown",
        title=N_("A decision that is asked is in the bundle"),
        why=N_("It travels with the process, so that a dossier is decided by the rules that it was received under."),
        mend=N_("Add it to decisions.dmn, or correct the id at the task."),
    ),
    Rule(
        code="decision-twice",
        title=N_("A decision has its own id"),
        why=N_("Two files of the bundle have a decision of this id."),
        mend=N_("Give each decision its own id."),
    ),
    Rule(
        code="decision-files",
        title=N_("A bundle has at most 20 files of decisions"),
        why=N_("Each is read with all others, for its imports."),
        mend=N_("Put several decisions into one file."),
    ),
    Rule(
        code="not-dmn",
        title=N_("The root is definitions of DMN"),
        why=N_("The file is XML, but no decision model."),
        mend=N_("Save it as DMN from the modeler."),
    ),
    Rule(
        code="no-name",
        title=N_("Each element of a decision model has a name"),
        why=N_("Expressions and requirements go by names and ids."),
        mend=N_("Name it."),
    ),
    Rule(
        code="duplicate",
        title=N_("Names and ids of a decision model are unique"),
        why=N_("Two of them leave open which is meant."),
        mend=N_("Give each its own."),
    ),
    Rule(
        code="unknown-reference",
        title=N_("A requirement leads to an element of the model"),
        why=N_("What is required is not there."),
        mend=N_("Connect it to an element of the model, or remove it."),
    ),
    Rule(
        code="unknown-type",
        title=N_("A type is defined"),
        why=N_("The typeRef names no type of FEEL and no item definition."),
        mend=N_("Correct the name, or define the type."),
    ),
    Rule(
        code="type-cycle",
        title=N_("A type is not defined by itself"),
        why=N_("A circle of references has no end."),
        mend=N_("End the circle of references."),
    ),
    Rule(
        code="type-size",
        title=N_("A type is not too large"),
        why=N_("Types are bounded, so that no file can exhaust the machine."),
        mend=N_("Make it smaller."),
    ),
    Rule(
        code="unknown-import",
        title=N_("What is imported is in the bundle"),
        why=N_("Models import each other by namespace."),
        mend=N_("Deploy it with this one; import DMN models only."),
    ),
    Rule(
        code="cycle",
        title=N_("Decisions do not require each other in a circle"),
        why=N_("None of them could be decided first."),
        mend=N_("Take one requirement away."),
    ),
    Rule(
        code="foreign-function",
        title=N_("Functions are FEEL"),
        why=N_("Functions of Java and PMML are not executed."),
        mend=N_("Write it in FEEL."),
    ),
    Rule(
        code="no-expression",
        title=N_("A decision has an expression"),
        why=N_("There is nothing that could give its value."),
        mend=N_("Give it a table or a FEEL expression."),
    ),
    Rule(
        code="table",
        title=N_("A decision table's rows fit its columns"),
        why=N_("Each rule has a cell for each input and each output; several outputs have names."),
        mend=N_("Mend the table in the modeler."),
    ),
    Rule(
        code="cross-table",
        title=N_("A decision table has its rules as rows"),
        why=N_("Crosstabs are not read."),
        mend=N_("Write it with its rules as rows."),
    ),
    Rule(
        code="hit-policy",
        title=N_("A hit policy is one of the standard"),
        why=N_("It says what the table gives when several rules apply."),
        mend=N_("Use one of those that the message names."),
    ),
)
