"""A dossier's history as a story: one sentence for each act, in the reader's language and Vietnam's time.

An act that this client does not know is told by its name, so that an older client never hides what happened.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.language import N_, _
from adapters.cli.terminal import escape
from adapters.cli.times import local
from adapters.cli.words import channel_word, decision_word

Item = Mapping[str, Any]


def tell(items: Iterable[Item]) -> Iterator[str]:
    """Yield the lines of the story."""
    for item in items:
        yield f"{local(item.get('time'))}  {sentence(item)}"
        yield from (f"{' ' * 18}{line}" for line in _consequences(_details(item)))


def sentence(item: Item) -> str:
    """Return the sentence for one act."""
    act = str(item.get("act"))
    if item.get("erased"):
        return _("{who}: {act} {subject}, its contents were erased").format(
            who=_who(item), act=escape(act), subject=escape(item.get("subject"))
        )
    teller = _TELLERS.get(act)
    return teller(item) if teller else _unknown(item, act)


def _unknown(item: Item, act: str) -> str:
    words = {key: value for key, value in _details(item).items() if isinstance(value, (str, int)) and key not in _TOLD}
    facts = ", ".join(f"{escape(key)}: {escape(value)}" for key, value in words.items())
    text = _("{who}: {act}").format(who=_who(item), act=escape(act))
    return f"{text} ({facts})" if facts else text


CHANGES = (
    "unit-changed",
    "position-added",
    "position-changed",
    "officer-changed",
    "officer-appointed",
    "appointment-ended",
    "role-granted",
    "role-ended",
    "mandate-given",
    "mandate-ended",
    "absence-recorded",
    "absence-ended",
)
_TOLD = frozenset({"task", "element", "name", "dossier"})
_MOST_TOLD = 20  # of the tasks that one act opens


def _consequences(details: Item) -> Iterator[str]:
    opened_tasks = list(details.get("opened") or ())
    for opened in opened_tasks[:_MOST_TOLD]:
        if isinstance(opened, Mapping):
            role = opened.get("role")
            name = escape(opened.get("name"))
            yield (
                _("→ opens: {name}, for {role}").format(name=name, role=escape(role))
                if role
                else _("→ opens: {name}").format(name=name)
            )
            if opened.get("why"):
                yield _("→ to the administrators: {why}").format(why=escape(opened["why"]))
            if opened.get("due"):
                yield _("→ due {due}").format(due=local(opened["due"]))
            if opened.get("note"):
                yield _("→ not as its model wants: {note}").format(note=escape(opened["note"]))
    bundles = details.get("bundles")
    for bundle in bundles[1:] if isinstance(bundles, list) else ():  # the first is the dossier's own
        if isinstance(bundle, Mapping):
            told = {"process": escape(bundle.get("key")), "version": escape(bundle.get("version"))}
            yield _("→ calls: {process}, version {version}").format(**told)
    if len(opened_tasks) > _MOST_TOLD:
        yield _("→ opens {more} more").format(more=len(opened_tasks) - _MOST_TOLD)
    for table in details.get("tables") or ():
        if isinstance(table, Mapping) and table.get("decision"):
            yield from _fired(table)
    if details.get("ended"):
        yield _("→ the dossier is completed")


def _fired(table: Item) -> Iterator[str]:
    """Yield which rules of a decision table applied, with what they read and gave."""
    decision = escape(table.get("decision"))
    rules = [rule for rule in table.get("rules") or () if isinstance(rule, Mapping)]
    if not rules:
        yield _("→ {decision}: no rule applies").format(decision=decision)
    for rule in rules:
        read, gave = (_listed(rule.get(name)) for name in ("inputs", "outputs"))
        yield _("→ {decision}, rule {rule}: {read} → {gave}").format(
            decision=decision, rule=escape(rule.get("rule")), read=read, gave=gave
        )


def _listed(values: object) -> str:
    pairs = values.items() if isinstance(values, Mapping) else ()
    return ", ".join(f"{escape(name)} = {escape('-' if value is None else value)}" for name, value in pairs)


def _details(item: Item) -> Item:
    value = item.get("details")
    return value if isinstance(value, Mapping) else {}


def _who(item: Item) -> str:
    """Return who acted and in which position: "Nguyễn Thị Lan (Chuyên viên)"."""
    if item.get("actor") in {"hoso", "system", "engine", None, ""}:
        return _("The system")
    details = _details(item)
    position = item.get("actor_position") or details.get("position")
    name = escape(item.get("actor_name") or item.get("actor"))
    return f"{name} ({escape(position)})" if position else name


def _step(item: Item) -> str:
    details = _details(item)
    return escape(item.get("element_name") or details.get("name") or item.get("element") or item.get("task") or "-")


def _value(item: Item, *names: str) -> str:
    """Return the first of these details, escaped; names and addresses of a person or a document included."""
    details = _details(item)
    value = next((details[name] for name in names if details.get(name) not in (None, "", {}, [])), "")
    if not value and "subject" in names:
        value = item.get("subject") or ""
    if isinstance(value, Mapping):
        value = next((value[name] for name in ("name", "recipient", "to", "address") if value.get(name)), "")
    return escape(value)


def _with(text: str, addition: str, value: str) -> str:
    return text + addition.format(value=value) if value else text


def _dossier_started(item: Item) -> str:
    text = _("{who} received the dossier").format(who=_who(item))
    text = _with(
        text, _(" through {value}"), channel_word(_details(item).get("channel")) if _value(item, "channel") else ""
    )
    text = _with(text, _(" from {value}"), _value(item, "applicant"))
    text = _with(text, _(": “{value}”"), _value(item, "title"))
    return text + _cause(_details(item).get("started_by"))


def _cause(by: object) -> str:
    """Return by which event a dossier was started."""
    phrases = {
        "message": _(", by the message “{value}”"),
        "signal": _(", by the signal “{value}”"),
        "timer": _(", by the timer “{value}”"),
    }
    kinds = by if isinstance(by, Mapping) else {}
    return "".join(phrase.format(value=escape(kinds[kind])) for kind, phrase in phrases.items() if kind in kinds)


def _task_completed(item: Item) -> str:
    details = _details(item)
    data = details.get("data")
    data = data if isinstance(data, Mapping) else {}
    decision = details.get("decision") or data.get("decision")
    templates = {
        "initial": _("{who} initialled and completed “{step}”"),
        "approval": _("{who} signed and completed “{step}”"),
        "organ": _("{who} signed for the agency and completed “{step}”"),
    }
    template = templates.get(str(details.get("purpose")), _("{who} completed “{step}”"))
    text = template.format(who=_who(item), step=_step(item))
    text = _with(text, _(" — {value}"), decision_word(decision) if decision else "")
    reason = next(
        (data[name] for name in ("reason", "comment", "opinion", "note") if isinstance(data.get(name), str)), ""
    )
    text = _with(text, _(": “{value}”"), escape(reason))
    return _with(text, ", {value}", _block(details))


def _block(details: Item) -> str:
    """The lines above the signature of who signed for another one."""
    block = details.get("block")
    return " / ".join(map(escape, block)) if details.get("capacity") and isinstance(block, list) else ""


def _refused(template: str) -> Callable[[Item], str]:
    def told(item: Item) -> str:
        text = _(template).format(who=_who(item), step=_step(item))
        reason = escape(in_words(_value(item, "code"), _value(item, "message", "reason")))
        text = _with(text, ": {value}", reason)
        return _with(text, "   [{value}]", _value(item, "code"))

    return told


def _counted(item: Item) -> str:
    """Tell how often the same was tried again, and refused for which reasons."""
    details = _details(item)
    again = N_("{who} was refused the same again at “{step}” (times: {count})")
    bare = N_("{who} was refused the same again (times: {count})")
    template = _(again if details.get("name") or details.get("task") else bare)
    text = template.format(who=_who(item), step=_step(item), count=escape(details.get("count") or "?"))
    repeats = details.get("repeats")
    found = [each for each in repeats if isinstance(each, Mapping)] if isinstance(repeats, list) else []
    return _with(text, ": {value}", "; ".join(map(_reason_counted, found)))


def _reason_counted(repeat: Item) -> str:
    code = str(repeat.get("code"))
    told = f"{escape(in_words(code, ''))}   [{escape(code)}]".strip()
    return f"{told} × {escape(repeat.get('count'))}"


def _plain(template: str, *, extra: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Callable[[Item], str]:
    """Tell an act by a template over who and step; each extra adds a phrase where its detail is known."""

    def told(item: Item) -> str:
        text = _(template).format(who=_who(item), step=_step(item))
        for addition, names in extra:
            value = _value(item, *names)
            text = _with(text, _(addition), channel_word(value) if names == ("channel",) else value)
        return text

    return told


def _reasoned(template: str, **names: str) -> Callable[[Item], str]:
    """Tell an administrator's act with its reason, which stands in its body; `names` are further parts of the body."""

    def told(item: Item) -> str:
        body = _details(item).get("body")
        body = body if isinstance(body, Mapping) else {}
        values = {name: escape(body.get(part) or "-") for name, part in names.items()}
        text = _(template).format(who=_who(item), step=_step(item), **values)
        return _with(text, _(": “{value}”"), escape(body.get("reason") or ""))

    return told


