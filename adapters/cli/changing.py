"""Changes of the organisation from the command line: sent together, told in words."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from json import dumps
from typing import Annotated, Any

import typer

from adapters.cli.client import path
from adapters.cli.consent import Consent
from adapters.cli.errors import SIGNATURE, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson as AsJson
from adapters.cli.session import Session
from adapters.cli.terminal import escape, out, out_json, say
from adapters.cli.times import VIETNAM, local, local_day

Json = dict[str, Any]
NO_KEY = Consent()
Reason = Annotated[str | None, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; it stands in the trail."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Only tell what would change."))]
Document = Annotated[
    str, typer.Option("--document", metavar=_("TEXT"), help=_("The decision that says so, such as 12/QĐ-UBND."))
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar=_("DAY"), help=_("The first day, such as 2026-12-01 or 01/12/2026; else today.")),
]
Until = Annotated[str | None, typer.Option("--until", metavar=_("DAY"), help=_("The last day; else it has none."))]
LastDay = Annotated[str | None, typer.Option("--until", metavar=_("DAY"), help=_("The last day; else today."))]
Number = Annotated[str, typer.Argument(metavar=_("NUMBER"), help=_("Its number, as listed."))]
On = Annotated[str | None, typer.Option("--on", metavar=_("DAY"), help=_("Only what holds on that day."))]


def send(
    session: Session,
    change: Mapping[str, Any],
    *,
    reason: str | None,
    dry_run: bool,
    json: bool,
    consent: Consent = NO_KEY,
) -> None:
    """Make one change, signed where rights change, and tell what became of it; what says nothing is left out."""
    said = {name: value for name, value in change.items() if value is not None}
    wish = {"changes": [said], "reason": reason, "dry_run": dry_run, "sign": not dry_run}
    value = session.client.post(path("organisation", "changes"), wish)
    if "statement" in value:
        value = sign(session, value, [said], reason, consent)
    if json:
        out_json(value)
    else:
        tell(value)


def sign(
    session: Session,
    answer: Json,
    wanted: Sequence[Mapping[str, Any]],
    reason: str | None,
    consent: Consent,
    *,
    shown: bool = False,
) -> Json:
    """Sign changes that must be signed: those that were wanted, each in words, unless they were `shown` just now."""
    from adapters.cli.acts import Act, finish
    from signing.canonical import canonical, sha256_hex

    offered = answer.get("signed_changes")
    changes = offered if isinstance(offered, list) else []
    if len(changes) != len(wanted) or not all(map(_same, wanted, changes)):
        raise CommandFailed(
            "statement-differs",
            _("DO NOT SIGN. The server would make other changes than were asked for"),
            remedy=_("nothing was signed; tell your administrator"),
            exit_code=SIGNATURE,
        )
    digest = sha256_hex(b"".join(canonical(each) + b"\n" for each in changes))
    told = {} if reason is None else {"reason": reason.strip()}
    act = Act(act="organisation-changed", subject=None, body={"changes": digest, "count": len(changes), **told})
    return finish(session, answer, act, consent, () if shown else spelled(changes))


def _same(wanted: Mapping[str, Any], offered: object) -> bool:
    """Whether a change as the server writes it is the one that is wanted: what it leaves out says nothing."""
    if not isinstance(offered, Mapping):
        return False
    said = {name: _bare(value) for name, value in wanted.items()}
    known = all(name in said and said[name] == _bare(value) for name, value in offered.items())
    return known and all(name in offered or said[name] in (None, "", False, [], {}, "staff") for name in said)


def _bare(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return {name: _bare(part) for name, part in value.items() if part}
    return sorted(map(str, value)) if isinstance(value, list | tuple) else value


def spelled(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each change in words, and then all that it says."""
    for number, change in enumerate(changes, start=1):
        ended = next((change[name] for name in ("appointment", "grant", "absence") if name in change), "-")
        yield f"    {number}. {in_words({'number': ended, **change})}"
        for name, value in change.items():  # whatever the words leave out
            if name != "kind":
                text = value if isinstance(value, str) else dumps(value, ensure_ascii=False)
                yield f"       {escape(name)}: {escape(text)}"


def tell(value: Mapping[str, Any]) -> None:
    """Print what was changed, would be changed, or waits for somebody else."""
    proposal = value.get("proposal")
    if isinstance(proposal, Mapping):
        id = escape(proposal.get("id"))
        words = _("Proposed as {id}; another administrator approves it: hoso proposal approve {id} --key FILE")
        out(words.format(id=id))
        return
    if value.get("dry_run"):
        say(_("Nothing is changed; this would be:"))
    for each in value.get("changes") or ():
        out(in_words(each))
    if value.get("needs_signature"):
        say(_("You would have to sign it."))
    if value.get("needs_approval"):
        say(_("Another administrator would have to approve it."))


