"""The rules that a check knows, told: one in full, or all in a list."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import print_list
from adapters.cli.terminal import escape, out, out_json
from adapters.console.rules import RULES, Rule, rule_of


def explain_rule(code: str, *, as_json: bool) -> None:
    """Print what a code stands for; raises CommandFailed for one that no check gives."""
    rule = rule_of(code.strip().strip("[]"))
    if rule is None:
        raise _unknown(code)
    if as_json:
        out_json(_json(rule))
        return
    for line in _lines(rule):
        out(line)


def list_rules(*, as_json: bool) -> None:
    """Print every rule, by its code."""
    found = [_json(rule) for _code, rule in sorted(RULES.items())]
    print_list(found, [(_("CODE"), "code"), (_("RULE"), "title"), (_("CLAUSE"), "clause")], as_json=as_json)


def _json(rule: Rule) -> dict[str, object]:
    told = {"code": rule.code, "title": _(rule.title), "clause": rule.clause, "why": _(rule.why), "mend": _(rule.mend)}
    return {**told, "wrong": rule.wrong, "right": rule.right}


def _lines(rule: Rule) -> Iterator[str]:
    yield f"{rule.code}: {_(rule.title)}"
    yield ""
    yield _(rule.why)
    if rule.clause:
        yield _("The standard says it in {clause}.").format(clause=rule.clause)
    yield ""
    yield _("How to mend it: {mend}").format(mend=_(rule.mend))
    for title, example in ((_("Wrong:"), rule.wrong), (_("Right:"), rule.right)):
        if example:
            yield ""
            yield title
            yield from (f"    {line}" for line in example.splitlines())


def _unknown(code: str) -> CommandFailed:
    from difflib import get_close_matches

    near = get_close_matches(code, RULES, n=1)
    return CommandFailed(
        "rule-unknown",
        _("no rule has the code {code}").format(code=repr(escape(code[:100]))),
        remedy=_("did you mean {near}?").format(near=near[0]) if near else _("list them: hoso process rules"),
        exit_code=USAGE,
    )
