"""A period's report as one page to print: no script, nothing fetched; every text in it is escaped."""

from collections.abc import Iterator
from html import escape as plain

from adapters.cli.language import _, current
from adapters.cli.log_report import PeriodReport
from adapters.cli.story import sentence
from adapters.cli.terminal import escape
from adapters.cli.times import local

STYLE = (
    "body{font:11pt/1.4 'Times New Roman',serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:16pt}h2{font-size:13pt;break-after:avoid}table{border-collapse:collapse;width:100%}"
    "td{border-bottom:1px solid #bbb;padding:.15rem .5rem;vertical-align:top}td:first-child{white-space:nowrap}"
    "tr{break-inside:avoid}"
)


def page(report: PeriodReport) -> str:
    """Give the page."""
    *_body, last = report.lines()
    head = next(report.lines())
    title = _text(_("Report on the trail"))
    start = (
        f'<!doctype html><html lang="{current()}"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    )
    return "\n".join([start, f"<h1>{title}</h1><p>{_text(head)}</p>", *_sections(report), f"<p>{_text(last)}</p>"])


def _sections(report: PeriodReport) -> Iterator[str]:
    for title, counts in report.counts():
        yield from _table(title, [(str(count), name) for name, count in counts.items()])
    for title, acts in report.acts():
        yield from _table(title, [(local(act["time"]), f"{sentence(act)} ({act['index']})") for act in acts])


def _table(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    yield f"<h2>{_text(title.rstrip(':'))}</h2>"
    if not rows:
        yield "<p>–</p>"
        return
    yield "<table>"
    yield from (f"<tr><td>{_text(left)}<td>{_text(right)}" for left, right in rows)
    yield "</table>"


def _text(value: str) -> str:
    return plain(escape(value))
