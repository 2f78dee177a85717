"""A proposal in words: all that somebody needs to decide it; its digest is computed here."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adapters.cli.client import Client, path
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import local
from signing.canonical import canonical, sha256_hex

Json = Mapping[str, Any]
BINDING, REINSTATING = "certificate-bound", "certificate-reinstated"
ERASURE = "data-erased"
_TOLD = ("id", "act", "subject", "author", "reason")


def act_in_words(act: object) -> str:
    """What would be done."""
    known = {
        "process-deployed": _("deploy a process"),
        BINDING: _("bind a certificate"),
        REINSTATING: _("let a suspended certificate sign again"),
        "organisation-changed": _("change the organisation"),
        "procedure-adopted": _("adopt a procedure"),
        ERASURE: _("erase a dossier's data"),
    }
    return known.get(str(act)) or escape(act)


def state_in_words(state: object) -> str:
    """Where it stands."""
    known = {
        "open": _("waits"),
        "approved": _("approved"),
        "rejected": _("rejected"),
        "withdrawn": _("withdrawn"),
        "lapsed": _("lapsed"),
    }
    return known.get(str(state)) or escape(state)


def lines(shown: Json) -> Iterator[str]:
    """Yield the lines to read before deciding."""
    yield _("Proposal {id}: {act}").format(id=escape(shown.get("id")), act=act_in_words(shown.get("act")))
    yield _("  About:    {subject}").format(subject=escape(shown.get("subject")))
    yield _("  Author:   {author}, {time}").format(
        author=escape(shown.get("author")), time=local(shown.get("proposed"))
    )
    if shown.get("reason"):
        yield _("  Reason:   {reason}").format(reason=escape(shown["reason"]))
    yield _("  State:    {state}").format(state=state_in_words(shown.get("state")))
    if shown.get("decided_by"):
        yield _("  Decided:  {officer}, {time}").format(
            officer=escape(shown["decided_by"]), time=local(shown.get("decided"))
        )
    if shown.get("note"):
        yield _("  Because:  {note}").format(note=escape(shown["note"]))
    if shown.get("state") == "open":
        yield _("  Lapses:   {time}").format(time=local(shown.get("lapses")))
    if shown.get("act") in (BINDING, REINSTATING):
        yield _officer(shown)
    yield from _certificate(shown)
    yield from _files(shown)
    yield from _changes(_body(shown).get("changes"))
    yield from _procedure(_body(shown).get("procedure"))
    yield from _erasure(shown)
    yield _("  SHA-256   {digest} (computed on this machine)").format(digest=digest(shown))


def digest(shown: Json) -> str:
    """The proposal's SHA-256, computed from what is shown; stops where the server tells another one."""
    content = _content(shown)
    found = sha256_hex(canonical(shown.get("content")))
    if found != shown.get("digest") or any(content.get(name) != shown.get(name) for name in _TOLD):
        raise _altered(_("the server shows another proposal than it names by its digest"))
    return found


def approval(shown: Json) -> dict[str, Any]:
    """What a signed approval names."""
    return {"proposal": digest(shown), "act": shown.get("act"), "subject": shown.get("subject")}


