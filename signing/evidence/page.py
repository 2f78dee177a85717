"""The report on a pack as a page of HTML, to read and to print: pure, self-contained, without a script.

All that comes from a pack is somebody else's text: it is escaped, and characters that hide or turn text are shown by
their code. The verdict is told by word, sign and frame, not by its colour alone: a print in black says the same.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from html import escape

from signing.errors import SigningError, Undecidable
from signing.evidence.organisation import CHANGES
from signing.evidence.report import ActLine, Deed, Report, SignatureLine
from signing.evidence.style import STYLE
from signing.evidence.words import ACTS, DECISIONS, FACTS, LABELS, PURPOSES, Words, word
from signing.reasons import CHECKS, NAMES, REASONS
from signing.record import parse_time, time_text
from signing.verdict import INVALID, UNDECIDABLE, VALID, Check

_VIETNAM = timezone(timedelta(hours=7))  # no daylight saving since 1975
_SIGNS = {VALID: "✓", INVALID: "✗", UNDECIDABLE: "?"}
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_LONGEST = 400  # characters of one fact
_DAYS, _DAY = frozenset({"since", "until"}), re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a page tells: of which file (its name, and SHA-256 in hex), and what came of verifying it.

    By whom the auditor let themselves be told: `roots` as text, one each, the log's verifier key, and `pinned`, the
    fingerprints of administrators. `at`: as of when it was judged, if not as of today.
    """

    file: str
    sha256: str
    outcome: Report | SigningError
    log_key: str
    roots: Collection[str]
    pinned: Collection[str] = ()
    at: datetime | None = None


