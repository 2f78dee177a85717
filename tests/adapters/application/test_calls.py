"""Calls of other bundles: the versions are fixed as a dossier is received, and all of them are in its evidence."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from adapters.application import evidence, message, queries
from adapters.application.answer import Request
from adapters.application.definitions import Definitions
from adapters.application.start import start_dossier
from adapters.database import tables
from engine.acts.intervene import Migrate
from signing.errors import SigningError
from signing.evidence.archive import read_archive
from signing.evidence.pack import build_pack, read_contents, read_pack
from signing.evidence.verify import verify_pack
from tests.adapters.application.bundles import Bundle, bundle, job, signed, task
from tests.adapters.application.intervening import WHY, perform, revision
from tests.adapters.application.test_story import intake
from tests.adapters.application.world import World, refusal_of
from tests.engine.bpmn.models import chain, end, flow, start_event, timer
from tests.pki import authority


def call(id: str, key: str, attributes: str = "") -> str:
    """A call as Camunda 8 writes it."""
    inner = f'<zeebe:calledElement processId="{key}" {attributes}/>'
    return f'<bpmn:callActivity id="{id}"><bpmn:extensionElements>{inner}</bpmn:extensionElements></bpmn:callActivity>'


def calling(key: str, other: str, attributes: str = "") -> Bundle:
    """A process that calls another one, then has a task `last`."""
    parts = (start_event(), call("k", other, attributes), task("last", "chuyen-vien"), end())
    return bundle(key, "".join(parts) + chain("s", "k", "last", "e"))


def row(key: str, *tasks: str, tag: str = "") -> Bundle:
    """User tasks one after another."""
    ids = [item.partition('id="')[2].partition('"')[0] for item in tasks]
    tagged = f'<bpmn:extensionElements><zeebe:versionTag value="{tag}"/></bpmn:extensionElements>' if tag else ""
    return bundle(key, tagged + start_event() + "".join(tasks) + end() + chain("s", *ids, "e"))


def support(name: str, tag: str = "") -> Bundle:
    """The process that is called: a task of that name, with a form of its own."""
    return row("ho-tro", task(name, "chuyen-vien", form="note"), tag=tag)


def opened(world: World, code: str) -> list[str]:
    return [item["element"] for item in world.dossier(code)["tasks"]]


def codes(world: World, files: Bundle) -> list[tuple[str, str]]:
    """Why a bundle is refused: element and code."""
    problems = refusal_of(world.deploy(files)).problems
    return [(str(item["element"]), str(item["code"])) for item in problems if item["severity"] == "error"]


def test_what_is_called_must_be_deployed_first(world: World) -> None:
    """Refused at deploy with place and remedy; in the other order it is accepted."""
    refusal = refusal_of(world.deploy(calling("goi", "ho-tro")))
    assert (refusal.code, refusal.problems[0]["code"]) == ("bundle-refused", "call-not-deployed")
    assert (refusal.problems[0]["element"], refusal.problems[0]["line"]) != (None, 0)
    assert "deploy that one first" in str(refusal.problems[0]["remedy"])
    world.deploy(support("one")).body_or_raise()
    assert world.deploy(calling("goi", "ho-tro")).body_or_raise()["version"] == 1


def test_the_version_or_the_tag_that_a_call_names_must_exist(world: World) -> None:
    """A pinned version, a tag, and the latest at the caller's deployment."""
    world.deploy(support("one", tag="v1")).body_or_raise()
    for attributes in ('bindingType="versionTag" versionTag="v2"', 'bindingType="versionTag" versionTag="V1"'):
        assert codes(world, calling("goi", "ho-tro", attributes)) == [("k", "call-not-deployed")]
    pinned = calling("goi", "ho-tro")
    xml = pinned["process.bpmn"].replace(
        b'<bpmn:callActivity id="k">',
        b'<bpmn:callActivity id="k" camunda:calledElementBinding="version" camunda:calledElementVersion="2">',
    )
    xml = xml.replace(b'<zeebe:calledElement processId="ho-tro" />', b"").replace(
        b'id="k"', b'id="k" calledElement="ho-tro"'
    )
    assert codes(world, {**pinned, "process.bpmn": xml}) == [("k", "call-not-deployed")]
    world.deploy(support("two")).body_or_raise()
    world.deploy({**pinned, "process.bpmn": xml}).body_or_raise()


def test_a_dossier_runs_through_what_it_calls(world: World) -> None:
    """Tasks of the called process are claimed and completed with the forms of its own bundle."""
    form = b'{"schemaVersion": 18, "id": "note", "components": [{"type": "textfield", "key": "only", "label": "X"}]}'
    world.deploy({**support("look"), "forms/note.form": form}).body_or_raise()
    world.deploy(calling("goi", "ho-tro")).body_or_raise()
    code = world.start("goi")
    assert opened(world, code) == ["ho-tro@1/look"]
    task_id = world.task(code, "ho-tro@1/look")
    shown = queries.show_task(world.app, world.officer("lan"), task_id).body_or_raise()
    assert [item["key"] for item in shown["form"]["components"]] == ["only"]
    assert shown["name"] == "look"
    world.do("lan", code, "ho-tro@1/look", {"only": "x"})
    assert opened(world, code) == ["last"]
    world.do("lan", code, "last")
    assert world.dossier(code)["finished"] is not None


