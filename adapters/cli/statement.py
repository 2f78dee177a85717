"""A statement: what the server offers to be signed. It is held against what the officer was shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.cli.errors import CONFLICT, SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The server's facts for one act, with a nonce that is used once. `checkpoint` is not verified yet, nor is the
    proof that it continues what was seen before (`consistency`, where the server gave one).
    """

    id: str
    nonce: str
    expires: str
    facts: Mapping[str, Any]
    checkpoint: object
    consistency: object = None


def read_statement(answer: Mapping[str, Any]) -> Statement:
    """Read the server's answer; it is refused when anything is missing."""
    texts = [answer.get(name) for name in ("id", "nonce", "expires")]
    facts = answer.get("facts")
    if not all(isinstance(text, str) for text in texts) or not isinstance(facts, dict):
        raise malformed()
    return Statement(
        id=answer["id"],
        nonce=answer["nonce"],
        expires=answer["expires"],
        facts=facts,
        checkpoint=answer.get("checkpoint"),
        consistency=answer.get("consistency"),
    )


def expect(facts: Mapping[str, Any], expected: Mapping[str, object]) -> None:
    """Refuse a statement that is not about what the officer was shown; the first difference is named."""
    for name, value in expected.items():
        if facts.get(name) != value or name not in facts:
            raise CommandFailed(
                "statement-differs",
                _(
                    "DO NOT SIGN. The server's statement is about something else: {name} is {found}, expected {value}"
                ).format(name=name, found=escape(facts.get(name)), value=escape(value)),
                remedy=_("nothing was signed; tell your administrator"),
                exit_code=SIGNATURE,
            )


def expect_task(facts: Mapping[str, Any], task: Mapping[str, Any], officer: object, data: Mapping[str, Any]) -> None:
    """Check that a statement fits the task as shown: identity, process, officer, purpose, data, documents."""
    process = task.get("process")
    process = process if isinstance(process, dict) else {}
    expect(
        facts,
        {
            "task": task.get("id"),
            "dossier": task.get("dossier"),
            "element": task.get("element"),
            "process_key": process.get("key"),
            "process_version": process.get("version"),
            "bundle_hash": process.get("bundle_hash"),
            "officer": officer,
            "purpose": task.get("signature"),
        },
    )
    if "data" in facts:
        expect(facts, {"data": dict(data)})
    _expect_documents(references(facts), task.get("documents"))


def references(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the statement's documents; each has name, media_type, sha256, size."""
    found = facts.get("documents", [])
    whole = isinstance(found, list) and all(
        isinstance(item, dict) and {"name", "media_type", "sha256", "size"} <= set(item) for item in found
    )
    if not whole:
        raise malformed()
    return list(found)


def malformed() -> CommandFailed:
    """What to raise at a statement that lacks something, or says what does not fit."""
    return CommandFailed(
        "bad-answer", _("the server's statement is incomplete"), remedy=_("check the server's version")
    )


def _expect_documents(offered: Sequence[Mapping[str, Any]], shown: object) -> None:
    known = {
        (item.get("name"), item.get("sha256"), item.get("size"))
        for item in (shown if isinstance(shown, list) else ())
        if isinstance(item, dict)
    }
    for item in offered:
        if (item["name"], item["sha256"], item["size"]) not in known:
            raise CommandFailed(
                "documents-changed",
                _("document {name} changed while you were looking").format(name=escape(item["name"])),
                remedy=_("look at the task again: hoso task show"),
                exit_code=CONFLICT,
            )
