"""`engine.dispatch` alone decides whether a result leaves: pure, from procedure, approvals and bytes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import permutations
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.consent import Consent, Location, Means, Standing
from engine.delivery import State
from engine.dispatch import Dispatch, Request, ResultApproval, decide, dispatch_key, satisfied, standing
from engine.document import Document
from engine.errors import Refusal
from engine.parcels import Payer
from engine.procedure import ANY, Procedure, RequiredApproval

BYTES, EARLIER, OTHER = "a" * 64, "b" * 64, "c" * 64
STAMPED = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
DOCUMENT = Document(name="result", media_type="application/pdf", sha256=BYTES, size=10)
PROCEDURE = Procedure(
    code="khai-tu",
    name="Khai tử",
    process="khai-tu",
    valid_from=date(2026, 1, 1),
    decided_by="demo",
    working_days=3,
    cutoff=time(15),
    result="result",
    approvals=(
        RequiredApproval(purpose="approval", role="lanh-dao"),
        RequiredApproval(purpose="organ", role="van-thu"),
    ),
    channels=frozenset({"email", "post", "counter"}),
    post_excluded=None,
)
EMAIL = Request(
    dossier="D", document=DOCUMENT, channel="email", recipient={"to": "a@b.vn"}, consent=None, group="send/4"
)
CONSENT = Consent(
    number=1,
    dossier="D",
    who="Bà Ánh",
    at=datetime(2026, 11, 20, tzinfo=UTC),
    means=Means.TELEPHONE,
    address="12 Lê Lợi",
    payer=Payer.AGENCY,
    location=Location(standing=Standing.CONFIRMED, province="79", commune="26743"),
)
OPEN, NOWHERE = Location(old="79/760/26743"), Location(standing=Standing.REFUSED)
POST = replace(EMAIL, channel="post", recipient={"recipient": "Bà Ánh", "address": "12 Lê Lợi"}, consent=CONSENT)
COUNTER = replace(EMAIL, channel="counter", recipient={"recipient": "Bà Ánh"})
APPROVAL = ResultApproval(
    purpose="approval",
    decision="approve",
    officer="hang",
    roles=frozenset({"lanh-dao", "chuyen-vien"}),
    covers=frozenset({BYTES}),
    stamped=STAMPED,
)
SEAL = ResultApproval(
    purpose="organ",
    decision=None,
    officer="hoa",
    roles=frozenset({"van-thu"}),
    covers=frozenset({BYTES, OTHER}),
    stamped=STAMPED,
)


def why(
    request: Request = EMAIL,
    *approvals: ResultApproval,
    procedure: Procedure | None = PROCEDURE,
    earlier: frozenset[str] = frozenset(),
) -> str | None:
    """The refusal's code, None when it may leave."""
    found = decide(request, procedure=procedure, approvals=approvals or (APPROVAL, SEAL), earlier=earlier)
    return found.code if isinstance(found, Refusal) else None


@pytest.mark.parametrize(
    ("request_", "state"), [(EMAIL, State.CREATED), (POST, State.PREPARED), (COUNTER, State.READY)]
)
def test_an_approved_and_sealed_result_may_leave(request_: Request, state: State) -> None:
    """By each channel that the procedure allows; what it becomes is not yet delivered."""
    found = decide(request_, procedure=PROCEDURE, approvals=(APPROVAL, SEAL), earlier=frozenset())
    assert isinstance(found, Dispatch)
    assert (found.state, found.key) == (state, dispatch_key(request_))


def test_an_approval_of_an_earlier_revision_counts() -> None:
    """When the caller found over the bytes that only permitted fields were added since."""
    early = replace(APPROVAL, covers=frozenset({EARLIER}))
    assert why(EMAIL, early, SEAL) == "result-unsigned"
    assert why(EMAIL, early, SEAL, earlier=frozenset({EARLIER})) is None


