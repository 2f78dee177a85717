"""What Camunda Modeler and bpmn.io write is read: assignment, forms, jobs, properties, diagrams, colours."""

from __future__ import annotations

from engine.bpmn import check_process
from engine.bpmn.graph import ServiceTask, UserTask
from tests.engine.bpmn.models import chain, deploy, end, file, problems_of, service, start_event, user

CAMUNDA_8 = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0"
  xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0"
  xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" id="Definitions_1"
  targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler" exporterVersion="5.30.0"
  modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">
  <bpmn:collaboration id="Collaboration_1">
    <bpmn:participant id="Participant_1" name="Office" processRef="Process_1" />
    <bpmn:participant id="Participant_2" name="Citizen" />
    <bpmn:messageFlow id="Flow_m" sourceRef="Participant_2" targetRef="Event_1" />
    <bpmn:textAnnotation id="Note_1"><bpmn:text>a note</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="Assoc_1" associationDirection="None" sourceRef="Task_1" targetRef="Note_1" />
  </bpmn:collaboration>
  <bpmn:process id="Process_1" name="Văn bản" isExecutable="true">
    <bpmn:laneSet id="LaneSet_1">
      <bpmn:lane id="Lane_1" name="Clerk">
        <bpmn:extensionElements>
          <zeebe:properties><zeebe:property name="hoso:role" value="van-thu" /></zeebe:properties>
        </bpmn:extensionElements>
        <bpmn:flowNodeRef>Start_1</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Task_1</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Event_1</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>End_1</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="Start_1"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="Start_1" targetRef="Task_1" />
    <bpmn:userTask id="Task_1" name="Duyệt" zeebe:modelerTemplate="hoso.approval" zeebe:modelerTemplateVersion="1"
      zeebe:modelerTemplateIcon="data:image/svg+xml,x">
      <bpmn:extensionElements>
        <zeebe:userTask />
        <zeebe:formDefinition formId="approve" />
        <zeebe:assignmentDefinition assignee="=leader" candidateGroups="a, b" candidateUsers="=people" />
        <zeebe:taskSchedule dueDate="2026-12-01T00:00:00Z" />
        <zeebe:properties>
          <zeebe:property name="hoso:signature" value="approval" />
          <zeebe:property name="hoso:place" value="office" />
          <zeebe:property name="hoso:documents" value="draft, annex" />
          <zeebe:property name="note" value="for readers" />
        </zeebe:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_1</bpmn:incoming>
      <bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Task_1" targetRef="Event_1" />
    <bpmn:intermediateCatchEvent id="Event_1">
      <bpmn:incoming>Flow_2</bpmn:incoming>
      <bpmn:outgoing>Flow_3</bpmn:outgoing>
      <bpmn:messageEventDefinition id="Def_1" messageRef="Message_1" />
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Event_1" targetRef="End_1" />
    <bpmn:endEvent id="End_1"><bpmn:incoming>Flow_3</bpmn:incoming></bpmn:endEvent>
    <bpmn:dataStoreReference id="Store_1" name="register" />
  </bpmn:process>
  <bpmn:message id="Message_1" name="paid">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=code" /></bpmn:extensionElements>
  </bpmn:message>
  <bpmn:error id="Error_1" name="unused" errorCode="E" />
  <bpmndi:BPMNDiagram id="Diagram_1">
    <bpmndi:BPMNPlane id="Plane_1" bpmnElement="Collaboration_1">
      <bpmndi:BPMNShape id="Shape_1" bpmnElement="Participant_1" isHorizontal="true">
        <dc:Bounds x="100" y="80" width="600" height="250" />
        <bpmndi:BPMNLabel />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="Shape_2" bpmnElement="Task_1" bioc:stroke="#831311" bioc:fill="#ffcdd2"
        color:background-color="#ffcdd2" color:border-color="#831311">
        <dc:Bounds x="200" y="100" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="Edge_1" bpmnElement="Flow_1">
        <di:waypoint x="150" y="140" /><di:waypoint x="200.5" y="140" />
        <bpmndi:BPMNLabel><dc:Bounds x="160" y="120" width="20" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def test_a_camunda_8_file_deploys_with_all_that_it_says() -> None:
    """Nothing of it is refused by us or by the schema; what is drawn only is named, and only that."""
    graph, problems = check_process(CAMUNDA_8.encode(), source="c8.bpmn")
    assert graph is not None, "\n".join(map(str, problems))
    assert [(problem.element, problem.code) for problem in problems] == [("Store_1", "data-drawn-only")]
    task = graph.nodes["Task_1"]
    assert isinstance(task, UserTask)
    assert (task.name, task.role, task.form) == ("Duyệt", "van-thu", "approve")
    assert (task.signature, task.place, task.documents) == ("approval", "office", ("draft", "annex"))
    assert task.schedule.due is not None
    assert task.schedule.due.evaluate({}) == "2026-12-01T00:00:00Z"
    assert task.assignee is not None
    assert task.assignee.evaluate({"leader": "minh"}) == "minh"
    assert task.candidate_groups is not None
    assert task.candidate_groups.evaluate({}) == ["a", "b"]
    assert task.candidate_users is not None
    assert task.candidate_users.evaluate({"people": ["x"]}) == ["x"]


