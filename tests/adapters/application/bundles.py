"""Small processes for tests: what a modeler would draw, in as few elements as show one thing."""

import json
from collections.abc import Mapping, Sequence

from tests.engine.bpmn.models import chain, end, file, flow, par, start_event, timer, xor

Bundle = Mapping[str, bytes]
APPROVE = {
    "schemaVersion": 18,
    "id": "decide",
    "components": [
        {
            "type": "radio",
            "key": "decision",
            "label": "Kết luận",
            "validate": {"required": True},
            "values": [{"label": "Duyệt", "value": "approve"}, {"label": "Trả lại", "value": "return"}],
        },
        {"type": "textarea", "key": "comment", "label": "Ý kiến", "validate": {"maxLength": 300}},
    ],
}
NOTE = {
    "schemaVersion": 18,
    "id": "note",
    "components": [
        {"type": "textfield", "key": "note", "label": "Ghi chú", "validate": {"required": True}},
        {"type": "number", "key": "copies", "label": "Số bản", "validate": {"min": 1, "max": 9}},
    ],
}
FORMS = {f"forms/{form['id']}.form": json.dumps(form).encode() for form in (APPROVE, NOTE)}


def bundle(key: str, body: str, before: str = "") -> Bundle:
    """The process `key` of this body, with the two forms."""
    own = f'<bpmn:process id="{key}" name="{key}"'.encode()
    return {"process.bpmn": file(body, before).replace(b'<bpmn:process id="p" name="P"', own), **FORMS}


def task(id: str, role: str, *, form: str = "", users: str = "", properties: Mapping[str, str] | None = None) -> str:
    """A user task for officers of that role, with Hoso's own properties."""
    named = f'candidateUsers="{users}"' if users else ""
    groups = f'candidateGroups="{role}"' if role else ""
    own = "".join(f'<zeebe:property name="hoso:{name}" value="{value}"/>' for name, value in (properties or {}).items())
    inner = f"<zeebe:assignmentDefinition {groups} {named}/>"
    inner += f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    inner += f"<zeebe:properties>{own}</zeebe:properties>" if own else ""
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    return f'<bpmn:userTask id="{id}" name="{id}">{extensions}</bpmn:userTask>'


def signed(id: str, role: str, purpose: str, documents: str = "result", form: str = "") -> str:
    """A user task that wants a signature over these documents."""
    return task(id, role, form=form, properties={"signature": purpose, "documents": documents})


def job(id: str, kind: str, inputs: Sequence[str] = (), **headers: str) -> str:
    """A service task of that job type; an input `name` is the data of that name."""
    mapped = "".join(f'<zeebe:input source="={name}" target="{name}"/>' for name in inputs)
    told = "".join(f'<zeebe:header key="{key}" value="{value}"/>' for key, value in headers.items())
    inner = f'<zeebe:taskDefinition type="{kind}"/><zeebe:ioMapping>{mapped}</zeebe:ioMapping>'
    inner += f"<zeebe:taskHeaders>{told}</zeebe:taskHeaders>"
    return f'<bpmn:serviceTask id="{id}"><bpmn:extensionElements>{inner}</bpmn:extensionElements></bpmn:serviceTask>'


def email(id: str = "send") -> str:
    """Send the result by email."""
    return job(id, "hoso.email", ("to", "recipient", "subject", "text"), document="result")


# prepare (no signature, a form) → decide (approval) → [return → prepare] → seal (organ) → by `channel`:
# email | post, else the counter when post is excluded → hand over | counter → hand over
RESULT = bundle(
    "tra-ket-qua",
    start_event()
    + task("prepare", "chuyen-vien", form="note")
    + signed("decide", "lanh-dao", "approval", form="decide")
    + xor("decided", 'default="decided_prepare"')
    + signed("seal", "van-thu", "organ")
    + xor("channel_is", 'default="channel_is_send"')
    + email()
    + job(
        "post",
        "hoso.post",
        ("recipient", "address", "phone", "consent"),
        document="result",
        resultVariable="dispatched",
    )
    + xor("posted", 'default="posted_counter"')
    + job("counter", "hoso.counter", ("recipient", "appointment"), document="result")
    + task("hand_over", "van-thu", properties={"handOver": "result"})
    + end()
    + chain("s", "prepare", "decide", "decided")
    + flow("decided", "seal", '=decision = "approve"')
    + flow("decided", "prepare")
    + chain("seal", "channel_is")
    + flow("channel_is", "post", '=channel = "post"')
    + flow("channel_is", "counter", '=channel = "counter"')
    + chain("channel_is", "send", "e")
    + chain("post", "posted")
    + flow("posted", "e", '=dispatched = "accepted"')
    + chain("posted", "counter", "hand_over", "e"),
)


def accepts(*names: str) -> str:
    """The data that a message may bring."""
    value = f'<zeebe:property name="hoso:accepts" value="{",".join(names)}"/>'
    return f"<bpmn:extensionElements><zeebe:properties>{value}</zeebe:properties></bpmn:extensionElements>"