def in_words(change: Mapping[str, Any]) -> str:
    """Return one line that says what a change is."""
    known_number = change.get("number") not in (None, "", "-")  # it is given when the change is done

    def numbered(text: str) -> str:
        return text if known_number else ""

    words = {
        "unit-added": _("unit {id} is added: {name}, below {parent}"),
        "unit-changed": _("unit {id} is changed: {rest}"),
        "position-added": _("position {id} is added: {title}, in {unit}"),
        "position-changed": _("position {id} is changed: {rest}"),
        "officer-added": _("officer {id} is added: {name}"),
        "officer-changed": _("officer {id} is changed: {rest}"),
        "officer-appointed": _("{officer} holds {position}, {dates}") + numbered(_(" (appointment {number})")),
        "appointment-ended": _("appointment {number} ends on {until}"),
        "role-granted": _("{officer} has the role {role} in {unit}, {dates}") + numbered(_(" (grant {number})")),
        "role-ended": _("grant {number} ends on {until}"),
        "mandate-given": _("mandate {id}: {given_to} signs {capacity}. for {given_by}, {dates}"),
        "mandate-ended": _("mandate {id} ends on {until}"),
        "absence-recorded": _("{officer} is away from {begin} to {end}; substitute: {substitute}")
        + numbered(_(" (absence {number})")),
        "absence-ended": _("absence {number} ends {end}"),
    }
    kind = str(change.get("kind"))
    told = {name: escape(value) for name, value in change.items()}
    more = {
        "rest": _rest(change),
        "dates": _dates(change),
        "begin": local(change.get("since")),
        "end": local(change.get("until")),
        "until": local_day(change.get("until")),
    }
    known = defaultdict(lambda: "-", {**told, **more})
    return words[kind].format_map(known) if kind in words else escape(kind)


def _rest(change: Mapping[str, Any]) -> str:
    told = {name: value for name, value in change.items() if name not in {"kind", "id"}}
    return ", ".join(f"{escape(name)} {_plain(value)}" for name, value in told.items())


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(escape(part) for part in value.values()) or "-"
    if isinstance(value, list):
        return " ".join(escape(part) for part in value) or "-"
    return (_("yes") if value else _("no")) if isinstance(value, bool) else escape(value or "-")


def _dates(change: Mapping[str, Any]) -> str:
    since, until = local_day(change.get("since")), change.get("until")
    return (
        _("{since} to {until}").format(since=since, until=local_day(until))
        if until
        else _("from {since} on").format(since=since)
    )


def days(item: Mapping[str, Any]) -> str:
    """Return from when to when something holds."""
    return _dates(item)


# What is typed


def day(text: str | None) -> str | None:
    """Return a typed day as ISO 8601; None stays None."""
    return None if text is None else _read(text).date().isoformat()


def first_day(text: str | None) -> str:
    """Return a typed day, or today."""
    return day(text) or datetime.now(VIETNAM).date().isoformat()


def begin(text: str) -> str:
    """Return when a typed day begins, or a typed local time, with its zone."""
    return _read(text).isoformat()


def end(text: str) -> str:
    """Return when a typed day is over, or a typed local time, with its zone."""
    found = _read(text)
    return (found + timedelta(days=1) if _is_day(text) else found).isoformat()


def _is_day(text: str) -> bool:
    return len(text.strip()) == len("2026-12-01")


def _read(text: str) -> datetime:
    try:
        found = _typed(text.strip())
    except ValueError:
        raise CommandFailed(
            "bad-time",
            _("day or time {text}: expected such as 2026-12-01, 01/12/2026 or 2026-12-01T13:30").format(
                text=repr(text)
            ),
            exit_code=USAGE,
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)


def _typed(text: str) -> datetime:
    if "/" in text:
        of, _space, time = text.partition(" ")
        numbers = [int(part) for part in of.split("/")]
        if len(numbers) != 3:
            raise ValueError(text)
        text = date(numbers[2], numbers[1], numbers[0]).isoformat() + (f"T{time}" if time else "")
    return datetime.fromisoformat(text)


def number(text: str) -> int:
    """Return a typed number."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise CommandFailed(
        "bad-number",
        _("{text} is no number").format(text=repr(text)),
        remedy=_("copy it from the list"),
        exit_code=USAGE,
    )


def contact(now: Mapping[str, Any], email: str | None, phone: str | None) -> Json | None:
    """Return the contact with what was typed instead; None when nothing was."""
    if email is None and phone is None:
        return None
    said = {
        "email": now.get("email") if email is None else email,
        "phone": now.get("phone") if phone is None else phone,
    }
    return {name: value for name, value in said.items() if value}


def choices(names: Sequence[str] | None) -> list[str] | None:
    """Return repeated options; None when none was typed."""
    return list(names) if names else None