def save(client: Client, shown: Json, folder: Path) -> list[Path]:
    """Write the files of a proposed deployment into a folder, each under its digest of this proposal."""
    saved = []
    for name, expected in sorted(_body(shown).get("files", {}).items()):
        parts = str(name).split("/")
        content = client.get_bytes(path("proposals", str(shown["id"]), "files", *parts))
        if sha256_hex(content) != expected:
            raise _altered(_("the server gave other bytes than file {name} of the proposal").format(name=escape(name)))
        file = folder.joinpath(*parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        saved.append(file)
    return saved


def _content(shown: Json) -> Json:
    content = shown.get("content")
    return content if isinstance(content, Mapping) else {}


def _body(shown: Json) -> Json:
    body = _content(shown).get("body")
    return body if isinstance(body, Mapping) else {}


def _altered(message: str) -> CommandFailed:
    remedy = _("decide nothing; tell your operator")
    return CommandFailed("proposal-altered", message, remedy=remedy, exit_code=SIGNATURE)


def _officer(shown: Json) -> str:
    whose = shown.get("subject") if shown.get("act") == BINDING else _body(shown).get("officer")
    words = _("  Officer:  {officer} ({name})")
    return words.format(officer=escape(whose), name=escape(shown.get("officer_name")))


def _certificate(shown: Json) -> Iterator[str]:
    if shown.get("act") != BINDING:
        return
    from base64 import b64decode

    from signing.certificates import fingerprint, load_certificates, subject_name

    body = _body(shown)
    own = load_certificates(b64decode(str(body.get("certificate"))))[0]  # its words are read here, not believed
    if fingerprint(own) != body.get("fingerprint"):
        raise _altered(_("the certificate is not the one that the proposal names"))
    kind = _("the agency's own, kept by this officer") if body.get("kind") == "organ" else _("the officer's own")
    yield _("  Certificate of {subject}, {kind}").format(subject=escape(subject_name(own)), kind=kind)
    yield _("    issued by {issuer}").format(issuer=escape(own.issuer.rfc4514_string()))
    yield _("    valid until {time}").format(time=local(own.not_valid_after_utc.isoformat()))
    yield f"    SHA-256 {fingerprint(own)}"


def _files(shown: Json) -> Iterator[str]:
    brought = _body(shown).get("files")
    if not isinstance(brought, Mapping):
        return
    listed = [item for item in shown.get("files") or () if isinstance(item, Mapping)]
    told = [(item.get("path"), item.get("sha256")) for item in listed if item.get("change") != "removed"]
    if sorted(told, key=str) != sorted(brought.items(), key=str):
        raise _altered(_("the server lists other files than those of the proposal"))
    words = {"new": _("new"), "changed": _("changed"), "removed": _("removed")}
    if shown.get("replaces"):
        yield _("  Replaces version {version}").format(version=escape(shown["replaces"]))
    yield _("  Files:")
    changed = [item for item in listed if item.get("change") != "same"]
    for item in changed:
        change = words.get(str(item.get("change")), escape(item.get("change")))
        yield f"    {escape(item.get('path'))} ({change})"
        if item.get("sha256"):
            yield f"      SHA-256 {escape(item['sha256'])}"
    if len(changed) < len(listed):
        yield _("    ({count} unchanged)").format(count=len(listed) - len(changed))
    if _body(shown).get("although"):
        yield _("  Deployed although the engines disagree, because: {reason}").format(
            reason=escape(_body(shown)["although"])
        )
    for item in shown.get("warnings") or ():
        yield _("  warning: {message}; {remedy}").format(
            message=escape(item.get("message")), remedy=escape(item.get("remedy"))
        )


def _changes(changes: object) -> Iterator[str]:
    if not isinstance(changes, list):
        return
    from adapters.cli.changing import spelled

    yield _("  Changes:")
    yield from spelled(changes)


def _procedure(record: object) -> Iterator[str]:
    if not isinstance(record, Mapping):
        return
    yield _("  Procedure record:")
    for name, value in record.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"    {escape(name)}: {escape(text)}"


def _erasure(shown: Json) -> Iterator[str]:
    if shown.get("act") != ERASURE:
        return
    from adapters.cli.retention import period_word

    body = _body(shown)
    document = escape(body.get("document"))
    early = body.get("basis") == "decision"
    yield (_("  By decision {document}") if early else _("  Retention is over, by {document}")).format(
        document=document
    )
    yield _("  Kept:     {period}").format(period=period_word(body.get("period")))
    yield _("  Unit:     {unit}").format(unit=escape(body.get("unit")))
    yield _("  Nothing brings the data back.")