def test_a_new_version_of_the_called_process_moves_no_running_dossier(world: World) -> None:
    """Fixed as the dossier is received, on disk: a program that starts anew runs it under the same versions."""
    world.deploy(row("ho-tro", task("a", "chuyen-vien"), task("b", "chuyen-vien"))).body_or_raise()
    world.deploy(calling("goi", "ho-tro")).body_or_raise()
    before = world.start("goi")
    world.deploy(row("ho-tro", task("c", "chuyen-vien"))).body_or_raise()
    after = world.start("goi")
    assert (opened(world, before), opened(world, after)) == (["ho-tro@1/a"], ["ho-tro@2/c"])
    world.change(definitions=Definitions())
    world.do("lan", before, "ho-tro@1/a")
    world.do("lan", after, "ho-tro@2/c")
    assert (opened(world, before), opened(world, after)) == (["ho-tro@1/b"], ["last"])


def test_a_call_is_bound_as_it_says(world: World) -> None:
    """Latest, latest with a tag, latest at the caller's deployment: three calls after two more deployments."""
    world.deploy(support("one", tag="v1")).body_or_raise()
    bindings = {"moi": "", "the": 'bindingType="versionTag" versionTag="v1"', "gan": 'bindingType="deployment"'}
    for key, attributes in bindings.items():
        world.deploy(calling(key, "ho-tro", attributes)).body_or_raise()
    world.deploy(support("two", tag="v1")).body_or_raise()
    world.deploy(support("three")).body_or_raise()
    found = {key: opened(world, world.start(key)) for key in bindings}
    assert found == {"moi": ["ho-tro@3/three"], "the": ["ho-tro@2/two"], "gan": ["ho-tro@1/one"]}


def test_two_versions_of_one_process_run_in_one_dossier(world: World) -> None:
    """The dossier's process calls the latest; another one that it calls stays bound to the first."""
    world.deploy(support("one")).body_or_raise()
    world.deploy(calling("giua", "ho-tro", 'bindingType="deployment"')).body_or_raise()
    world.deploy(support("two")).body_or_raise()
    body = start_event() + call("k1", "giua") + call("k2", "ho-tro") + end() + chain("s", "k1", "k2", "e")
    world.deploy(bundle("goi", body)).body_or_raise()
    code = world.start("goi")
    world.do("lan", code, "ho-tro@1/one", {"note": "x"})
    world.do("lan", code, "giua@1/last")
    assert opened(world, code) == ["ho-tro@2/two"]
    history = queries.history(world.app, world.officer("hoa"), code).body_or_raise()["items"]
    assert [(item["key"], item["version"]) for item in history[0]["details"]["bundles"]] == [
        ("goi", 1),
        ("giua", 1),
        ("ho-tro", 1),
        ("ho-tro", 2),
    ]


def test_processes_may_call_each_other(world: World) -> None:
    """Deployed one after the other; the dossier's own process is the version that it was received under."""
    world.deploy(support("one")).body_or_raise()
    world.deploy(calling("goi", "ho-tro")).body_or_raise()
    again = calling("ho-tro", "goi")
    world.deploy(again).body_or_raise()
    code = world.start("goi")
    assert [item["code"] for item in world.dossier(code)["incidents"]] == ["too-deep"]


def test_four_eyes_and_claims_hold_within_a_called_process(world: World) -> None:
    """`hoso:notSameAs` names tasks of its own bundle."""
    second = task("check", "lanh-dao", properties={"notSameAs": "draft"})
    world.deploy(row("ho-tro", task("draft", "lanh-dao"), second)).body_or_raise()
    world.deploy(calling("goi", "ho-tro")).body_or_raise()
    code = world.start("goi")
    world.do("hang", code, "ho-tro@1/draft")
    check = world.task(code, "ho-tro@1/check")
    assert refusal_of(world.claim("hang", check)).code == "four-eyes"
    world.claim("duc", check).body_or_raise()


def test_a_letter_comes_from_the_template_of_its_own_bundle(world: World) -> None:
    """Both bundles have `letters/x.typ`; each job renders its own."""
    letter = job("letter", "hoso.letter", template="letters/x.typ", document="result")
    inner = bundle("ho-tro", start_event() + letter + end() + chain("s", "letter", "e"))
    world.deploy({**inner, "letters/x.typ": b"From the called bundle"}).body_or_raise()
    body = start_event() + call("k", "ho-tro") + letter + end() + chain("s", "k", "letter", "e")
    world.deploy({**bundle("goi", body), "letters/x.typ": b"#panic(1)"}).body_or_raise()
    code = world.start("goi", files={})
    assert world.work() == 2
    assert [item["name"] for item in world.dossier(code)["documents"]] == ["result.pdf"]
    assert [item["element"] for item in world.dossier(code)["incidents"]] == ["letter"]