def straight(key: str, *tasks: str) -> Bundle:
    """These user tasks one after another, and then the result goes out by email, whatever was decided."""
    ids = [item.partition('id="')[2].partition('"')[0] for item in tasks]
    return bundle(key, start_event() + "".join(tasks) + email() + end() + chain("s", *ids, "send", "e"))


UNSIGNED = straight("khong-ky", task("look", "chuyen-vien"))
# A task that may take a day: the leader is reminded (not interrupting); a message answers a question.
WAITING = bundle(
    "cho",
    start_event()
    + task("work", "chuyen-vien")
    + f'<bpmn:boundaryEvent id="late" attachedToRef="work" cancelActivity="false">{timer("timeDuration", "P1D")}'
    + "</bpmn:boundaryEvent>"
    + task("remind", "van-thu")
    + end("reminded")
    + f'<bpmn:intermediateCatchEvent id="answer">{accepts("answer")}<bpmn:messageEventDefinition messageRef="m"/>'
    + "</bpmn:intermediateCatchEvent>"
    + task("file", "chuyen-vien")
    + end()
    + chain("s", "work", "answer", "file", "e")
    + chain("late", "remind", "reminded"),
    before='<bpmn:message id="m" name="bo-sung"/>',
)
# A message that comes instead of the task calls it off.
CALLED_OFF = bundle(
    "rut",
    start_event()
    + task("work", "chuyen-vien")
    + f'<bpmn:boundaryEvent id="withdrawn" attachedToRef="work">{accepts("answer")}'
    + '<bpmn:messageEventDefinition messageRef="m"/>'
    + "</bpmn:boundaryEvent>"
    + end("off")
    + end()
    + chain("s", "work", "e")
    + chain("withdrawn", "off"),
    before='<bpmn:message id="m" name="rut"/>',
)
NUMBERED = bundle(
    "cap-so",
    start_event()
    + job("number", "hoso.number", register="van-ban-di")
    + task("file", "chuyen-vien")
    + end()
    + chain("s", "number", "file", "e"),
)
FOUR_EYES = bundle(
    "bon-mat",
    start_event()
    + task("draft", "lanh-dao")
    + task("check", "lanh-dao", users="lan", properties={"notSameAs": "draft"})
    + end()
    + chain("s", "draft", "check", "e"),
)
# A signal that each dossier throws and listens for: who works on one learns what another told.
NEWS = bundle(
    "bao-tin",
    start_event()
    + par("fork")
    + task("work", "chuyen-vien")
    + f'<bpmn:boundaryEvent id="heard" attachedToRef="work" cancelActivity="false">{accepts("note")}'
    + '<bpmn:signalEventDefinition signalRef="n"/></bpmn:boundaryEvent>'
    + task("read", "chuyen-vien")
    + end("known")
    + task("tell", "chuyen-vien", form="note")
    + '<bpmn:endEvent id="told"><bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=note" target="note"/>'
    + '<zeebe:input source="=appointment" target="appointment"/></zeebe:ioMapping></bpmn:extensionElements>'
    + '<bpmn:signalEventDefinition signalRef="n"/></bpmn:endEvent>'
    + end()
    + chain("s", "fork", "work", "e")
    + chain("fork", "tell", "told")
    + chain("heard", "read", "known"),
    before='<bpmn:signal id="n" name="tin"/>',
)
# A task that is called off as it opens, with its timer, its message, its signal and a job: the third way terminates.
NEVER = bundle(
    "khong-can",
    start_event()
    + '<bpmn:subProcess id="all"><bpmn:startEvent id="all1"/>'
    + par("all2")
    + task("work", "chuyen-vien")
    + f'<bpmn:boundaryEvent id="late" attachedToRef="work">{timer("timeDuration", "P1D")}</bpmn:boundaryEvent>'
    + '<bpmn:boundaryEvent id="told" attachedToRef="work"><bpmn:messageEventDefinition messageRef="m"/>'
    + "</bpmn:boundaryEvent>"
    + '<bpmn:boundaryEvent id="heard" attachedToRef="work"><bpmn:signalEventDefinition signalRef="n"/>'
    + "</bpmn:boundaryEvent>"
    + job("number", "hoso.number", register="van-ban-di")
    + end("all9", "<bpmn:terminateEventDefinition/>")
    + chain("all1", "all2", "work", "all9")
    + chain("all2", "number", "all9")
    + chain("late", "all9")
    + chain("told", "all9")
    + chain("heard", "all9")
    + chain("all2", "all9")
    + "</bpmn:subProcess>"
    + task("file", "chuyen-vien")
    + end()
    + chain("s", "all", "file", "e"),
    before='<bpmn:message id="m" name="bo-sung"/><bpmn:signal id="n" name="tin"/>',
)
ALL = (RESULT, UNSIGNED, WAITING, CALLED_OFF, NUMBERED, FOUR_EYES, NEWS, NEVER)