def _reassigned(item: Item) -> str:
    """Tell to whom a head gave a task, or that it went back to its queue."""
    queued = N_("{who} put “{step}” back into its queue")
    return _plain(queued if _details(item).get("queue") else N_("{who} reassigned “{step}”"), extra=(_FOR, _REASON))(
        item
    )


def _stamped(item: Item) -> str:
    return _("A time stamp proves that the signature was there at {time}").format(
        time=local(_details(item).get("time"))
    )


def _changed(item: Item) -> str:
    """Tell a change of the organisation as `hoso officer` words it."""
    from adapters.cli.changing import in_words as in_words_of_change

    details = _details(item)
    change = in_words_of_change({**details, "kind": item.get("act")})
    # The position in the details is what was given, not what the actor holds.
    by = {**item, "details": {name: value for name, value in details.items() if name != "position"}}
    text = _("{who}: {change}").format(who=_who(by), change=change)
    return _with(text, _(", approved by {value}"), escape(details.get("approved_by") or ""))


def _data_erased(item: Item) -> str:
    """Tell under which document a dossier's data were erased, and who approved it."""
    details = _details(item)
    body = details.get("body")
    body = body if isinstance(body, Mapping) else {}
    text = _("{who} erased the dossier's data, under {document}").format(
        who=_who(item), document=escape(body.get("document") or "-")
    )
    text = _with(text, _(", approved by {value}"), escape(details.get("approved_by") or ""))
    return _with(text, _(": “{value}”"), escape(body.get("reason") or ""))