@pytest.mark.parametrize("unstamped", [(True, True), (True, False), (False, True)])
def test_a_result_waits_for_its_stamps(unstamped: tuple[bool, bool]) -> None:
    """An approval without a stamp does not count yet; that is told apart from one that is missing."""
    bare = [replace(item, stamped=None) if yes else item for item, yes in zip((APPROVAL, SEAL), unstamped, strict=True)]
    assert why(EMAIL, *bare) == "result-unstamped"
    assert why(EMAIL, bare[0]) == "result-unsigned"


def test_an_unstamped_return_takes_back_all_the_same() -> None:
    """What was taken back waits for nothing."""
    back = replace(APPROVAL, decision="return", stamped=None)
    assert why(EMAIL, APPROVAL, back, SEAL) == "result-unsigned"


DEFECTS: list[tuple[str, Callable[[ResultApproval], ResultApproval | None]]] = [
    ("missing", lambda _approval: None),
    ("a signed return", lambda approval: replace(approval, decision="return")),
    ("another word for yes", lambda approval: replace(approval, decision="Approve")),
    ("an initial", lambda approval: replace(approval, purpose="initial")),
    ("an unknown purpose", lambda approval: replace(approval, purpose="")),
    ("another role", lambda approval: replace(approval, roles=frozenset({"chuyen-vien"}))),
    ("no role", lambda approval: replace(approval, roles=frozenset())),
    ("other bytes", lambda approval: replace(approval, covers=frozenset({OTHER}))),
    ("no bytes", lambda approval: replace(approval, covers=frozenset())),
]


@pytest.mark.parametrize("which", [0, 1], ids=["approval", "organ"])
@pytest.mark.parametrize(("name", "spoil"), DEFECTS, ids=[name for name, _ in DEFECTS])
def test_without_each_required_approval_nothing_leaves(
    which: int, name: str, spoil: Callable[[ResultApproval], ResultApproval | None]
) -> None:
    """Each requirement stands alone: the other approval, however good, does not stand in for it."""
    good = [APPROVAL, SEAL]
    spoiled = spoil(good[which])
    approvals = [spoiled if index == which else item for index, item in enumerate(good)]
    found = decide(
        EMAIL, procedure=PROCEDURE, approvals=[item for item in approvals if item is not None], earlier=frozenset()
    )
    assert isinstance(found, Refusal), name
    assert found.code == "result-unsigned"
    assert PROCEDURE.approvals[which].role in found.remedy


def test_without_any_approval_nothing_leaves() -> None:
    """The plain case."""
    found = decide(EMAIL, procedure=PROCEDURE, approvals=(), earlier=frozenset())
    assert isinstance(found, Refusal)
    assert found.code == "result-unsigned"


def test_each_required_approval_is_by_another_officer() -> None:
    """Two roles in one person are one pair of eyes; after a second leader's approval, the first may seal."""
    both = frozenset({"lanh-dao", "van-thu"})
    one, seal = replace(APPROVAL, roles=both), replace(SEAL, roles=both, officer="hang")
    assert why(EMAIL, one, seal) == "result-unsigned"
    assert why(EMAIL, one) == "result-unsigned"
    assert why(EMAIL, one, replace(APPROVAL, officer="duc"), seal) is None


def test_the_agency_signs_last() -> None:
    """What it sealed before the required approvals stood is not sealed; sealed again after them, it may leave."""
    assert why(EMAIL, SEAL, APPROVAL) == "result-unsigned"
    assert why(EMAIL, SEAL, APPROVAL, SEAL) is None
    third = replace(APPROVAL, officer="lan", roles=frozenset({"ho-tich"}))
    asked = (*PROCEDURE.approvals, RequiredApproval(purpose="approval", role="ho-tich"))
    both = replace(PROCEDURE, approvals=asked)
    assert why(EMAIL, APPROVAL, SEAL, third, procedure=both) == "result-unsigned"
    assert why(EMAIL, third, APPROVAL, SEAL, procedure=both) is None


