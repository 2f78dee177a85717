"""Who signs after whom, enforced over the very bytes: as the statement is asked for, and again as it is accepted."""

import pytest

from tests.adapters.application.bundles import bundle, chain, email, end, flow, signed, start_event, task, xor
from tests.adapters.application.world import RESULT, SEAL, World, refusal_of
from tests.adapters.jobs.rewriting import replace_result
from tests.pki import known

TWO = [
    {"purpose": "approval", "role": "chuyen-vien"},
    {"purpose": "approval", "role": "lanh-dao"},
    {"purpose": "organ", "role": "van-thu"},
]


# appraise → decide → [return → appraise] → seal → send
OFFICE = bundle(
    "tham-dinh",
    start_event()
    + signed("appraise", "chuyen-vien", "approval", form="decide")
    + signed("decide", "lanh-dao", "approval", form="decide")
    + xor("decided", 'default="decided_appraise"')
    + signed("seal", "van-thu", "organ")
    + email()
    + end()
    + chain("s", "appraise", "decide", "decided")
    + flow("decided", "seal", '=decision = "approve"')
    + flow("decided", "appraise")
    + chain("seal", "send", "e"),
)
YES = {"decision": "approve"}


@pytest.fixture
def office(world: World) -> World:
    """The process with two approvals is deployed, and its procedure asks for both."""
    world.deploy(OFFICE).body_or_raise()
    world.adopt("tham-dinh", result={"document": "result", "approvals": TWO}).body_or_raise()
    return world


def claimed(world: World, who: str, code: str, element: str) -> str:
    """The id of the task, which the officer holds."""
    task_id = world.task(code, element)
    world.claim(who, task_id).body_or_raise()
    return task_id


def test_the_agency_seals_what_stands_approved(office: World) -> None:
    """The plain case, up to the sending."""
    code = office.start("tham-dinh")
    office.sign_off("lan", code, "appraise", YES)
    office.sign_off("hang", code, "decide", YES)
    office.sign_off("hoa", code, "seal")
    assert office.acts(code)[-1] == "task-completed"


def test_what_changed_after_its_approval_is_not_sealed(office: World) -> None:
    """The bytes are others than those that were approved: refused before anything is signed, and in the trail."""
    code = office.start("tham-dinh")
    office.sign_off("lan", code, "appraise", YES)
    office.sign_off("hang", code, "decide", YES)
    seal = claimed(office, "hoa", code, "seal")
    replace_result(office, code)
    refusal = refusal_of(office.prepare("hoa", seal))
    assert refusal.code == "organ-before-approval"
    assert "approved again" in refusal.remedy
    assert office.last(code)["act"] == "completion-refused"


def test_what_changes_after_the_statement_is_not_sealed(office: World) -> None:
    """As the signature is accepted, it is asked again."""
    code = office.start("tham-dinh")
    office.sign_off("lan", code, "appraise", YES)
    office.sign_off("hang", code, "decide", YES)
    seal = claimed(office, "hoa", code, "seal")
    offered = office.prepare("hoa", seal).body_or_raise()
    replace_result(office, code)
    assert refusal_of(office.send("hoa", seal, office.submission(offered, SEAL))).code == "organ-before-approval"


def test_each_required_approval_is_by_other_eyes(office: World) -> None:
    """Who appraised may not decide, though they have the role: said now, not when the result should leave."""
    office.give("hang", "lanh-dao", "chuyen-vien")
    code = office.start("tham-dinh", "hang")
    office.sign_off("hang", code, "appraise", YES)
    decide = claimed(office, "hang", code, "decide")
    refusal = refusal_of(office.prepare("hang", decide, YES))
    assert refusal.code == "four-eyes"
    assert "appraise" in refusal.message
    assert office.prepare("hang", decide, {"decision": "return"}).refusal is None, "a return approves nothing"
    office.release("hang", decide).body_or_raise()
    office.sign_off("duc", code, "decide", YES)
    office.sign_off("hoa", code, "seal")


def test_a_step_done_again_is_no_second_pair_of_eyes(office: World) -> None:
    """Returned, the same officer appraises again."""
    code = office.start("tham-dinh")
    office.sign_off("lan", code, "appraise", YES)
    office.sign_off("hang", code, "decide", {"decision": "return"})
    office.sign_off("lan", code, "appraise", YES)
    office.sign_off("hang", code, "decide", YES)
    office.sign_off("hoa", code, "seal")


def test_whoever_approves_does_not_seal(office: World) -> None:
    """The head is not the clerk."""
    office.give("hoa", "van-thu", "lanh-dao")
    code = office.start("tham-dinh")
    office.sign_off("lan", code, "appraise", YES)
    office.sign_off("hoa", code, "decide", YES)
    refusal = refusal_of(office.prepare("hoa", claimed(office, "hoa", code, "seal")))
    assert refusal.code == "organ-before-approval", "without hers one required approval is missing"


def test_the_only_approver_does_not_seal(world: World) -> None:
    """Where nothing more is required, either."""
    world.give("hoa", "van-thu", "lanh-dao")
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hoa", code, "decide", YES)
    refusal = refusal_of(world.prepare("hoa", claimed(world, "hoa", code, "seal")))
    assert (refusal.code, "may not seal" in refusal.message) == ("four-eyes", True)


CAPACITIES: list[tuple[str, str | None]] = [("own", None), ("own, KT.", None), ("KT., TL.", "capacity-excluded")]


@pytest.mark.parametrize(("allowed", "code"), CAPACITIES)
def test_a_step_is_signed_in_the_capacities_that_it_allows(world: World, allowed: str, code: str | None) -> None:
    """Refused as the statement is asked for, told as the task is shown, and recorded."""
    properties = {"signature": "approval", "documents": "result", "capacity": allowed}
    step = task("decide", "lanh-dao", form="decide", properties=properties)
    world.deploy(bundle("tu-cach", start_event() + step + end() + chain("s", "decide", "e"))).body_or_raise()
    dossier = world.start("tu-cach", files={"result": RESULT})
    decide = claimed(world, "hang", dossier, "decide")
    answer = world.prepare("hang", decide, YES)
    assert (answer.refusal.code if answer.refusal else None) == code
    if answer.refusal is not None:
        assert "may be signed KT., TL. only" in answer.refusal.message
        assert world.last(dossier)["act"] == "completion-refused"
    else:
        world.send("hang", decide, world.submission(answer.body_or_raise(), known("hang"))).body_or_raise()