def test_a_letter_that_was_asked_for_moves_with_its_dossier(world: World) -> None:
    """Another version of the called process: its template is found there, and not taken for the caller's own."""
    letter = job("letter", "hoso.letter", template="letters/x.typ", document="result")
    inner = bundle("ho-tro", start_event() + letter + end() + chain("s", "letter", "e"))
    own = {**calling("goi", "ho-tro"), "letters/x.typ": b"#panic(1)"}
    for text in (b"Once", b"Again"):
        world.deploy({**inner, "letters/x.typ": text}).body_or_raise()
        world.deploy({**own, "letters/y.typ": text}).body_or_raise()
        if text == b"Once":
            code = world.start("goi", files={})
    perform(world, Migrate(revision=revision(world, code), reason=WHY, version=2), code).body_or_raise()
    assert world.work() == 1
    shown = world.dossier(code)
    assert shown["incidents"] == []
    assert ([item["name"] for item in shown["documents"]], opened(world, code)) == (["result.pdf"], ["last"])


def test_the_evidence_holds_every_bundle_and_each_signature(world: World) -> None:
    """Signed steps of the called process are judged by its bundle; a pack without it proves nothing."""
    world.deploy(row("ho-tro", signed("decide", "lanh-dao", "approval", form="decide"))).body_or_raise()
    world.deploy(calling("goi", "ho-tro")).body_or_raise()
    code = world.start("goi")
    world.sign_off("hang", code, "ho-tro@1/decide", {"decision": "approve"})
    world.do("lan", code, "last")
    packed = evidence.pack(world.app, world.officer("kiem"), code)
    assert isinstance(packed, bytes)
    assert {"bundle/goi-1/process.bpmn", "bundle/ho-tro-1/process.bpmn"} <= read_archive(packed).keys()
    report = verify_pack(packed, roots=(authority().root,), log_key=world.app.log_key.vkey)
    assert [(line.element, line.purpose) for line in report.signatures][-1] == ("ho-tro@1/decide", "approval")
    contents = read_contents(read_pack(packed))
    left = [item for item in contents.entries if b'"subject":"ho-tro:1"' not in item.leaf]
    assert len(left) == len(contents.entries) - 1
    without = build_pack(replace(contents, entries=tuple(left)))
    with pytest.raises(SigningError, match="is not in the pack") as found:
        verify_pack(without, roots=(authority().root,), log_key=world.app.log_key.vkey)
    assert found.value.code == "bundle-missing"


def test_ids_as_long_as_they_may_be_fit_where_they_are_stored(world: World) -> None:
    """The longest key, version and id together, in a task and a timer, on both databases."""
    key, id = "k" * 180, "i" * 200
    late = (
        f'<bpmn:boundaryEvent id="{id[:-1]}b" attachedToRef="{id}">{timer("timeDuration", "P1D")}</bpmn:boundaryEvent>'
    )
    body = start_event() + task(id, "chuyen-vien") + late + end() + end("e2")
    flows = chain("s", id, "e").replace('id="s_', 'id="a_').replace(f'id="{id}_e"', 'id="b"')
    flows += flow(f"{id[:-1]}b", "e2", name="c")
    world.deploy(bundle(key, body + flows)).body_or_raise()
    world.deploy(calling("goi", key)).body_or_raise()
    code = world.start("goi")
    assert opened(world, code) == [f"{key}@1/{id}"]
    world.do("lan", code, f"{key}@1/{id}")
    assert opened(world, code) == ["last"]


def test_ids_as_long_as_they_may_be_fit_where_messages_are_awaited(world: World) -> None:
    """The same of what a called process listens for."""
    key, id = "k" * 180, "i" * 200
    caught = f'<bpmn:intermediateCatchEvent id="{id}"><bpmn:messageEventDefinition messageRef="m"/>'
    body = start_event() + caught + "</bpmn:intermediateCatchEvent>" + end()
    flows = flow("s", id, name="a") + flow(id, "e", name="b")
    world.deploy(bundle(key, body + flows, '<bpmn:message id="m" name="tra-loi"/>')).body_or_raise()
    world.deploy(calling("goi", key)).body_or_raise()
    code = world.start("goi")
    message.send(world.app, world.officer("lan"), Request(officer="lan"), code, "tra-loi", {}).body_or_raise()
    assert opened(world, code) == ["last"]


def test_a_start_that_cannot_call_is_refused(world: World) -> None:
    """What was deployed is gone from a damaged store: a refusal, and not half a dossier."""
    world.deploy(support("one")).body_or_raise()
    world.deploy(calling("goi", "ho-tro")).body_or_raise()
    with world.app.store.write() as tx:
        tx.execute(delete(tables.process).where(tables.process.c.key == "ho-tro"))
    world.change(definitions=Definitions())
    answer = start_dossier(world.app, world.officer("lan"), Request(officer="lan"), intake("goi"))
    assert refusal_of(answer).code == "call-not-deployed"