def test_each_finds_an_officer_whatever_the_order() -> None:
    """Who could give several of them does not take the only one who could give another."""
    roles = {"a": {"x", "y"}, "b": {"x"}, "c": {"y", "z"}}
    asked = [RequiredApproval(purpose="approval", role=role) for role in "xyz"]
    signed = [replace(APPROVAL, officer=who, roles=frozenset(held)) for who, held in roles.items()]
    for order in permutations(signed):
        assert satisfied(asked, order)
        assert not satisfied(asked, order[:2])


def test_many_approvals_are_judged_quickly() -> None:
    """A thousand rounds of eight officers, of whom one requirement finds none: no search over all choices."""
    asked = [RequiredApproval(purpose="approval", role=f"r{n}") for n in range(7)] + [PROCEDURE.approvals[1]]
    rounds = [
        replace(APPROVAL, officer=f"o{n % 8}", roles=frozenset(f"r{m}" for m in range(6)), element=f"e{n}")
        for n in range(1000)
    ]
    began = monotonic()
    assert not satisfied(asked, standing([*rounds, SEAL], frozenset({BYTES})))
    assert monotonic() - began < 5


@pytest.mark.parametrize("capacity", sorted(ANY))
def test_an_approval_in_an_excluded_capacity_does_not_count(capacity: str) -> None:
    """The record's capacity must be one that the procedure allows; all are, where it names none."""
    signed = replace(APPROVAL, capacity=capacity)
    allowed = replace(PROCEDURE.approvals[0], capacities=frozenset({"", "KT."}))
    narrow = replace(PROCEDURE, approvals=(allowed, PROCEDURE.approvals[1]))
    assert why(EMAIL, signed, SEAL) is None
    assert why(EMAIL, signed, SEAL, procedure=narrow) == (None if capacity in ("", "KT.") else "result-unsigned")
    found = decide(EMAIL, procedure=narrow, approvals=(SEAL,), earlier=frozenset())
    assert isinstance(found, Refusal)
    assert "approval by lanh-dao (own, KT.), organ by van-thu" in found.remedy


def test_an_approval_says_so() -> None:
    """Only the agency's own signature needs no decision: its form asks for none."""
    assert why(EMAIL, replace(APPROVAL, decision=None), SEAL) == "result-unsigned"
    assert why(EMAIL, APPROVAL, replace(SEAL, decision="approve")) is None


def test_a_later_return_takes_an_approval_back() -> None:
    """Over the same bytes and in the same role, whoever signs it; approved again after it, the result may leave."""
    returned = replace(APPROVAL, decision="return", officer="duc")
    assert why(EMAIL, APPROVAL, returned, SEAL) == "result-unsigned"
    assert why(EMAIL, APPROVAL, SEAL, returned) == "result-unsigned"
    assert why(EMAIL, APPROVAL, returned, SEAL, APPROVAL) == "result-unsigned"
    assert why(EMAIL, APPROVAL, SEAL, returned, APPROVAL, SEAL) is None
    assert why(EMAIL, APPROVAL, replace(returned, roles=frozenset({"van-thu"})), SEAL) is None


def test_a_good_approval_counts_beside_bad_ones() -> None:
    """An earlier return over other bytes does not spoil the approval that came after."""
    returned = replace(APPROVAL, decision="return", covers=frozenset({OTHER}))
    assert why(EMAIL, returned, APPROVAL, SEAL) is None


@pytest.mark.parametrize(
    ("request_", "procedure", "code"),
    [
        (EMAIL, None, "procedure-missing"),
        (POST, replace(PROCEDURE, post_excluded="hộ tịch"), "post-excluded"),
        (COUNTER, replace(PROCEDURE, channels=frozenset({"email"})), "channel-excluded"),
        (EMAIL, replace(PROCEDURE, channels=frozenset({"counter"})), "channel-excluded"),
        (replace(EMAIL, channel="edxml"), PROCEDURE, "channel-excluded"),
        (replace(POST, consent=None), PROCEDURE, "consent-missing"),
        (replace(POST, consent=replace(CONSENT, dossier="E")), PROCEDURE, "consent-missing"),
        (replace(POST, consent=replace(CONSENT, revoked=CONSENT.at)), PROCEDURE, "consent-missing"),
        (replace(POST, consent=replace(CONSENT, location=OPEN)), PROCEDURE, "address-unconfirmed"),
        (replace(POST, consent=replace(CONSENT, location=NOWHERE)), PROCEDURE, "address-unconfirmed"),
        (replace(EMAIL, document=replace(DOCUMENT, name="draft")), PROCEDURE, "not-the-result"),
    ],
)
def test_what_the_procedure_does_not_allow_does_not_leave(
    request_: Request, procedure: Procedure | None, code: str
) -> None:
    """Whatever the process drawing says."""
    assert why(request_, procedure=procedure) == code