def write_page(verified: Verified, *, language: str) -> str:
    """Write the page in `vi` or, for anything else, English: the same report, the same bytes."""
    return _Page(language="vi" if language == "vi" else "en").write(verified)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    language: str

    def write(self, verified: Verified) -> str:
        outcome = verified.outcome
        body = self._report(outcome, verified) if isinstance(outcome, Report) else self._failure(outcome, verified)
        name = outcome.dossier if isinstance(outcome, Report) else verified.file
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return "\n".join((
            f'<!doctype html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{self._label('title')} · {_text(name)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
            *body,
            f"<footer>{self._label('not-told')}</footer>\n</body>\n</html>\n",
        ))  # fmt: skip

    def _report(self, report: Report, verified: Verified) -> Iterator[str]:
        yield from self._head(VALID, self._label("valid-means"), report.dossier)
        yield from self._facts(verified, self._log(report))
        yield from self._remarks(report, verified.pinned)
        yield f"<h2>{self._label('signatures')}</h2>"
        yield from self._signatures(report.signatures)
        yield f"<h2>{self._label('acts')}</h2>"
        yield from self._acts(report.acts)

    def _failure(self, error: SigningError, verified: Verified) -> Iterator[str]:
        verdict = UNDECIDABLE if isinstance(error, Undecidable) else INVALID
        reason = REASONS[error.code].text(self.language) if error.code in REASONS else error.message
        yield from self._head(verdict, f"{_text(reason)} <code>{_text(error.code)}</code>", verified.file)
        yield from self._facts(verified, {"details": _text(error.message)})
        if error.checks:
            yield f"<h2>{self._label('checks')}</h2>\n<ul class=checks>"
            yield from (self._check(check) for check in error.checks)
            yield "</ul>"

    def _head(self, verdict: str, meaning: str, name: str) -> Iterator[str]:
        """Yield the verdict on top; `meaning` is HTML."""
        yield f"<header><h1>{self._label('title')}</h1><p class=name>{_text(name)}</p></header>"
        yield f"<section class='verdict {verdict}'><span class=sign aria-hidden=true>{_SIGNS[verdict]}</span>"
        yield f"<p><strong>{self._label(verdict)}</strong><br>{meaning}</p></section>"

    def _facts(self, verified: Verified, more: Mapping[str, str]) -> Iterator[str]:
        facts = {**more, "file": _text(verified.file), "digest": f"<code>{_text(verified.sha256)}</code>"}
        if verified.at is not None:
            facts["as-of"] = self._time(time_text(verified.at))
        facts["roots"] = "<br>".join(map(_text, verified.roots))
        facts["log-key"] = f"<code>{_text(verified.log_key)}</code>"
        pinned = (f"<code>{_text(each)}</code>" for each in sorted(verified.pinned))
        facts["administrators"] = "<br>".join(pinned) or self._label("nobody-pinned")
        yield "<dl>"
        for name, value in facts.items():
            yield f"<dt>{self._label(name)}</dt><dd>{value}</dd>"
        yield "</dl>"

    def _log(self, report: Report) -> dict[str, str]:
        seen = [
            self._format("witness", witness=each.witness, time=self._time(each.time), known=self._known(each.pinned))
            for each in report.cosigned
        ]
        followed = [
            self._format(
                "succession",
                time=self._time(each.time),
                before=each.before,
                after=each.after,
                kept=each.kept,
                lost=each.lost,
                reason=each.reason,
            )
            for each in report.successions
        ]
        stood = self._format("leaves", size=report.size, root=report.root)
        facts = {
            "dossier": _text(report.dossier),
            "log": _text(report.origin),
            "checkpoint": f"{stood}<br><small>{self._label('so-far')}</small>",
            "witnesses": "<br>".join(seen) or self._label("nobody"),
        }
        return facts | ({"successions": "<br>".join(followed)} if followed else {})

    def _known(self, pinned: bool) -> str:
        return self._label("pinned" if pinned else "told")

    def _remarks(self, report: Report, pinned: Collection[str]) -> Iterator[str]:
        told = ((code, REASONS[code].text(self.language)) for code in report.remarks)
        notes = [f"{_text(text[:1].upper() + text[1:])}. <code>{_text(code)}</code>" for code, text in told]
        unknown = sorted(set(report.bootstrap) - set(pinned))
        notes += [self._format("note-bootstrap", fingerprint=fingerprint) for fingerprint in unknown]
        for name, leaves in (("note-on-server", report.on_server), ("note-sole", report.sole)):
            if leaves:
                notes.append(self._format(name, leaves=", ".join(map(str, leaves))))
        if notes:
            yield f"<section class=remarks><h2>{self._label('remarks')}</h2><ul>"
            yield from (f"<li>{note}</li>" for note in notes)
            yield "</ul></section>"

    def _signatures(self, signatures: Sequence[SignatureLine]) -> Iterator[str]:
        if not signatures:
            yield f"<p>{self._label('no-signatures')}</p>"
            return
        passed = [{check.name for check in line.checks} for line in signatures]
        names = (NAMES[name].text(self.language) for name in CHECKS if all(name in each for each in passed))
        yield f"<p>{self._format('checked', names=', '.join(names))}</p>"
        yield from self._table("signatures", "signer", "signed", "when", "rests")
        yield from (self._signature(line) for line in signatures)
        yield "</tbody></table>"

    def _signature(self, line: SignatureLine) -> str:
        position = _text(line.position) if line.position else self._label("role-alone")
        signer = f"<b>✓ {_text(line.officer)}</b><br>{_text(line.capacity)} {position}"
        signer += f"<br><small>{self._format('certificate', signer=line.signer)}"
        signer += f" <code>{_text(line.certificate[:16])}…</code></small>"
        stamp = self._format("stamp", time=self._time(line.stamped)) if line.stamped else self._label("no-stamp")
        when = f"{self._time(line.time)}<br><small>{stamp}<br>{self._label('leaf')} {_leaf(line.index)}</small>"
        rests = f"{self._label('bound')} {self._deed(line.bound)}"
        if line.appointed:
            rests += f"<br>{self._label('holds')} {'; '.join(map(self._deed, line.appointed))}"
        return _row(signer, self._signed(line), when, f"<small>{rests}</small>")

    def _signed(self, line: SignatureLine) -> str:
        """What was signed: an act by its name, or a task's signature by its purpose, step, decision and documents."""
        known: Words = {**ACTS, **PURPOSES}
        told = [f"<b>{_text(word(known, line.purpose, self.language))}</b>"]
        if line.element:
            told.append(f"{self._label('step')}: {_text(line.step or line.element)}")
        if line.decision:
            told.append(f"{self._label('decision')}: {_text(word(DECISIONS, line.decision, self.language))}")
        if line.documents:
            told.append(f"{self._label('documents')}: {_text(', '.join(line.documents))}")
        return "<br>".join(told)

    def _acts(self, acts: Iterable[ActLine]) -> Iterator[str]:
        yield from self._table("acts", "leaf", "when", "who", "what", "on")
        for line in acts:
            refused = line.verdict == "refused"
            told = f"<b>{_text(word(ACTS, line.act, self.language))}</b>"
            told += f" <small>({self._label('refused')})</small>" if refused else ""
            facts = f"<br><small>{facts}</small>" if (facts := self._told(line)) else ""
            who = self._label("system") if line.actor in {"hoso", "system", "engine"} else _text(line.actor)
            cells = (str(line.index), self._time(line.time), who, told + facts, _text(line.subject))
            yield _row(*cells, attributes=f" id=leaf-{line.index}" + (" class=refused" if refused else ""))
        yield "</tbody></table>"

    def _told(self, line: ActLine) -> str:
        """The facts of an act that people ask for."""
        data = line.details.get("data")
        details = {**line.details, **({"decision": data.get("decision")} if isinstance(data, Mapping) else {})}
        details |= {"element": line.step} if line.step else {}
        told = []
        for name in FACTS:
            value = details.get(name)
            counted = name == "number" and line.act in CHANGES  # by which the log finds it again; nobody asks for it
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "" and not counted:
                told.append(f"{_text(word(FACTS, name, self.language))}: {_text(self._fact(name, str(value)))}")
        return "; ".join(told)

    def _fact(self, name: str, value: str) -> str:
        if name == "decision":
            return word(DECISIONS, value, self.language)
        day = _DAY.fullmatch(value) if name in _DAYS and self.language == "vi" else None
        return f"{day[3]}/{day[2]}/{day[1]}" if day else value

    def _table(self, kind: str, *columns: str) -> Iterator[str]:
        heads = "".join(f"<th scope=col>{self._label(name)}</th>" for name in columns)
        yield f"<table class={kind}><thead><tr>{heads}</tr></thead><tbody>"

    def _check(self, check: Check) -> str:
        return f"<li>{_SIGNS[check.result]} {_text(check.line(self.language))}</li>"

    def _deed(self, deed: Deed) -> str:
        text = word(LABELS, f"deed-{deed.how}", self.language)
        return text.format(leaf=_leaf(deed.index), by=_text(deed.by), approver=_text(deed.approved_by or "-"))

    def _time(self, text: str) -> str:
        """Vietnam's time, as people there read it."""
        form = "%d/%m/%Y %H:%M:%S" if self.language == "vi" else "%Y-%m-%d %H:%M:%S (UTC+7)"
        return _local(parse_time(text)).strftime(form)

    def _label(self, name: str) -> str:
        return _text(word(LABELS, name, self.language))

    def _format(self, name: str, **values: object) -> str:
        return word(LABELS, name, self.language).format(**{key: _text(value) for key, value in values.items()})


def _local(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC).astimezone(_VIETNAM)


def _leaf(index: int) -> str:
    return f'<a href="#leaf-{index}">{index}</a>'


def _row(*cells: str, attributes: str = "") -> str:
    return f"<tr{attributes}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _text(value: object) -> str:
    """Somebody's text, safe in a page and visible as it is."""
    plain = str(value)
    plain = plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
    return escape("".join(_visible(each) if unicodedata.category(each) in _HIDDEN else each for each in plain))


def _visible(character: str) -> str:
    return f"\\u{ord(character):04x}"
