"""Rules of events, links, timers and compensation."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="event-unsupported",
        title=N_("The event is executed there"),
        why=N_(
            "Each kind of event has the triggers that the standard gives it; another would never come, or mean nothing."
        ),
        mend=N_("Use one of the triggers that the message names."),
    ),
    Rule(
        code="event-untriggered",
        title=N_("An event that waits has a trigger"),
        why=N_("Without one it would wait for ever."),
        mend=N_("Give it a timer, a message or another trigger."),
    ),
    Rule(
        code="boundary-detached",
        title=N_("A boundary event is attached"),
        why=N_("It waits while its activity runs; it has none."),
        mend=N_("Attach it to a task or subprocess."),
    ),
    Rule(
        code="boundary-host",
        title=N_("A boundary event is attached to an activity"),
        why=N_("Events and gateways take no time, so nothing can interrupt them."),
        mend=N_("Attach it to a task or subprocess."),
    ),
    Rule(
        code="boundary-never",
        title=N_("The boundary event can come"),
        why=N_("The task is done as soon as it is entered, so nothing can come meanwhile."),
        mend=N_("Remove it, or attach it to a task that waits."),
    ),
    Rule(
        code="boundary-cancels",
        title=N_("Errors, cancels and compensation interrupt"),
        why=N_("What failed or is undone does not go on beside it."),
        mend=N_("Remove cancelActivity."),
    ),
    Rule(
        code="cancel-host",
        title=N_("A cancel event is attached to a transaction"),
        why=N_("Only transactions are cancelled."),
        mend=N_("Attach it to a transaction."),
    ),
    Rule(
        code="cancel-outside",
        title=N_("A cancel end event stands in a transaction"),
        why=N_("It cancels the transaction around it."),
        mend=N_("Put it into a transaction, or end otherwise."),
    ),
    Rule(
        code="code-missing",
        title=N_("What is thrown has a code"),
        why=N_("Errors and escalations are caught by their codes."),
        mend=N_("Throw an error or escalation that has a code."),
    ),
    Rule(
        code="definition-not-shared",
        title=N_("A shared event definition stands at the top"),
        why=N_("One that stands within an event belongs to it alone."),
        mend=N_("Put the definition at the top of the file, or give the event its own."),
    ),
    Rule(
        code="link-source",
        title=N_("A link has its target"),
        why=N_("The token goes on at the catching link event of the same name on the same level."),
        mend=N_("Add a catching link event of this name."),
    ),
    Rule(
        code="link-target",
        title=N_("A link's target has a source"),
        why=N_("Nothing leads there."),
        mend=N_("Add a throwing link event of this name."),
    ),
    Rule(
        code="link-twice",
        title=N_("A link's target is there once"),
        why=N_("Two targets of one name leave open where the token goes on."),
        mend=N_("Keep one of them, or name them apart."),
    ),
    Rule(
        code="link-flow",
        title=N_("No flow doubles a link"),
        why=N_("A link takes the place of a sequence flow: nothing leads on from its source or to its target."),
        mend=N_("Remove the flow, or the link."),
    ),
    Rule(
        code="link-ends",
        title=N_("A link names its own ends"),
        why=N_("source and target of a link refer to events of the same link."),
        mend=N_("Correct the reference, or remove it."),
    ),
    Rule(
        code="no-link",
        title=N_("A link has a name"),
        why=N_("Its two ends find each other by it."),
        mend=N_("Name it as its other end."),
    ),
    Rule(
        code="no-condition",
        title=N_("A conditional event has a condition"),
        why=N_("It comes when its condition becomes true."),
        mend=N_("Write FEEL."),
    ),
    Rule(
        code="no-signal",
        title=N_("A signal event names its signal"),
        why=N_("Signals go by their names."),
        mend=N_("Choose its signal in the modeler."),
    ),
    Rule(
        code="signal-name",
        title=N_("A signal has a plain name"),
        why=N_("It goes by its name, which everybody who listens knows; an expression is no name."),
        mend=N_("Write the name."),
    ),
    Rule(
        code="timer-parts",
        title=N_("A timer has one time"),
        why=N_("A date, a duration or a cycle; two of them would contradict each other."),
        mend=N_("Set the timer's type and value in the modeler."),
    ),
    Rule(
        code="timer-unreadable",
        title=N_("A timer is ISO 8601 or FEEL"),
        why=N_("A time that nobody can read would never come."),
        mend=N_("Write such as P3D, PT2H, 2026-11-25T08:00:00+07:00, R3/P1D, or FEEL with a leading =."),
        wrong='<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">3 days</bpmn:timeDuration>',
        right='<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P3D</bpmn:timeDuration>',
    ),
    Rule(
        code="handler",
        title=N_("A handler is for compensation"),
        why=N_("It runs only when what it undoes is undone."),
        mend=N_("Mark the activity as for compensation."),
    ),
    Rule(
        code="handlers",
        title=N_("A compensation event leads to one handler"),
        why=N_("One association says which activity compensates."),
        mend=N_("Draw one association to the activity that compensates."),
    ),
    Rule(
        code="handler-flow",
        title=N_("A handler stands outside of the flow"),
        why=N_("It is begun by compensation alone."),
        mend=N_("Remove its flows."),
    ),
    Rule(
        code="compensation-flow",
        title=N_("No flow leads on from a compensation event"),
        why=N_("Its association leads to the handler."),
        mend=N_("Remove the flow."),
    ),
    Rule(
        code="key-without-effect",
        title=N_("A correlation key has no effect at a start"),
        why=N_("A new dossier has no data yet to compare with."),
        mend=N_("Keep the key for events that wait."),
    ),
    Rule(
        code="accepts-without-effect",
        title=N_("hoso:accepts has no effect there"),
        why=N_("It says what may come with a start at the counter, or with what an event waits for."),
        mend=N_("Remove it."),
    ),
    Rule(
        code="event-data",
        title=N_("An event declares its data once for each definition"),
        why=N_("Each message, signal, error or escalation carries one item."),
        mend=N_("Declare one for each definition, in their order."),
    ),
    Rule(
        code="event-item",
        title=N_("An event's data are of its item"),
        why=N_("What is declared is what the trigger carries."),
        mend=N_("Give both the same item."),
    ),
    Rule(
        code="start-parallel",
        title=N_("A start event waits for one trigger"),
        why=N_("What would wait for several triggers together belongs to no dossier yet."),
        mend=N_("Draw a start event for each, or let one start it and await the others inside."),
    ),
    Rule(
        code="starts-itself",
        title=N_("A process does not throw what starts it"),
        why=N_("Each dossier would start another one, without end."),
        mend=N_("Make sure that the throw is not on every way, or name the message or signal otherwise."),
    ),
    Rule(
        code="timer-start-past",
        title=N_("A timer that starts dossiers lies ahead"),
        why=N_("Its time has passed: it starts nothing."),
        mend=N_("Set a time to come."),
    ),
    Rule(
        code="compensation-unseen",
        title=N_("What is compensated stands in the same scope"),
        why=N_("An event undoes what stands beside it, or beside the event subprocess in which it stands."),
        mend=N_("Name an activity that stands beside it, or the subprocess around that."),
    ),
)
