"""What Camunda 7 and Camunda 8 say of the same work runs the same: tasks, jobs, scripts, decisions, mappings."""

from __future__ import annotations

import json

import pytest

from engine.acts.claim import claim
from engine.acts.complete import CompleteTask, complete
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.acts.proceed import job_completed
from engine.acts.start import StartDossier, start
from engine.officer import Officer
from engine.outcome import SYSTEM, LeafDraft, Outcome
from engine.process import ProcessDefinition
from engine.task import Task
from tests.engine.bpmn.models import NOW, chain, end, file, start_event, user
from tests.engine.bpmn.test_decisions import STEPS, model

LAN = Officer(id="lan", name="Lan", position="", unit="agency", rights={"agency": frozenset({"clerk"})})
FORM = {"id": "note", "schemaVersion": 18, "components": [{"type": "textfield", "key": "note"}]}


def _extended(kind: str, id: str, inner: str, attributes: str = "") -> str:
    held = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    return f'<bpmn:{kind} id="{id}" name="{id}" {attributes}>{held}</bpmn:{kind}>'


CAMUNDA_8 = (
    _extended(
        "userTask",
        "look",
        "<zeebe:userTask/><zeebe:assignmentDefinition assignee='=who' candidateUsers='an, ba' candidateGroups='clerk'/>"
        "<zeebe:formDefinition formId='note' bindingType='deployment'/>"
        "<zeebe:taskSchedule dueDate='=deadline' followUpDate='2026-12-01'/><zeebe:priorityDefinition priority='70'/>",
    )
    + _extended(
        "serviceTask",
        "work",
        "<zeebe:taskDefinition type='pay'/><zeebe:taskHeaders><zeebe:header key='h' value='v'/></zeebe:taskHeaders>"
        "<zeebe:ioMapping><zeebe:input source='=note' target='text'/><zeebe:output source='=paid' target='amount'/>"
        "</zeebe:ioMapping>",
    )
    + _extended("scriptTask", "double", "<zeebe:script expression='=amount * 2' resultVariable='amount'/>")
    + _extended("businessRuleTask", "decide", "<zeebe:calledDecision decisionId='fee' resultVariable='fee'/>")
)
CAMUNDA_7 = (
    "<bpmn:userTask id='look' name='look' camunda:assignee='=who' camunda:candidateUsers='an, ba'"
    " camunda:candidateGroups='clerk' camunda:formRef='note' camunda:formRefBinding='latest'"
    " camunda:dueDate='=deadline' camunda:followUpDate='2026-12-01' camunda:priority='70'/>"
    + _extended(
        "serviceTask",
        "work",
        "<camunda:properties><camunda:property name='h' value='v'/></camunda:properties><camunda:inputOutput>"
        "<camunda:inputParameter name='text'>=note</camunda:inputParameter>"
        "<camunda:outputParameter name='amount'>=paid</camunda:outputParameter></camunda:inputOutput>",
        "camunda:type='external' camunda:topic='pay'",
    )
    + "<bpmn:scriptTask id='double' scriptFormat='feel' camunda:resultVariable='amount'>"
    "<bpmn:script>amount * 2</bpmn:script></bpmn:scriptTask>"
    "<bpmn:businessRuleTask id='decide' camunda:decisionRef='fee' camunda:resultVariable='fee'"
    " camunda:mapDecisionResult='singleEntry'/>"
)
LAST = user("file")


def definition(body: str) -> ProcessDefinition:
    drawn = start_event() + body + LAST + end() + chain("s", "look", "work", "double", "decide", "file", "e")
    files = {
        "process.bpmn": file(drawn),
        "decisions.dmn": model(STEPS),
        "forms/note.form": json.dumps(FORM).encode(),
    }
    checked = check_bundle(files)
    assert isinstance(checked, CheckedBundle), checked
    assert checked.warnings == ()
    return ProcessDefinition(
        key="p", version=1, bundle_hash=checked.bundle_hash, graph=checked.graph, forms=checked.forms, files=files
    )


def begun(process: ProcessDefinition) -> Outcome:
    act = StartDossier(
        code="D", title="", procedure=None, applicant={}, submitter="", channel="direct",
        data={"who": "lan", "deadline": "P2D"}, documents=(), due=None,
    )  # fmt: skip
    return start(act, LAN, process, now=NOW)


@pytest.mark.parametrize("body", [CAMUNDA_8, CAMUNDA_7], ids=["camunda-8", "camunda-7"])
def test_what_either_says_is_done(body: str) -> None:
    """Assignment, form and times of the task; type, headers, inputs and outputs of the job; script; decision."""
    process = definition(body)
    outcome = begun(process)
    [task] = outcome.opened
    assert _told(task) == {
        "role": "clerk",
        "candidates": {"lan", "an", "ba"},
        "form": "note",
        "due": "2026-11-23T08:30:00+00:00",
        "follow_up": "2026-11-30T17:00:00+00:00",
        "priority": 70,
        "note": "",
    }
    assert outcome.dossier is not None
    dossier = claim(outcome.dossier, task.number, LAN, process.graph).dossier
    assert dossier is not None
    act = CompleteTask(number=task.number, data={"note": "đủ"}, approval=None, objects={})
    outcome = complete(dossier, act, LAN, process, now=NOW)
    [job] = outcome.jobs
    assert (job.type, job.payload, job.retries) == ("pay", {"headers": {"h": "v"}, "input": {"text": "đủ"}}, 3)
    assert outcome.dossier is not None
    leaf = LeafDraft(actor=SYSTEM, act="job-completed", subject="D")
    outcome = job_completed(outcome.dossier, process, job.number, {"paid": 6}, leaf, now=NOW)
    assert outcome.dossier is not None
    assert outcome.dossier.state.data == {"who": "lan", "deadline": "P2D", "note": "đủ", "amount": 12, "fee": 2}
    assert [opened.element for opened in outcome.opened] == ["file"]


def _told(task: Task) -> dict[str, object]:
    assert task.due is not None
    assert task.follow_up is not None
    return {
        "role": task.role,
        "candidates": task.candidates,
        "form": task.form,
        "due": task.due.isoformat(),
        "follow_up": task.follow_up.isoformat(),
        "priority": task.priority,
        "note": task.note,
    }
