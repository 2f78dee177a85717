"""Rules of processes and subprocesses: how they begin and end, lanes, what they call."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="start-twice",
        title=N_("A process starts by each trigger once"),
        why=N_("Two start events of the same trigger leave open where the dossier begins."),
        mend=N_("Keep one of them."),
    ),
    Rule(
        code="end-without-start",
        title=N_("Who has an end event has a start event"),
        why=N_("The standard wants both or none, so that a reader sees where it begins."),
        mend=N_("Add a start event, or remove the end events."),
    ),
    Rule(
        code="start-without-end",
        title=N_("Who has a start event has an end event"),
        why=N_("The standard wants both or none, so that a reader sees where it ends."),
        mend=N_("Add an end event, or remove the start events."),
    ),
    Rule(
        code="start-triggered",
        title=N_("A subprocess in the flow starts without trigger"),
        why=N_("The flow that leads to the subprocess begins it."),
        mend=N_("Remove the trigger, or make it an event subprocess."),
    ),
    Rule(
        code="start-untriggered",
        title=N_("An event subprocess starts by a trigger"),
        why=N_("No flow leads to it; without a trigger it never begins."),
        mend=N_("Give its start event a trigger, such as a message or a timer."),
    ),
    Rule(
        code="event-subprocess-flow",
        title=N_("No flow is connected to an event subprocess"),
        why=N_("Its start event alone begins it."),
        mend=N_("Remove the flow."),
    ),
    Rule(
        code="event-subprocess-start",
        title=N_("An event subprocess has one start event"),
        why=N_("Several triggers can stand in one event."),
        mend=N_("Give it exactly one start event."),
    ),
    Rule(
        code="adhoc-empty",
        title=N_("An ad-hoc subprocess has an activity"),
        why=N_("There is nothing in it to do."),
        mend=N_("Add an activity."),
    ),
    Rule(
        code="adhoc-part",
        title=N_("An ad-hoc subprocess has no start or end event"),
        why=N_("Its activities run in any order; it begins and ends by itself."),
        mend=N_("Remove the event, or make it an embedded subprocess."),
    ),
    Rule(
        code="part-elsewhere",
        title=N_("Parts of collaborations do not stand in a process"),
        why=N_("Choreographies and conversations say what goes on between pools."),
        mend=N_("Remove it from the process."),
    ),
    Rule(
        code="lane-overlap",
        title=N_("A node stands in one lane"),
        why=N_("The lane gives the task its role; two lanes would give two."),
        mend=N_("Put the node into one lane."),
    ),
    Rule(
        code="lane-node",
        title=N_("A lane holds nodes of its process"),
        why=N_("It lists an element that is no flow node of the process."),
        mend=N_("Save the model again from the modeler."),
    ),
    Rule(
        code="called-unknown",
        title=N_("What is called is in the file"),
        why=N_("A call activity runs a process or a global task of the same file."),
        mend=N_("Name a process or global task of this file in calledElement."),
    ),
    Rule(
        code="call-data",
        title=N_("A call gives what is called its data"),
        why=N_("Caller and called declare the same number of inputs and outputs."),
        mend=N_("Give the call activity the inputs and outputs of what it calls."),
    ),
    Rule(
        code="call-item",
        title=N_("A call's data are of the same items"),
        why=N_("What is handed over has the item that the called one declares."),
        mend=N_("Give both the same item."),
    ),
    Rule(
        code="operation-unbound",
        title=N_("An offered operation is bound"),
        why=N_("A process that supports an interface says which of its data each operation takes and gives."),
        mend=N_("Bind the operation by an ioBinding, or remove the interface."),
    ),
    Rule(
        code="binding-item",
        title=N_("A binding joins the same items"),
        why=N_("The data of an ioBinding have the item of the operation's message."),
        mend=N_("Give both the same item."),
    ),
    Rule(
        code="interface-without-effect",
        title=N_("An interface has no effect"),
        why=N_("A service task names a job type and a message goes by its name; no service description is called."),
        mend=N_("Remove it, or keep it as a note."),
    ),
    Rule(
        code="timer-start",
        title=N_("A timer that starts a process is executed"),
        why=N_("Each firing starts a dossier; a cycle of seconds would start thousands."),
        mend=N_("Let a minute at least lie between two starts."),
    ),
)
