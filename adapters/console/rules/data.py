"""Rules of data: what is read is set, what is declared fits."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="data-never-set",
        title=N_("Data that are read are set by something"),
        why=N_(
            "An unknown name is null in FEEL: a condition that reads it never holds, and the "
            "dossier takes the wrong way or stands still. Usually the name is misspelt."
        ),
        mend=N_(
            "Correct the name, set it before, or name it in hoso:accepts of the start event if the start brings it."
        ),
        wrong='=decison = "approve"',
        right='=decision = "approve"',
    ),
    Rule(
        code="data-not-set-yet",
        title=N_("Data are set before they are read"),
        why=N_("Everything that sets this name runs only after it is read here, so it is always null here."),
        mend=N_("Move what reads it behind what sets it, or set it before."),
    ),
    Rule(
        code="data-not-followed",
        title=N_("The way of data is followed in processes of bounded size"),
        why=N_("In a larger process nobody says whether data are there when they are read."),
        mend=N_("Move parts into processes that it calls."),
    ),
    Rule(
        code="data-drawn-only",
        title=N_("Data objects are drawn only"),
        why=N_("Expressions see all data of the dossier by name; data associations move nothing."),
        mend=N_("Remove it, or keep it as a picture."),
    ),
    Rule(
        code="mapping-nowhere",
        title=N_("Mappings stand where something comes and goes"),
        why=N_("Nothing leads to an event subprocess and nothing goes on from it."),
        mend=N_("Map at its start event, or at the tasks in it."),
    ),
    Rule(
        code="input-on-event",
        title=N_("An event that waits takes no inputs"),
        why=N_("It only brings data."),
        mend=N_("Map what it brings with an output."),
    ),
    Rule(
        code="input-target",
        title=N_("An input's target is a name, given once"),
        why=N_("Inputs are local names; a.b puts b into the context a."),
        mend=N_("Write a name like a or a.b, and each once."),
    ),
    Rule(
        code="output-target",
        title=N_("An output's target is a name, given once"),
        why=N_("Outputs join the dossier's data by name."),
        mend=N_("Write a name like a or a.b, and each once."),
    ),
    Rule(
        code="parameter-script",
        title=N_("A parameter is text, FEEL, a list or a map"),
        why=N_("Scripts within parameters are not executed."),
        mend=N_("Write text, or FEEL with a leading =."),
    ),
    Rule(
        code="collection",
        title=N_("Data and item agree on being a collection"),
        why=N_("isCollection says the same on both."),
        mend=N_("Give both the same value."),
    ),
    Rule(
        code="subprocess-data",
        title=N_("A subprocess has no data inputs of its own"),
        why=N_("What stands within it sees all data."),
        mend=N_("Remove them."),
    ),
    Rule(
        code="set-part",
        title=N_("Parts of a set belong to it"),
        why=N_("What is optional or comes while executing is among the set's references."),
        mend=N_("Add it to the set, or remove it."),
    ),
    Rule(
        code="data-unused",
        title=N_("Declared data are in a set"),
        why=N_("Data inputs and outputs count through the sets that name them."),
        mend=N_("Name it in a set."),
    ),
    Rule(
        code="association-sources",
        title=N_("Several sources are transformed"),
        why=N_("A data association copies one source, or transforms several."),
        mend=N_("Keep one source, or transform them."),
    ),
    Rule(
        code="association-end",
        title=N_("Only the caller fills a process's inputs"),
        why=N_("Within the process its inputs are read and its outputs written."),
        mend=N_("Use a data object."),
    ),
    Rule(
        code="association-item",
        title=N_("What is copied has the same item"),
        why=N_("Without a transformation both sides are the same thing."),
        mend=N_("Give both the same item, or a transformation."),
    ),
    Rule(
        code="data-name",
        title=N_("A reference is called after its data object"),
        why=N_("And after its state, in brackets."),
        mend=N_("Call it as the message says."),
    ),
)
