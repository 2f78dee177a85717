"""Each broken model of the constraint suite is refused for its fault alone: mended by a small edit, it deploys."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.bpmn.check import check_file
from tests.conformance.edits import (
    ROOT,
    TIMER,
    Edit,
    connect,
    disconnect,
    drop,
    formal,
    place,
    put,
    remove,
    repaired,
    retag,
    swap,
    unlist,
    write,
)

# As in the Makefile; the suite is kept apart.
_SUITES = Path(os.environ.get("SUITES", Path(__file__).parents[3] / "shared" / "conformance"))
_FOLDER = _SUITES / "constraints"

JOB = place("_3", '<extensionElements><zeebe:taskDefinition type="work"/></extensionElements>', at=0)
MESSAGE = place(ROOT, '<message id="new_m" name="new"/>', at=0)
SERVICE = place(
    ROOT,
    '<interface id="i" name="i"><operation id="o" name="o"><inMessageRef>MSG_1</inMessageRef></operation></interface>',
)
OPERATION = "<operationRef>o</operationRef>"
DATA = (
    '<ioSpecification><dataInput id="d" itemSubjectRef="ID_1"/><inputSet><dataInputRefs>d</dataInputRefs></inputSet>'
    "<outputSet/></ioSpecification>"
)
HANDLER = '<task id="h" isForCompensation="true"/><association id="a" sourceRef="_3" targetRef="h"/>'
START_AND_END = f'<startEvent id="s">{TIMER}</startEvent><endEvent id="e"/>'
WAIT = f'<intermediateCatchEvent id="n">{TIMER}</intermediateCatchEvent>'
RECEIVE = '<receiveTask id="_7" messageRef="new_m"><incoming>_8</incoming><outgoing>_11</outgoing></receiveTask>'
THRICE = '<loopCardinality xsi:type="tFormalExpression">3</loopCardinality>'
NEW = {"messageRef": "new_m"}
MIXED = {"gatewayDirection": "Mixed"}
DIVERGES = {"gatewayDirection": "Diverging"}
CONDITION = '<conditionExpression xsi:type="tFormalExpression">n > 1</conditionExpression>'


def named(name: str, *links: str) -> tuple[Edit, ...]:
    """Give these links one name."""
    return tuple(put(link, name=name) for link in links)


ONE, TWO = named("one", "src1", "tgt1"), named("two", "src2", "tgt2")
# By the beginning of the model's name: the code of its refusal, and what mends it.
TWINS: dict[str, tuple[str, tuple[Edit, ...]]] = {
    # identity and references
    "EXT002_1_Fail_missing": ("no-id", (put("startEvent", id="_2"),)),
    "EXT003_1": ("no-id", (put("startEvent", id="_2"),)),
    "EXT023_1": ("flow-lists", (write("_3/incoming", "_4"),)),
    "EXT095_1": ("definition-not-shared", (remove("eventDefinitionRef"),)),
    "EXT095_2": ("definition-not-shared", (remove("eventDefinitionRef"),)),
    # sequence flows
    "EXT006_1": ("flow-end", (disconnect("_8"),)),
    "EXT006_3": ("flow-end", (disconnect("_4"),)),
    "EXT007_1": ("flow-end", (disconnect("_8"),)),
    "EXT007_2": ("flow-end", (disconnect("_4"),)),
    "EXT007_3": ("flow-end", (disconnect("_4"),)),
    "EXT024_1": ("flow-not-immediate", (drop("_4", "isImmediate"),)),
    "EXT026_1": ("default-elsewhere", (put("_13", sourceRef="_9", targetRef="_12"),)),
    "EXT028_1": ("flow-end", (disconnect("_8"),)),
    "EXT096_1": ("flow-into-start", (disconnect("_8"),)),
    "EXT104_1": ("flow-from-end", (disconnect("_8"),)),
    "EXT107_1": ("flow-lists", (place("_2", "<incoming>_4</incoming>"),)),
    "EXT150_1": ("no-incoming", (unlist("_15", "_20"), connect("_3", "_4"))),
    "EXT150_2": ("no-outgoing", (unlist("_2", "_18"), connect("_16", "_3"))),
    "EXT150_3": ("no-incoming", (connect("_5", "_6"),)),
    "EXT150_4": ("no-incoming", (connect("_6", "_8"),)),
    "EXT151_1": ("no-outgoing", (connect("_3", "_4"),)),
    "EXT151_2": ("no-incoming", (connect("_16", "_3"),)),
    "EXT152_2": ("flow-end", (disconnect("_7"), connect("_3", "_6"))),
    # collaborations and artifacts
    "EXT008_3": ("message-flow-end", (remove("_6"),)),
    "EXT009_1": ("message-flow-end", (remove("_6"),)),
    "EXT010_1": ("text-format", (put("_2", textFormat="text/plain"),)),
    "EXT031_4": ("message-flow-inside", (remove("_4"),)),
    "EXT035_1": ("process-public", (put("PROCESS_1", processType="Private"),)),
    "EXT102_1": ("message-flow-end", (remove("_4"),)),
    "EXT103_1": ("message-flow-end", (remove("_8"),)),
    "EXT108_1": ("message-flow-end", (remove("_4"),)),
    "EXT119_2": ("message-flow-end", (put("_15", sourceRef="_7", targetRef="_12"),)),
    "EXT119_3": ("message-flow-end", (put("_10", sourceRef="_3", targetRef="_7"),)),
    "EXT119_4": ("message-flow-end", (remove("_9"),)),
    # expressions and loops
    "EXT012_3": ("expression-informal", (formal("activationCondition"),)),
    "EXT012_6": ("expression-informal", (formal("loopCondition"),)),
    "EXT012_7": ("expression-informal", (formal("timeCycle"),)),
    "EXT012_9": ("expression-informal", (formal("timeDuration"),)),
    "EXT014_1": ("expression-language", (remove("_6/conditionExpression"), place("_6", CONDITION))),
    "EXT067_1": ("loop-count", (place("multiInstanceLoopCharacteristics", THRICE),)),
    "EXT072_1": ("condition-not-boolean", (write("condition", "loopCounter = 3"),)),
    # gateways
    "EXT017_1": ("gateway-direction", (put("_3", gatewayDirection="Diverging"),)),
    "EXT018_1": ("gateway-direction", (put("_5", gatewayDirection="Converging"),)),
    "EXT018_2": ("gateway-direction", (put("_5", gatewayDirection="Converging"),)),
    "EXT019_1": ("gateway-direction", (put("_7", **DIVERGES, default="_11"), place("_13", CONDITION))),
    "EXT135_1": ("gateway-idle", (connect("_10", "_16"), put("_16", gatewayDirection="Converging"))),
    "EXT135_2": ("gateway-idle", (swap("_10", '<task id="_10"/>'),)),
    "EXT135_3": ("gateway-idle", (swap("_10", '<task id="_10"/>'),)),
    "EXT136_1": ("choice-of-one", (place("PROCESS_1", WAIT), connect("_2", "n", "_9"), put("_2", **MIXED))),
    "EXT137_1": ("condition-forbidden", (remove("_6/conditionExpression"),)),
    "EXT138_2": ("choice-target", (MESSAGE, swap("_7", RECEIVE))),
    "EXT138_3": ("choice-target", (retag("_7", "intermediateCatchEvent"),)),
    "EXT139_1": ("choice-mixed", (swap("_2_ED_1", TIMER), put("_7", messageRef="message"))),
    "EXT140_1": ("choice-boundary", (MESSAGE, put("_7", **NEW), disconnect("_14"), remove("_8", "_13"))),
    "EXT141_1": ("choice-joined", (MESSAGE, put("_13", **NEW), disconnect("_16"))),
    "EXT142_1": ("instantiate-incoming", (put("_2", instantiate="false"),)),
    # activities
    "EXT038_1": ("quantity", (put("_3", completionQuantity="1"),)),
    "EXT042_1": ("service-data", (JOB, place("_3", DATA))),
    "EXT044_1": ("service-item", (JOB, put("Din_3_1", itemSubjectRef="ID_1"))),
    "EXT044_2": ("service-item", (JOB, put("Din_3_1", itemSubjectRef="ID_1"))),
    "EXT045_2": ("service-item", (JOB, put("Dout_3_1", itemSubjectRef="ID_1"))),
    "EXT049_1": ("instantiate-incoming", (put("_2", instantiate="false"),)),
    "EXT052_1": ("message-item", (put("Din_3_1", itemSubjectRef="ID_1"),)),
    # subprocesses
    "EXT021_1": ("event-subprocess-flow", (disconnect("_9"),)),
    "EXT022_1": ("event-subprocess-flow", (disconnect("_4"),)),
    "EXT057_2": ("event-subprocess-flow", (disconnect("invalidSeqFlow"),)),
    "EXT058_1": ("event-subprocess-start", (place("_5", START_AND_END), connect("s", "_9", "e"))),
    "EXT058_2": ("event-subprocess-start", (MESSAGE, put("_9_ED_1", **NEW), disconnect("_13"), remove("_12", "_14"))),
    "EXT059_2": ("event-unsupported", (swap("_9/linkEventDefinition", TIMER),)),
    "EXT059_3": ("event-unsupported", (swap("_9/terminateEventDefinition", TIMER),)),
    "EXT059_4": ("start-untriggered", (place("_9", TIMER),)),
    "EXT129_1": ("start-untriggered", (place("_9", TIMER),)),
    "EXT061_1": ("adhoc-empty", (place("_3", '<task id="t"/>'),)),
    "EXT062_1": ("adhoc-part", (disconnect("_15"), remove("invalidEndEvent"))),
    "EXT062_2": ("part-elsewhere", (remove("choreographyTask"),)),
    "EXT062_3": ("adhoc-part", (disconnect("_15"), remove("invalidStartEvent"))),
    "EXT097_2": ("end-without-start", (place("_3", '<startEvent id="s"/>'), connect("s", "_9"))),
    "EXT105_2": ("start-without-end", (place("_3", '<endEvent id="e"/>'), connect("_9", "e"))),
    "EXT100_2": ("start-triggered", (remove("eventDefinitionRef"),)),
    "EXT100_3": ("start-triggered", (remove("timerEventDefinition"),)),
    # data
    "EXT020_1": ("collection", (put("Din_3_7", isCollection="true"),)),
    "EXT020_2": ("collection", (put("Din_3_7", isCollection="true"),)),
    "EXT081_1": ("collection", (put("Din_3_7", isCollection="true"),)),
    "EXT076_3": ("data-name", (put("_2", name="Data Object [1]"),)),
    "EXT079_1": ("subprocess-data", (remove("_11"), remove("_14/ioSpecification"), remove("_3/ioSpecification"))),
    # what events say before they can run
    "EXT011_1": ("code-missing", (put("ES_1", escalationCode="E1"),)),
    "EXT011_3": ("code-missing", (put("ES_1", escalationCode="E1"),)),
    "EXT123_1": ("no-condition", (write("condition", "n > 1"),)),
    "EXT127_2": ("message-missing", (put("messageEventDefinition", messageRef="MSG_1"),)),
    "EXT127_3": ("message-missing", (put("messageEventDefinition", messageRef="MSG_1"),)),
    "EXT127_4": ("message-missing", (put("messageEventDefinition", messageRef="MSG_1"),)),
    "EXT128_2": ("operation-missing", (SERVICE, place("messageEventDefinition", OPERATION))),
    "EXT128_5": ("operation-missing", (SERVICE, place("messageEventDefinition", OPERATION))),
    "EXT131_1": ("timer-parts", (remove("timeCycle", "timeDate"),)),
    "EXT133_1": ("timer-unreadable", (write("timeCycle", "R2/PT1M"),)),
    "EXT134_1": ("timer-unreadable", (write("timeDuration", "PT1M"),)),
    # where events may stand
    "EXT098_3": ("event-unsupported", (remove("errorEventDefinition"),)),
    "EXT098_4": ("event-unsupported", (remove("escalationEventDefinition"),)),
    "EXT098_5": ("event-unsupported", (remove("eventDefinitionRef"),)),
    "EXT098_7": ("event-unsupported", (remove("timerEventDefinition", "escalationEventDefinition"),)),
    "EXT106_1": ("cancel-outside", (remove("cancelEventDefinition"),)),
    "EXT110_1": ("event-unsupported", (swap("linkEventDefinition", TIMER),)),
    "EXT110_3": ("event-unsupported", (swap("terminateEventDefinition", TIMER),)),
    "EXT110_4": ("boundary-cancels", (drop("_7", "cancelActivity"),)),
    "EXT110_5": ("boundary-cancels", (drop("_7", "cancelActivity"),)),
    "EXT110_6": ("boundary-cancels", (drop("_7", "cancelActivity"),)),
    "EXT110_7": ("event-untriggered", (place("_7", TIMER),)),
    "EXT110_8": ("event-unsupported", (swap("terminateEventDefinition", TIMER),)),
    "EXT111_1": ("cancel-host", (retag("_3", "transaction"),)),
    "EXT112_1": ("flow-into-start", (disconnect("_10"),)),
    "EXT113_1": ("no-outgoing", (connect("_7", "_5"),)),
    "EXT115_1_failure_noIncoming.": ("no-incoming", (connect("_2", "_4"),)),
    "EXT115_1_failure_noIncomingCatch": ("no-incoming", (connect("_2", "_4"),)),
    "EXT121_1": ("event-unsupported", (remove("compensateEventDefinition"),)),
    "EXT122_1": ("event-unsupported", (swap("comp", TIMER),)),
    "EXT143_1": ("handlers", (place("PROCESS_1", HANDLER),)),
    "EXT144_1": ("handler", (put("_9", isForCompensation="true"),)),
    "EXT146_1": ("event-unsupported", (remove("conditionalEventDefinition"),)),
    "EXT146_3": ("event-unsupported", (remove("linkEventDefinition"),)),
    "EXT147_1": ("event-unsupported", (swap("linkEventDefinition", TIMER),)),
    "EXT147_2": ("event-untriggered", (place("_7", TIMER),)),
    "EXT147_5": ("boundary-cancels", (drop("_7", "cancelActivity"),)),
    "EXT147_7": ("event-untriggered", (place("_7", TIMER),)),
    "EXT148_1": ("event-unsupported", (swap("cancelEventDefinition", TIMER),)),
    "EXT148_2": ("event-unsupported", (swap("compensateEventDefinition", TIMER),)),
    "EXT148_3": ("event-unsupported", (swap("errorEventDefinition", TIMER),)),
    "EXT148_4": ("event-unsupported", (swap("escalationEventDefinition", TIMER),)),
    "EXT148_5": ("event-untriggered", (place("_3", TIMER),)),
    "EXT148_6": ("event-unsupported", (swap("terminateEventDefinition", TIMER),)),
    "EXT149_1": ("event-unsupported", (remove("cancelEventDefinition"),)),
    "EXT149_2": ("event-unsupported", (remove("conditionalEventDefinition"),)),
    "EXT149_4": ("event-unsupported", (remove("terminateEventDefinition"),)),
    # links
    "EXT117_2": ("link-flow", (disconnect("invalid"),)),
    "EXT118_1": ("link-source", (*ONE, *TWO, write("src2/target", "tgt2"))),
    "EXT124_1": ("link-target", (disconnect("_7"), remove("_5"))),
    "EXT125_1": ("link-source", (disconnect("_8"), remove("_7"))),
}  # fmt: skip


@pytest.mark.skipif(not _FOLDER.is_dir(), reason="the constraint suite is not here: set SUITES")
@pytest.mark.parametrize("name", TWINS)
def test_a_model_deploys_once_its_fault_is_mended(name: str) -> None:
    """It is refused with the code of its fault and the clause of the standard; after the edit nothing is refused."""
    code, edits = TWINS[name]
    (path,) = _FOLDER.glob(f"{name}*" if name[-1] != "." else f"{name}bpmn")
    graphs, problems = check_file(path.read_bytes(), source=path.name)
    assert not graphs
    found = [problem for problem in problems if problem.code == code and problem.severity == "error"]
    assert found, f"not refused by {code}: {[str(problem) for problem in problems]}"
    assert all("§" in problem.message or "table" in problem.message for problem in found)
    assert all(problem.line > 1 and problem.remedy for problem in found)
    twin, left = check_file(repaired(path.read_bytes(), *edits), source=path.name)
    assert twin, "\n".join(map(str, left))