def test_camunda_7_attributes_are_read() -> None:
    """Assignment, form reference and external topic; properties are the job's headers, input parameters its input."""
    extension = (
        '<bpmn:extensionElements><camunda:properties><camunda:property name="template" value="letters/a.typ" />'
        '</camunda:properties><camunda:inputOutput><camunda:inputParameter name="to">=name</camunda:inputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements>"
    )
    body = (
        start_event() + '<bpmn:userTask id="a" camunda:assignee="lan" camunda:candidateUsers="an, binh" camunda'
        ':candidateGroups="clerk" camunda:formRef="f" camunda:formRefBinding="latest" />'
        + f'<bpmn:serviceTask id="b" camunda:type="external" camunda:topic="hoso.letter">{extension}</bpmn:serviceTask>'
        + end()
        + chain("s", "a", "b", "e")
    )
    graph = deploy(body)
    task, job = graph.nodes["a"], graph.nodes["b"]
    assert isinstance(task, UserTask)
    assert isinstance(job, ServiceTask)
    assert task.form == "f"
    expressions = (task.assignee, task.candidate_users, task.candidate_groups)
    assert [item.evaluate({}) for item in expressions if item] == ["lan", ["an", "binh"], ["clerk"]]
    assert (job.job_type, job.headers) == ("hoso.letter", {"template": "letters/a.typ"})
    ((target, expression),) = job.inputs
    assert (target, expression.evaluate({"name": "Lan"})) == ("to", "Lan")


def test_what_is_present_and_not_applied_is_named() -> None:
    """Job priorities, asynchronous continuations: a named warning each, never silence."""
    attributes = (
        'camunda:asyncAfter="true" camunda:jobPriority="5" camunda:asyncBefore="true" xmlns:acme="urn:acme" acme:x="1"'
    )
    found = problems_of(start_event() + user("x", attributes=attributes) + end() + chain("s", "x", "e"))
    assert [problem.severity for problem in found] == ["warning"] * 4
    said = " ".join(problem.message for problem in found)
    for name in ("camunda:asyncAfter", "camunda:jobPriority", "camunda:asyncBefore", "urn:acme"):
        assert name in said


def test_the_lane_gives_the_role_and_the_innermost_lane_wins() -> None:
    """`hoso:role` before the lane's name; a lane in a lane is asked first."""
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="outer" name="Unit"><bpmn:flowNodeRef>s</bpmn:flowNodeRef>'
        "<bpmn:flowNodeRef>a</bpmn:flowNodeRef><bpmn:flowNodeRef>b</bpmn:flowNodeRef>"
        '<bpmn:childLaneSet id="cs"><bpmn:lane id="inner" name="Clerk">'
        "<bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane>"
        "</bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>"
    )
    tasks = '<bpmn:userTask id="a"/><bpmn:userTask id="b"/>'
    graph = deploy(lanes + start_event() + tasks + end() + chain("s", "a", "b", "e"))
    roles = [node.role for node in graph.nodes.values() if isinstance(node, UserTask)]
    assert roles == ["Unit", "Clerk"]
    assert [lane.role for lane in graph.lanes] == ["Unit", "Clerk"]
    assert [graph.role_of(element) for element in ("s", "a", "b", "e")] == ["Unit", "Unit", "Clerk", None]


def test_the_schema_speaks_where_our_rules_do_not() -> None:
    """An attribute that BPMN does not have is refused with its line, by the second engine's schema."""
    wrong = file(start_event() + service("x") + end() + chain("s", "x", "e")).replace(b'name="P"', b'nmae="P"')
    graph, problems = check_process(wrong, source="f")
    assert graph is None
    assert [problem.code for problem in problems] == ["schema"]
    assert "nmae" in problems[0].message


def test_what_hoso_says_of_who_is_asked_is_read() -> None:
    """The unit as text or FEEL, the kind of document, and how the task is given; without them, the defaults."""
    own = {"unit": "=office.unit", "kind": " quyet-dinh ", "assign": "least-loaded"}
    said = "".join(f'<zeebe:property name="hoso:{name}" value="{value}" />' for name, value in own.items())
    extension = f"<bpmn:extensionElements><zeebe:properties>{said}</zeebe:properties></bpmn:extensionElements>"
    body = (
        start_event()
        + f'<bpmn:userTask id="a" camunda:candidateGroups="clerk">{extension}</bpmn:userTask>'
        + '<bpmn:userTask id="b" camunda:candidateGroups="clerk" />'
        + end()
        + chain("s", "a", "b", "e")
    )
    graph = deploy(body)
    task, plain = graph.nodes["a"], graph.nodes["b"]
    assert isinstance(task, UserTask)
    assert isinstance(plain, UserTask)
    assert task.unit is not None
    assert task.unit.evaluate({"office": {"unit": "van-phong"}}) == "van-phong"
    assert (task.document_kind, task.strategy) == ("quyet-dinh", "least-loaded")
    assert (plain.unit, plain.document_kind, plain.strategy) == (None, None, "queue")