def _follow_up(item: Item) -> str:
    at = _details(item).get("at")
    text = _("{who} put “{step}” off until {time}") if at else _("{who} put “{step}” off no longer")
    return text.format(who=_who(item), step=_step(item), time=local(at))


def _visit(template: str) -> Callable[[Item], str]:
    """Tell what became of a visit: when it is, or was to be, and why."""

    def told(item: Item) -> str:
        details = _details(item)
        text = _(template).format(who=_who(item), time=local(details.get("at")))
        return _with(text, _(": “{value}”"), escape(details.get("reason") or ""))

    return told


_FOR = (N_(" to {value}"), ("to_name", "to"))
_REASON = (N_(": “{value}”"), ("reason",))
_TO = (N_(" to {value}"), ("recipient", "to", "name"))
_BY = (N_(" by {value}"), ("channel",))
_WHY = (N_(": {value}"), ("message", "reason", "note", "error"))
_NAMED = (N_(": “{value}”"), ("name",))
_DOCUMENT = (N_(" “{value}”"), ("document", "title", "file"))
_APPROVED = (N_(", approved by {value}"), ("approved_by",))
_COPIES = (N_(", copies: up to {value}"), ("copies",))
_WAY = ((N_(" by {value}"), ("carrier",)), (N_(" (“{value}”)"), ("status",)))
_AGAIN = ((N_(" as {value}"), ("again",)),)
_RECORD = ((N_(" {value}"), ("subject",)), (N_(" by {value}"), ("carrier",)), (N_(": “{value}”"), ("reason",)))
_ITEM = (_WAY[0], (N_(" (code {value})"), ("item",)))
_AT = ((N_(" ({value})"), ("carrier",)), (N_(": item {value}"), ("item",)))
_STATUS = (N_(" (status {value})"), ("status",))
_PARCEL = (N_(" (code {value})"), ("dispatch",))

