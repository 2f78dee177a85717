"""Rules of tasks: who or what does them, how often."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="no-candidates",
        title=N_("Somebody can do each user task"),
        why=N_(
            "A task without role and assignment would open in nobody's queue, and the dossier would stand still unseen."
        ),
        mend=N_(
            "Put the task into a lane that has a role, or give it candidate groups, candidate users or an assignee."
        ),
        wrong='<bpmn:userTask id="check" />',
        right=(
            '<bpmn:userTask id="check">\n'
            "  <bpmn:extensionElements>\n"
            '    <zeebe:assignmentDefinition candidateGroups="chuyen-vien" />\n'
            "  </bpmn:extensionElements>\n"
            "</bpmn:userTask>"
        ),
    ),
    Rule(
        code="not-same-as",
        title=N_("hoso:notSameAs names other user tasks"),
        why=N_("Four eyes: who did one of them may not do the other. An id that is not there would protect nothing."),
        mend=N_("Write the ids of other user tasks, separated by commas."),
    ),
    Rule(
        code="four-eyes-open",
        title=N_("Two approvals ask for two officers"),
        why=N_(
            "Two approvals by one officer are one pair of eyes, and the result stays where its procedure requires both."
        ),
        mend=N_("Set hoso:notSameAs of the later step to the id of the other one."),
        wrong='<zeebe:property name="hoso:signature" value="approval" />',
        right=(
            '<zeebe:property name="hoso:signature" value="approval" />\n'
            '<zeebe:property name="hoso:notSameAs" value="register" />'
        ),
    ),
    Rule(
        code="organ-unapproved",
        title=N_("The agency signs what a step approves"),
        why=N_("Its signature is refused over a document that nobody approved, so that the dossier would stand still."),
        mend=N_("Draw a step with hoso:signature approval over the document before it; an initial approves nothing."),
    ),
    Rule(
        code="organ-before-approval",
        title=N_("Every way to the agency's signature leads through an approval"),
        why=N_("On a way that passes the approval by, the agency's signature is refused when the dossier is there."),
        mend=N_("Lead the flow through the approval, or to another end."),
    ),
    Rule(
        code="capacity-unused",
        title=N_("Only an approval is signed in a capacity"),
        why=N_("On a step without approval hoso:capacity would exclude nobody, whatever its author meant."),
        mend=N_("Remove it, or set hoso:signature to approval."),
    ),
    Rule(
        code="procedure-unmet",
        title=N_("A process gives what its procedure requires"),
        why=N_(
            "A result leaves only with the approvals that the procedure record names, whatever the process draws; "
            "without them it would stay at the dispatch."
        ),
        mend=N_("Draw the step that is named, with that role over the result, or have the record corrected."),
    ),
    Rule(
        code="procedure-invalid",
        title=N_("The procedure record beside a bundle can be read"),
        why=N_("It could not be adopted as it is; it is no part of the bundle, which can be deployed."),
        mend=N_("Correct the field that the message names."),
    ),
    Rule(
        code="property-value",
        title=N_("A property has a known value"),
        why=N_("A misspelt signature or place would mean none."),
        mend=N_("Write one of the values that the message names."),
        wrong='<zeebe:property name="hoso:signature" value="aproval" />',
        right='<zeebe:property name="hoso:signature" value="approval" />',
    ),
    Rule(
        code="property-unknown",
        title=N_("A property of Hoso is known there"),
        why=N_(
            "A property that means nothing on this element is a mistake, and may be a protection that does not protect."
        ),
        mend=N_("Use one of the known properties, or remove it."),
        wrong='<zeebe:property name="hoso:signatur" value="approval" />',
        right='<zeebe:property name="hoso:signature" value="approval" />',
    ),
    Rule(
        code="property-twice",
        title=N_("A property is given once"),
        why=N_("Of two values nobody knows which holds."),
        mend=N_("Keep one."),
    ),
    Rule(
        code="quantity",
        title=N_("Quantities are whole numbers from 1"),
        why=N_("startQuantity says how many tokens a task wants, completionQuantity how many it gives."),
        mend=N_("Write a number from 1 to 1000."),
    ),
    Rule(
        code="task-instantiate",
        title=N_("A receive task that starts dossiers only takes its message"),
        why=N_("It stands in the process itself, is passed once as the dossier begins, and nothing comes before it."),
        mend=N_("Remove its loop, its inputs or its quantity, or use a message start event."),
    ),
    Rule(
        code="no-job-type",
        title=N_("A service task names its job type"),
        why=N_("It says which program does the work."),
        mend=N_("Set its task definition type, such as hoso.letter."),
    ),
    Rule(
        code="job-expression",
        title=N_("A job type is named, not computed"),
        why=N_("What an expression would choose cannot be checked before it runs."),
        mend=N_("Name the type."),
    ),
    Rule(
        code="job-retries",
        title=N_("Retries are a number"),
        why=N_("An external job is tried that often before it is an incident."),
        mend=N_("Write a number from 1 to 999."),
    ),
    Rule(
        code="retries-without-effect",
        title=N_("Retries have no effect on built-in jobs"),
        why=N_("They are tried again until they are done or cannot be done."),
        mend=N_("Remove it."),
    ),
    Rule(
        code="job-unsupported",
        title=N_("Work for programs is an external task"),
        why=N_("Java classes, delegates and connectors of another engine are not run here."),
        mend=N_("Use camunda:type external with a topic, or a task definition."),
    ),
    Rule(
        code="header-key",
        title=N_("A header has a key, given once"),
        why=N_("A job reads its headers by key."),
        mend=N_("Give each header once."),
    ),
    Rule(
        code="script-empty",
        title=N_("A script says something"),
        why=N_("There is nothing to compute."),
        mend=N_("Write one FEEL expression with a result variable."),
    ),
    Rule(
        code="script-language",
        title=N_("A script is in FEEL"),
        why=N_("Process XML is data: no program from it is ever run."),
        mend=N_("Write one FEEL expression with scriptFormat feel; other work belongs to a service task."),
        wrong='<bpmn:script>execution.setVariable("fee", amount * 2)</bpmn:script>',
        right=(
            '<bpmn:scriptTask id="fee" scriptFormat="feel" camunda:resultVariable="fee">\n'
            "  <bpmn:script>amount * 2</bpmn:script>\n"
            "</bpmn:scriptTask>"
        ),
    ),
    Rule(
        code="script-twice",
        title=N_("A task has one script"),
        why=N_("A zeebe:script and a script beside it leave open which one holds."),
        mend=N_("Keep one."),
    ),
    Rule(
        code="script-result",
        title=N_("A script's value goes somewhere"),
        why=N_("FEEL computes a value and changes nothing by itself."),
        mend=N_("Set the result variable."),
    ),
    Rule(
        code="result-variable",
        title=N_("A result variable is a name"),
        why=N_("Expressions read it by that name."),
        mend=N_("Write letters, digits and _, no digit first."),
    ),
    Rule(
        code="no-decision",
        title=N_("A business rule task names its decision"),
        why=N_("There is nothing to ask."),
        mend=N_("Set its called decision to the id of a decision of the bundle."),
    ),
    Rule(
        code="no-result-variable",
        title=N_("A decision's value goes somewhere"),
        why=N_("Nothing could ever read what was decided."),
        mend=N_("Set the result variable."),
    ),
    Rule(
        code="loop-count",
        title=N_("Multiple instances have one count"),
        why=N_("Either the members of a collection or a cardinality says how many there are."),
        mend=N_("Give a collection or a cardinality, not both."),
    ),
    Rule(
        code="loop-endless",
        title=N_("A loop ends"),
        why=N_("Without condition and maximum it would go on for ever."),
        mend=N_("Give it a condition or a maximum."),
    ),
    Rule(
        code="loop-maximum",
        title=N_("A loop's maximum is a number from 1"),
        why=N_("It bounds the rounds."),
        mend=N_("Write a number from 1."),
    ),
    Rule(
        code="loop-behaviour",
        title=N_("A behaviour names its event"),
        why=N_("What is thrown as instances complete is an event definition of the file."),
        mend=N_("Set the event reference of the behaviour."),
    ),
    Rule(
        code="loop-unsupported",
        title=N_("The loop is executed"),
        why=N_("This part of loops is not executed; inputs come by a collection."),
        mend=N_("Remove it, or draw the loop with a gateway."),
    ),
    Rule(
        code="loop-output",
        title=N_("Output collection and element belong together"),
        why=N_("One says where the results go, the other what each gives."),
        mend=N_("Give both, or none."),
    ),
    Rule(
        code="loop-name",
        title=N_("Variables of a loop are names"),
        why=N_("Expressions read them by name."),
        mend=N_("Write letters, digits and _, no digit first."),
    ),
    Rule(
        code="loop-collection",
        title=N_("A loop goes over a collection"),
        why=N_("The data that it names are one thing."),
        mend=N_("Set isCollection on the data and its item."),
    ),
    Rule(
        code="loop-item",
        title=N_("A loop's member is of its collection's item"),
        why=N_("Each member has the structure of the collection's members."),
        mend=N_("Give both the same structure."),
    ),
    Rule(
        code="service-data",
        title=N_("A service task has its operation's data"),
        why=N_("One input for the message that the operation takes, one output for the one it gives."),
        mend=N_("Declare the item that the message carries, once."),
    ),
    Rule(
        code="service-item",
        title=N_("A service task's data are of the message's item"),
        why=N_("They are what the message carries."),
        mend=N_("Declare the item that the message carries."),
    ),
    Rule(
        code="resource-twice",
        title=N_("A performer is named in one way"),
        why=N_("A resource and an expression that assigns one contradict each other."),
        mend=N_("Keep one of them."),
    ),
    Rule(
        code="resource-missing",
        title=N_("Parameters belong to a resource"),
        why=N_("Nothing is there that they would be given to."),
        mend=N_("Name the resource."),
    ),
)
