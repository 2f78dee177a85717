"""A dossier within a called process goes on under a version that calls another one: jobs and subscriptions follow."""

from adapters.application import messages
from adapters.application.answer import Request
from engine.acts.intervene import Migrate
from tests.adapters.application.bundles import Bundle, accepts, bundle, job, task
from tests.adapters.application.intervening import WHY, perform, revision
from tests.adapters.application.test_calls import calling
from tests.adapters.application.world import World
from tests.engine.bpmn.models import chain, end, start_event

LETTER = job("letter", "hoso.letter", template="letters/x.typ", document="result")


def writing(template: bytes) -> Bundle:
    """The process that is called: it makes a letter."""
    called = bundle("ho-tro", start_event() + LETTER + end() + chain("s", "letter", "e"))
    return {**called, "letters/x.typ": template}


def test_a_letter_comes_from_the_bundle_that_the_new_version_calls(world: World) -> None:
    """The job was asked for under the old version; its template is one of the called bundle still."""
    world.deploy(writing(b"#panic(1)")).body_or_raise()
    world.deploy(calling("goi", "ho-tro")).body_or_raise()
    code = world.start("goi", files={})
    world.deploy(writing(b"From the newer called bundle")).body_or_raise()
    again = calling("goi", "ho-tro")
    world.deploy({**again, "process.bpmn": again["process.bpmn"].replace(b'"last"', b'"final"')}).body_or_raise()
    perform(world, Migrate(revision=revision(world, code), reason=WHY, version=2), code).body_or_raise()
    world.work()
    shown = world.dossier(code)
    assert (shown["incidents"], [item["name"] for item in shown["documents"]]) == ([], ["result.pdf"])


def waiting(wait: str, lane: str) -> Bundle:
    """work → wait, in the lane of a role → file."""
    caught = f'<bpmn:intermediateCatchEvent id="{wait}">{accepts("answer")}'
    caught += '<bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
    lanes = f'<bpmn:laneSet id="ls"><bpmn:lane id="l" name="{lane}"><bpmn:flowNodeRef>{wait}</bpmn:flowNodeRef>'
    body = f"{lanes}</bpmn:lane></bpmn:laneSet>" + start_event() + task("work", "chuyen-vien") + caught
    body += task("file", "chuyen-vien") + end() + chain("s", "work", wait, "file", "e")
    return bundle("nhan", body, '<bpmn:message id="m" name="tra-loi"/>')


def test_a_message_passes_by_what_waits_for_another_role_under_its_new_name(world: World) -> None:
    """The older dossier was migrated and awaits it for a role that the sender has not; the younger one takes it."""
    world.deploy(waiting("wait", "van-thu")).body_or_raise()
    older = world.start("nhan", data={}, files={})
    world.do("lan", older, "work")
    world.deploy(waiting("await", "van-thu")).body_or_raise()
    act = Migrate(
        revision=revision(world, older),
        reason=WHY,
        version=2,
        mapping={"wait": "await", "work_wait": "work_await", "wait_file": "await_file"},
    )
    perform(world, act, older).body_or_raise()
    world.clock.go(hours=1)
    world.deploy(waiting("hear", "chuyen-vien")).body_or_raise()
    younger = world.start("nhan", data={}, files={})
    world.do("lan", younger, "work")
    sent = messages.send(world.app, world.officer("lan"), Request(officer="lan"), "tra-loi", None, {}, None)
    assert sent.body_or_raise()["dossier"] == younger
