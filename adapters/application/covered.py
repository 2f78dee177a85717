"""Which documents an approval covers, and which of them the agency itself issues."""

from engine.bpmn.graph import ServiceTask, UserTask
from engine.document import Document
from engine.dossier import Dossier
from engine.procedure import Procedure
from engine.process import ProcessDefinition
from engine.task import Task

LETTER = "hoso.letter"


def signed_documents(dossier: Dossier, definition: ProcessDefinition, task: Task) -> list[Document]:
    """The documents that the task's approval covers: those its step names, else all current ones."""
    node = definition.graph.nodes[task.element]
    named = node.documents if isinstance(node, UserTask) else None
    documents = [dossier.documents[name] for name in sorted(dossier.documents)]
    return [document for document in documents if named is None or document.name in named]


def issued_documents(
    dossier: Dossier, definition: ProcessDefinition, task: Task, procedure: Procedure | None
) -> list[Document]:
    """Those covered that the agency issues: named by the step, made by a letter of the process, or its result.

    What an applicant handed in is approved by its place in the record alone. A place for the head's signature that
    they drew into it themselves must not get one, let alone the agency's seal.
    """
    node = definition.graph.nodes[task.element]
    ours = set(node.documents or () if isinstance(node, UserTask) else ())
    nodes = definition.graph.nodes.values()
    letters = (each for each in nodes if isinstance(each, ServiceTask) and each.job_type == LETTER)
    ours |= {letter.headers.get("document", "") for letter in letters}
    ours |= {procedure.result} if procedure is not None else set()
    return [document for document in signed_documents(dossier, definition, task) if document.name in ours]