_TELLERS: Mapping[str, Callable[[Item], str]] = {
    "dossier-started": _dossier_started,
    "dossier-completed": _plain(N_("The dossier is completed")),
    "task-opened": _plain(N_("“{step}” waits to be done"), extra=((N_(" for {value}"), ("role",)),)),
    "task-claimed": _plain(N_("{who} took “{step}”")),
    "task-assigned": _plain(
        N_("“{step}” was given"), extra=((N_(" to {value}"), ("officer",)), (N_(" ({value})"), ("why",)))
    ),
    "task-released": _plain(N_("{who} gave “{step}” back"), extra=(_FOR,)),
    "task-delegated": _plain(N_("{who} delegated “{step}”"), extra=(_FOR, _REASON)),
    "task-taken-back": _plain(N_("{who} took “{step}” back, which they had delegated")),
    "task-returned": _plain(N_("{who} returned “{step}”"), extra=(_FOR, _REASON)),
    "task-reassigned": _reassigned,
    "follow-up-set": _follow_up,
    "priority-set": _plain(N_("{who} gave “{step}” the priority"), extra=((N_(" {value}"), ("priority",)),)),
    "comment-added": _plain(N_("{who} wrote a comment")),
    "attachment-added": _plain(N_("{who} added a working paper"), extra=(_DOCUMENT,)),
    "attachment-removed": _plain(N_("{who} took a working paper away"), extra=(_DOCUMENT,)),
    "task-cancelled": _plain(N_("“{step}” was called off")),
    "task-completed": _task_completed,
    "completion-refused": _refused(N_("{who} tried to complete “{step}” and was refused")),
    "refusals-counted": _counted,
    "claim-refused": _refused(N_("{who} tried to take “{step}” and was refused")),
    "delegation-refused": _refused(N_("{who} tried to delegate “{step}” and was refused")),
    "taking-back-refused": _refused(N_("{who} tried to take “{step}” back and was refused")),
    "return-refused": _refused(N_("{who} tried to return “{step}” and was refused")),
    "reassignment-refused": _refused(N_("{who} tried to reassign “{step}” and was refused")),
    "steering-refused": _refused(N_("{who} tried to put “{step}” off or forward and was refused")),
    "removal-refused": _refused(N_("{who} tried to take a working paper away and was refused")),
    "release-refused": _refused(N_("{who} tried to give “{step}” back and was refused")),
    "message-refused": _refused(N_("{who} sent a message and was refused")),
    "message-buffered": _plain(N_("The message waits for its receiver"), extra=(_NAMED,)),
    "message-expired": _plain(N_("Nobody took the message in time"), extra=(_NAMED,)),
    "signal-sent": _plain(N_("{who} sent a signal"), extra=((N_(" “{value}”"), ("name",)),)),
    "start-refused": _refused(N_("An event was to start a dossier and was refused")),
    "job-retried": _plain(N_("{who} let a program's work be tried again")),
    "job-dismissed": _plain(N_("{who} let a program's failed work be"), extra=(_REASON,)),
    "incident-retried": _plain(N_("{who} let it try again")),
    "number-taken": _plain(N_("{who} handed the number to the dossier"), extra=((N_(" {value}"), ("number",)),)),
    "act-refused": _refused(N_("{who} tried something and was refused")),
    "letter-made": _plain(
        N_("{who} drew up the letter"), extra=(_DOCUMENT, (N_(" (revision {value})"), ("revision",)))
    ),
    "document-extended": _plain(
        N_("{who} added proofs and a time stamp to the document, so that its signatures can be checked for years"),
        extra=(_DOCUMENT,),
    ),
    "document-added": _plain(N_("{who} added the document"), extra=(_DOCUMENT,)),
    "number-issued": _plain(
        N_("{who} took the next number"),
        extra=(
            (N_(" {value}"), ("number",)),
            (N_(", register {value}"), ("register",)),
        ),
    ),
    "signature-stamped": _stamped,
    "number-filled": _plain(
        N_("{who} filled number and date into the document"),
        extra=(_DOCUMENT, (N_(": number {value}"), ("number",)), (N_(", {value}"), ("date",))),
    ),
    "dispatch-prepared": _plain(N_("{who} prepared the dispatch"), extra=(_BY, _TO, _PARCEL)),
    "dispatch-sent": _plain(N_("{who} sent the result"), extra=(_BY, _TO)),
    "dispatch-ready": _plain(
        N_("The result lies ready"), extra=(_BY, _TO, (N_(", appointment {value}"), ("appointment",)))
    ),
    "dispatch-delivered": _plain(N_("The result was delivered"), extra=(_BY, _TO)),
    "dispatch-unconfirmed": _plain(
        N_("{who} sent the result, and the mail server did not confirm that it took it"), extra=(_BY, _COPIES)
    ),
    "dispatch-called-off": _plain(N_("The dispatch was called off before it left")),
    "dispatch-relayed": _plain(N_("The mail was passed on; whether it arrives, nobody will report"), extra=(_STATUS,)),
    "dispatch-delayed": _plain(N_("The mail is late and still under way"), extra=(_STATUS,)),
    "dispatch-bounced": _plain(N_("The mail came back: it could not be delivered"), extra=(_STATUS,)),
    "dispatch-contradicted": _plain(
        N_("A late delivery report says otherwise than is known; it changes nothing"), extra=(_STATUS,)
    ),
    "parcel-item-set": _plain(N_("{who} set the item code of the parcel"), extra=_WAY),
    "parcel-originals-set": _plain(N_("{who} told which papers in the parcel exist once")),
    "consent-given": _plain(N_("The recipient’s consent to post was recorded")),
    "consent-revoked": _plain(N_("{who} recorded that the consent to post was revoked")),
    "address-confirmed": _plain(N_("{who} confirmed where the address lies")),
    "address-refused": _plain(N_("{who} refused the address")),
    "parcel-handed-over": _plain(N_("The parcel was handed over"), extra=_WAY),
    "parcel-in-transit": _plain(N_("The parcel is on its way"), extra=_WAY),
    "parcel-missed": _plain(N_("The recipient of the parcel was not met"), extra=_WAY),
    "parcel-delivered": _plain(N_("The parcel was delivered"), extra=_WAY),
    "parcel-returned": _plain(N_("The parcel came back"), extra=_WAY),
    "parcel-lost": _plain(N_("The parcel was lost"), extra=_WAY),
    "parcel-called-off": _plain(N_("The parcel was called off before it left")),
    "parcel-contradicted": _plain(
        N_("A late word of the carrier says otherwise than is known; it changes nothing"), extra=_WAY
    ),
    "parcel-sent-again": _plain(N_("{who} sent again what did not arrive"), extra=_AGAIN),
    "parcel-settled": _plain(N_("{who} saw in another way to the parcel that did not arrive")),
    "parcel-complained": _plain(N_("{who} recorded a complaint about the parcel")),
    "visit-set": _visit(N_("The recipient is to come on {time}")),
    "visit-moved": _visit(N_("{who} moved the visit to {time}")),
    "visit-missed": _visit(N_("The recipient did not come on {time}")),
    "result-given": _plain(N_("{who} gave the result at the counter"), extra=(_DOCUMENT,)),
    "inbound-received": _plain(N_("{who} received a parcel"), extra=_ITEM),
    "inbound-filed": _plain(N_("{who} filed the dossier that came by post"), extra=_ITEM),
    "inbound-added": _plain(N_("{who} added what came later to the parcel"), extra=_ITEM),
    "inbound-refused": _plain(N_("{who} refused a parcel"), extra=_ITEM),
    "originals-returned": _plain(N_("{who} gave originals back")),
    "parcel-ordered": _plain(N_("The parcel was ordered at the carrier"), extra=_AT),
    "parcel-order-refused": _plain(N_("The carrier refused the order of the parcel"), extra=_AT),
    "parcel-order-unclear": _plain(N_("Whether the carrier took the order of the parcel is not known"), extra=_AT),
    "parcel-order-decided": _plain(
        N_("{who} decided about the order of the parcel"), extra=((N_(": {value}"), ("decision",)), *_AT)
    ),
    "parcel-order-cancelled": _plain(N_("The order of the parcel was cancelled at the carrier"), extra=_AT),
    "parcel-cancel-refused": _plain(N_("The carrier did not cancel the order of the parcel"), extra=_AT),
    "dispatch-failed": _plain(N_("The result could not be delivered"), extra=(_BY, _TO, _WHY)),
    "dispatch-refused": _refused(N_("The dispatch was refused")),
    "message-received": _plain(N_("{who} passed on the message"), extra=((N_(" “{value}”"), ("name", "message")),)),
    "signal-received": _plain(N_("A signal came"), extra=((N_(" “{value}”"), ("name",)),)),
    "appointment-made": _plain(N_("{who} made an appointment"), extra=((N_(": {value}"), ("appointment", "time")),)),
    "appointment-moved": _plain(
        N_("{who} moved the appointment"), extra=((N_(", now {value}"), ("appointment", "time")),)
    ),
    "timer-fired": _plain(N_("The time for “{step}” has come")),
    "decision-evaluated": _plain(N_("The rules for “{step}” were applied")),
    "job-failed": _refused(N_("A program's work failed")),
    "job-completed": _plain(N_("{who} did the work of “{step}”")),
    "job-attempt-failed": _refused(N_("{who} could not do the work of “{step}” and may try again")),
    "job-error-thrown": _refused(N_("{who} ended the work of “{step}” with an error of the process")),
    "incident-raised": _refused(N_("The dossier is stuck and waits for help at “{step}”")),
    "evidence-exported": _plain(N_("{who} exported the evidence")),
    "lists-exported": _plain(N_("{who} exported the lists of the organisation")),
    "trail-read": _plain(
        N_("{who} read, as an auditor,"),
        extra=((N_(" “{value}”"), ("asked", "subject")), (N_(" (times more: {value})"), ("count",))),
    ),
    "token-created": _plain(N_("{who} made an access token"), extra=((N_(" for {value}"), ("officer",)),)),
    "incident-resolved": _reasoned(N_("{who} put “{step}” right")),
    "dossier-suspended": _reasoned(N_("{who} suspended the dossier")),
    "dossier-resumed": _reasoned(N_("{who} let the dossier go on")),
    "dossier-cancelled": _reasoned(N_("{who} cancelled the dossier")),
    "dossier-modified": _reasoned(N_("{who} moved the dossier by hand")),
    "dossier-migrated": _reasoned(N_("{who} moved the dossier to version {version} of its process"), version="version"),
    "data-erased": _data_erased,
    "erasure-proposed": _plain(N_("{who} proposed to erase a dossier's data")),
    "process-deployed": _plain(
        N_("{who} deployed the process"),
        extra=(
            (N_(" {value}"), ("key", "process")),
            (N_(", version {value}"), ("version",)),
            _APPROVED,
        ),
    ),
    "certificate-bound": _plain(
        N_("{who} bound a certificate"),
        extra=((N_(" to {value}"), ("officer", "subject")), _APPROVED),
    ),
    "deployment-proposed": _plain(N_("{who} proposed to deploy"), extra=((N_(" {value}"), ("key",)),)),
    "binding-proposed": _plain(N_("{who} proposed to bind a certificate"), extra=((N_(" to {value}"), ("officer",)),)),
    "organisation-change-proposed": _plain(N_("{who} proposed to change the organisation")),
    "proposal-rejected": _reasoned(N_("{who} rejected a proposal")),
    "proposal-withdrawn": _plain(N_("{who} withdrew a proposal")),
    "device-bound": _plain(N_("{who} signed in on a device"), extra=((N_(" “{value}”"), ("name",)),)),
    "token-renewed": _plain(N_("{who} renewed the sign-in on a device")),
    "signed-out": _plain(N_("{who} signed out")),
    "device-revoked": _plain(N_("{who} revoked a device"), extra=((N_(" of {value}"), ("officer",)),)),
    "certificate-suspended": _plain(N_("{who} suspended a certificate"), extra=((N_(" of {value}"), ("officer",)),)),
    "certificate-reinstated": _plain(
        N_("{who} reinstated a certificate"),
        extra=((N_(" of {value}"), ("officer",)), _APPROVED, (N_(": “{value}”"), ("reason",))),
    ),
    "reinstatement-proposed": _plain(
        N_("{who} proposed to reinstate a certificate"), extra=((N_(" of {value}"), ("officer",)),)
    ),
    "certificate-revoked": _plain(N_("{who} revoked a certificate"), extra=((N_(" of {value}"), ("officer",)),)),
    "adoption-proposed": _plain(N_("{who} proposed to adopt the procedure"), extra=((N_(" {value}"), ("code",)),)),
    "signature-image-set": _plain(
        N_("{who} set the image that signatures show"), extra=((N_(" of {value}"), ("of", "subject")),)
    ),
    "witness-appointed": _plain(N_("The log has the witness"), extra=((N_(" {value}"), ("subject",)),)),
    "witness-dismissed": _plain(N_("The log no longer has the witness"), extra=((N_(" {value}"), ("subject",)),)),
    "log-succeeded": _plain(N_("The log goes on under another key"), extra=((N_(": {value}"), ("subject",)),)),
    "handover-made": _plain(N_("{who} made the record of a hand-over"), extra=_RECORD),
    "parcels-handed-over": _plain(N_("{who} signed the record of a hand-over"), extra=_RECORD),
    "handover-countersigned": _plain(N_("The carrier signed the record of a hand-over"), extra=_RECORD),
    "handover-withdrawn": _plain(N_("{who} withdrew the record of a hand-over"), extra=_RECORD),
    "procedure-adopted": _plain(
        N_("{who} adopted the procedure"),
        extra=((N_(" {value}"), ("code", "procedure")), _APPROVED),
    ),
    "officer-added": _plain(N_("{who} added the officer"), extra=((N_(" {value}"), ("name", "officer")), _APPROVED)),
    "unit-added": _plain(N_("{who} added the unit"), extra=((N_(" {value}"), ("name", "unit")), _APPROVED)),
    **dict.fromkeys(CHANGES, _changed),
}