def test_consent_to_post_is_for_this_address() -> None:
    """Consent to another address is none; spaces make no other address."""
    assert why(replace(POST, recipient={**POST.recipient, "address": "13 Lê Lợi"})) == "consent-missing"
    assert why(replace(POST, recipient={**POST.recipient, "address": " 12  Lê Lợi"})) is None


@pytest.mark.parametrize("to", ["", "a", "@b.vn", "a@", "a@b vn", "a@b.vn, c@d.vn", "<a@b.vn>", "a@b@c", "a b@c.vn"])
def test_a_recipient_is_one_plain_address(to: str) -> None:
    """Nothing that a mail program would read as a second recipient or a header."""
    assert why(replace(EMAIL, recipient={"to": to})) == "address-invalid"


@pytest.mark.parametrize("to", ["a@b.vn\nBcc: c@d.vn", "a@b.vn\r", "a\0@b.vn", "a@b.vn\u2028"])
def test_an_address_that_would_begin_another_header_is_called_what_it_is(to: str) -> None:
    """Not mended, and told apart from a slip of the pen."""
    assert why(replace(EMAIL, recipient={"to": to})) == "header-injection"


def test_an_international_address_may_be_written_to() -> None:
    """Whether a relay takes it, the relay says."""
    assert why(replace(EMAIL, recipient={"to": "ánh.tuyết@đất.vn"})) is None


def test_the_same_sending_has_the_same_key() -> None:
    """However its recipient's fields are ordered: a retry is recognised."""
    forth = replace(POST, recipient={"recipient": "Bà Ánh", "address": "12 Lê Lợi"})
    back = replace(POST, recipient={"address": "12 Lê Lợi", "recipient": "Bà Ánh"})
    assert dispatch_key(forth) == dispatch_key(back)


TEXT = st.text(max_size=8)
RECIPIENTS = st.dictionaries(st.sampled_from(["to", "recipient", "address"]), TEXT)
REQUESTS = st.builds(
    lambda dossier, sha, channel, recipient, group: Request(
        dossier=dossier,
        document=replace(DOCUMENT, sha256=sha),
        channel=channel,
        recipient=recipient,
        consent=None,
        group=group,
    ),
    TEXT,
    TEXT,
    TEXT,
    RECIPIENTS,
    TEXT,
)


@given(REQUESTS, REQUESTS)
def test_other_content_is_another_key(one: Request, two: Request) -> None:
    """Dossier, bytes, recipient, channel, attempt group: two sendings that differ in any have different keys."""
    assert (dispatch_key(one) == dispatch_key(two)) == (one == two)


def test_separators_in_a_recipient_do_not_make_two_sendings_one() -> None:
    """A citizen's name is data; with the separators of the key in it, it must not move into another field."""
    one = replace(EMAIL, recipient={"address": "x", "recipient": "y"})
    two = replace(EMAIL, recipient={"address": "x\x1frecipient\x1ey"})
    assert dispatch_key(one) != dispatch_key(two)


def test_the_code_on_a_label_names_the_dossier() -> None:
    """And eight characters of the key, which a clerk can read out."""
    found = decide(POST, procedure=PROCEDURE, approvals=(APPROVAL, SEAL), earlier=frozenset())
    assert isinstance(found, Dispatch)
    assert found.code == f"D-{found.key[:8].upper()}"
