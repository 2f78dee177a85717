"""Rules of the bundle and its files, and of what a file may hold at all."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="bundle-process-missing",
        title=N_("A bundle has a process.bpmn"),
        why=N_(
            "The process itself is read from process.bpmn at the top of the bundle; without it "
            "there is nothing to deploy."
        ),
        mend=N_("Save the diagram as process.bpmn in the bundle's folder, or name the right folder."),
    ),
    Rule(
        code="bundle-too-large",
        title=N_("A bundle has at most 200 files and 5 MiB"),
        why=N_("Every dossier keeps its bundle in its evidence; what is larger does not belong into a process."),
        mend=N_("Take pictures and drafts out of the folders that are deployed."),
    ),
    Rule(
        code="bundle-path",
        title=N_("Files of a bundle have plain names in known folders"),
        why=N_(
            "Only process.bpmn, decisions.dmn, forms/, letters/ and decisions/ are deployed, "
            "under names that an evidence pack can hold."
        ),
        mend=N_("Rename or remove the file."),
    ),
    Rule(
        code="form-unreadable",
        title=N_("A form is form-js JSON with an id"),
        why=N_("Tasks name their form by its id; a file that is no such JSON can be shown to nobody."),
        mend=N_("Save the form again in the form editor."),
    ),
    Rule(
        code="form-unknown",
        title=N_("A task's form is in the bundle"),
        why=N_(
            "The form travels with the process, so that an officer always sees the one that the "
            "dossier was received under."
        ),
        mend=N_("Add the form to forms/, or correct the form id at the task; the id is inside the file, not its name."),
        wrong='<zeebe:formDefinition formId="aprove" />',
        right='<zeebe:formDefinition formId="approve" />',
    ),
    Rule(
        code="form-component",
        title=N_("A form has only fields that can be rendered"),
        why=N_(
            "The command line and the server render text, numbers, ticks, choices and times; any "
            "other component would be left out in silence."
        ),
        mend=N_("Replace the component by one of the supported fields."),
        wrong='{"type": "filepicker", "key": "scan"}',
        right='{"type": "textfield", "key": "scan_note"}',
    ),
    Rule(
        code="form-binding",
        title=N_("A form is bound by the deployment"),
        why=N_("Forms travel in the bundle; a binding to another version names something that is not there."),
        mend=N_("Set the binding to deployment, or remove it."),
    ),
    Rule(
        code="form-missing-id",
        title=N_("A form definition names its form"),
        why=N_("The task says that it has a form but not which one."),
        mend=N_("Link a form of the bundle by its id."),
    ),
    Rule(
        code="form-expression",
        title=N_("A form is named, not computed"),
        why=N_("What an expression would choose cannot be checked before it runs."),
        mend=N_("Name the form; choose between several by a gateway and several tasks."),
    ),
    Rule(
        code="template-unknown",
        title=N_("A letter's template is in the bundle"),
        why=N_("The job reads its template from the bundle; without it every dossier stands still there."),
        mend=N_("Add the file below letters/, or correct the header template."),
    ),
    Rule(
        code="name-too-long",
        title=N_("Names fit into the store"),
        why=N_(
            "Ids, roles and names of messages are kept in columns of a fixed width; this is found "
            "now, not when the first dossier comes there."
        ),
        mend=N_("Shorten the name."),
    ),
    Rule(
        code="approval-undecided",
        title=N_("An approval can say yes"),
        why=N_(
            "Only an approval whose decision is approve counts towards the result; without that "
            "choice no result could ever leave."
        ),
        mend=N_("Give the task a form with a radio or select named decision, one of whose values is approve."),
    ),
    Rule(
        code="job-type-unknown",
        title=N_("A built-in job type exists"),
        why=N_(
            "Names that begin with hoso. are done by Hoso's own programs; nobody would ever do a "
            "job of another such name."
        ),
        mend=N_("Use one of the built-in types, or a name without hoso. for a worker of yours."),
        wrong='<zeebe:taskDefinition type="hoso.fax" />',
        right='<zeebe:taskDefinition type="hoso.email" />',
    ),
    Rule(
        code="job-type-name",
        title=N_("A job type is a name that a worker can ask for"),
        why=N_("A worker fetches jobs by the name of their type over HTTP."),
        mend=N_("Write letters, digits and . _ : -, at most 100 characters."),
    ),
    Rule(
        code="role-unheld",
        title=N_("Somebody holds each role of the process"),
        why=N_("A task of a role that no active officer holds waits until an administrator gives somebody the role."),
        mend=N_("Appoint an officer with the role, or correct the lane's hoso:role."),
    ),
    Rule(
        code="too-large",
        title=N_("The file is not too large"),
        why=N_("Files of others are read with bounded memory."),
        mend=N_("Split the model into several."),
    ),
    Rule(
        code="doctype",
        title=N_("A file has no DOCTYPE"),
        why=N_(
            "A process or a decision model needs none, and entities that it declares can attack whoever reads the file."
        ),
        mend=N_("Remove it."),
    ),
    Rule(
        code="xml-broken",
        title=N_("The file is well-formed XML"),
        why=N_("What does not parse cannot be read in two ways only, so it is not read at all."),
        mend=N_("Save it again from the modeler."),
    ),
    Rule(
        code="too-deep",
        title=N_("Elements are not nested too deep"),
        why=N_("Depth is bounded, so that a hostile file cannot exhaust the machine."),
        mend=N_("Flatten the model."),
    ),
    Rule(
        code="too-many",
        title=N_("A file does not have too many elements"),
        why=N_("The number of elements and namespaces is bounded."),
        mend=N_("Split the model; declare each namespace once, at the root."),
    ),
    Rule(
        code="not-bpmn",
        title=N_("The root is definitions of BPMN 2.0"),
        why=N_("The file is XML, but no BPMN 2.0 model."),
        mend=N_("Save the diagram as BPMN 2.0."),
    ),
    Rule(
        code="executable-processes",
        title=N_("A bundle has exactly one executable process"),
        why=N_("The bundle becomes a version of one process; pools of others may be drawn beside it."),
        mend=N_("Set isExecutable to true on exactly one process."),
    ),
    Rule(
        code="element-unsupported",
        title=N_("The element is executed"),
        why=N_("What cannot be executed as the standard says is refused, never passed over in silence."),
        mend=N_("Model it with an element that is executed."),
    ),
    Rule(
        code="part-unsupported",
        title=N_("The part of the element is executed"),
        why=N_("The standard gives this part a meaning that Hoso does not carry out."),
        mend=N_("Remove it."),
    ),
    Rule(
        code="attribute-unsupported",
        title=N_("The attribute is known"),
        why=N_(
            "An attribute that is not executed could change what the process means; a misspelt "
            "one would change nothing unnoticed."
        ),
        mend=N_("Remove the attribute, or write its name and value as the standard says."),
    ),
    Rule(
        code="must-understand",
        title=N_("An extension that must be understood is"),
        why=N_("The file says that it cannot be executed without an extension that Hoso does not know."),
        mend=N_("Model without the extension."),
    ),
    Rule(
        code="schema",
        title=N_("The file keeps to the schema of BPMN 2.0"),
        why=N_("The schema of the standard says which elements and attributes there are, and in which order."),
        mend=N_("Save the model from a BPMN 2.0 modeler."),
    ),
    Rule(
        code="duplicate-id",
        title=N_("Each element has its own id"),
        why=N_("References, approvals and the history name elements by their ids."),
        mend=N_("Give each element its own id."),
    ),
    Rule(
        code="dangling-reference",
        title=N_("A reference leads to an element of the file"),
        why=N_("What is referred to is not there, so nobody knows what was meant."),
        mend=N_("Connect it to an element of this file, or remove the reference."),
        wrong='<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="bb" />',
        right='<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b" />',
    ),
    Rule(
        code="no-id",
        title=N_("Each element has an id"),
        why=N_("Dossiers, approvals and the history name elements by their ids."),
        mend=N_("Give it an id."),
    ),
    Rule(
        code="process-public",
        title=N_("A public process is not executable"),
        why=N_("A public process shows only what others see of it."),
        mend=N_("Set processType to Private, or remove it."),
    ),
    Rule(
        code="text-format",
        title=N_("A text format is a MIME type"),
        why=N_("textFormat says how a text is written, such as text/plain."),
        mend=N_("Write a MIME type, or remove the attribute."),
    ),
    Rule(
        code="multiplicity",
        title=N_("A participant's multiplicity is a range"),
        why=N_("A minimum from 0 and a maximum from 1 that is not below it."),
        mend=N_("Correct minimum and maximum."),
    ),
    Rule(
        code="conversation-inside",
        title=N_("A global conversation holds no other"),
        why=N_("It is called by others and stands by itself."),
        mend=N_("Remove it, or draw a collaboration."),
    ),
)
