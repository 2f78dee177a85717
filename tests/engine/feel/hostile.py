"""What a hostile author may write, and what it gets: `python -m tests.engine.feel.hostile` prints times and memory.

Every expression is compiled and evaluated with the bounds that a deployed process has. `gets` is the code of the
refusal, `null` where FEEL calls it an error, or `value` where the bounds allow the work.
"""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass

from engine.feel import FeelError, compile_expression, to_json

DATA: dict[str, object] = {
    "a": 3,
    "s": "x" * 1000,
    "secret": "Nguyễn Văn An",
    "dossier": {"kind": "birth", "parents": [{"name": "An"}]},
    "many": list(range(5000)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile expression: what it tries, and what it must get."""

    aim: str
    text: str
    gets: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What it got, in milliseconds of processor time and KiB of memory at the peak."""

    got: str
    milliseconds: float
    kibibytes: float


def _chain(first: str, link: str, times: int) -> str:
    """A context whose every entry is made of the one before: `{a0: first, a1: link of a0, …}.a<times>`."""
    entries = [f"a0: {first}"] + [f"a{n + 1}: {link.replace('%', f'a{n}')}" for n in range(times)]
    return "{" + ", ".join(entries) + "}" + f".a{times}"


def _attack(aim: str, text: str, gets: str) -> Attack:
    return Attack(aim=aim, text=text, gets=gets)


ATTACKS = (
    # The text
    _attack("text too long", "a" * 5000, "text-bound"),
    _attack("open parentheses", "(" * 4096, "depth-bound"),
    _attack("open lists", "[" * 4096, "depth-bound"),
    _attack("open contexts", "{a:" * 1365, "depth-bound"),
    _attack("open functions", "function(a)" * 370 + "a", "depth-bound"),
    _attack("open ifs", "if " * 1365, "depth-bound"),
    _attack("open fors", "for x in " * 455, "depth-bound"),
    _attack("open tests", "a in (" * 682, "depth-bound"),
    _attack("open filters", "a[" * 2048, "depth-bound"),
    _attack("open calls", "f(" * 2048, "depth-bound"),
    _attack("open types", "a instance of " + "list<" * 800, "depth-bound"),
    _attack("a long sum", "1" + "+1" * 2000, "depth-bound"),
    _attack("a long path", "a" + ".b" * 2000, "depth-bound"),
    _attack("many signs", "-" * 4000 + "1", "depth-bound"),
    _attack("many parts", "[" + "1," * 2040 + "1]", "node-bound"),
    _attack("a name of 4,096 words", "a " * 2047 + "a", "null"),
    _attack("a digit after the other", "9" * 4096, "number-range"),
    _attack("an exponent of 4,000 digits", "1e" + "9" * 4000, "number-range"),
    _attack("a string without end", '"' + "x" * 4000, "syntax"),
    _attack("escapes without end", '"' + "\\" * 4095, "syntax"),
    _attack("comments in comments", "/*" * 2048, "syntax"),
    _attack("half a character", '"\\uD800"', "syntax"),
    _attack("a zero byte", "a\x00b", "syntax"),
    # Reaching Python
    _attack("an attribute of Python", "dossier.__class__.__mro__", "null"),
    _attack("a builtin of Python", '__import__("os").system("id")', "null"),
    _attack("a method of a string", "s.format(a)", "null"),
    _attack("a method of a context", "dossier.keys()", "null"),
    _attack("a dunder by its name", 'get value(dossier, "__class__")', "null"),
    _attack("a Java function", 'function(x) external {java: {class: "java.lang.Runtime"}}', "unsupported"),
    _attack("another engine's language", "${T(java.lang.Runtime).getRuntime()}", "foreign-language"),
    _attack("a zone outside its folder", 'time("10:00:00@../../../../etc/passwd")', "null"),
    _attack("a zone with an absolute path", '@"2026-11-22T10:00:00@/etc/passwd"', "syntax"),
    # Time
    _attack("ten to the eighth", "for a in 1..10000, b in 1..10000 return a", "result-bound"),
    _attack("counting to the end", "every a in 1..1000000000000 satisfies a > 0", "fuel"),
    _attack("a range past all memory", "for a in 1..1e6000 return 1", "null"),
    _attack("nested quantifiers", "some a in 1..9999 satisfies some b in 1..9999 satisfies a + b < 0", "fuel"),
    _attack("a range of days", 'every d in @"-999999999-01-01"..@"999999999-12-31" satisfies true', "fuel"),
    _attack("a function that calls itself", "{f: function(g) g(g), r: f(f)}.r", "depth-bound"),
    _attack("two that call each other", "{f: function(g, h) h(h, g), r: f(f, f)}.r", "depth-bound"),
    _attack(
        "an exponential recursion",
        "{f: function(g, n) if n = 0 then 1 else g(g, n - 1) + g(g, n - 1), r: f(f, 15)}.r",
        "fuel",
    ),
    _attack(
        "twice of twice of twice",
        _chain("function(x) x + 1", "(function(f) function(x) f(f(x)))(%)", 30) + "(1)",
        "fuel",
    ),
    _attack("a sort that never agrees", "sort(many, function(x, y) x + y > 0)", "fuel"),
    _attack("a sort by a wrong answer", 'sort([3, 1, 2], function(x, y) "no")', "null"),
    _attack("everything against everything", "distinct values(for x in many return [[x]])", "fuel"),
    _attack("a union of unions", "union(many, many, many, many)", "result-bound"),
    _attack("filters in filters", "many[count(many[item > 3]) > 2]", "fuel"),
    _attack("a tower of powers", "9 ** 9 ** 9 ** 9 ** 9", "null"),
    _attack("a root of a fraction", "0.1 ** 0.1 ** 0.1 ** 0.1", "value"),
    _attack("e to the million", "exp(1000000)", "null"),
    _attack("a remainder of giants", "modulo(9e6000, 7e-6000)", "value"),
    _attack("a scale past all digits", "decimal(1/3, 999999999)", "null"),
    _attack("a year past all years", 'date("9999999999-01-01")', "null"),
    _attack("a duration past all time", 'duration("P99999999999999999999Y")', "null"),
    _attack("adding years past the end", '@"999999999-12-31" + @"P1Y"', "null"),
    # Patterns
    _attack("(a+)+$", 'matches("' + "a" * 60 + '!", "(a+)+$")', "value"),
    _attack("(a|a)*b", 'matches("' + "a" * 60 + '", "(a|a)*b")', "value"),
    _attack("(.*)* within 1,000", 'matches(s, "(.*)*(.*)*(.*)*y")', "value"),
    _attack("repeats of repeats", 'matches("a", "((a{1000}){1000}){1000}")', "null"),
    _attack("a reference to a group", 'matches("aa", "(a)\\\\1")', "value"),
    _attack("a pattern without end", 'matches("a", "(")', "null"),
    _attack("a long pattern", 'matches("a", "' + "(a|b)*" * 300 + '")', "null"),
    _attack("replacing grows", 'replace(s, "x", "' + "y" * 500 + '")', "result-bound"),
    _attack("replacing grows by itself", _chain("s", 'replace(%, "x", "$0$0$0$0$0$0$0$0xx")', 12), "fuel"),
    _attack("splitting into everything", 'split(s, "")', "null"),
    # Memory
    _attack("a string doubled for ever", _chain("s", "% + %", 40), "result-bound"),
    _attack("a list doubled for ever", _chain("[1]", "concatenate(%, %)", 40), "result-bound"),
    _attack("lists of one list", _chain("[1, 1]", "[%, %]", 40), "result-bound"),
    _attack("contexts of one context", _chain("{k: 1}", "{k: %, l: %}", 40), "result-bound"),
    _attack(
        "text of shared lists",
        _chain("[1, 1]", "[%, %]", 40).replace(".a40", ".a40 = null") + " or string(a) = s",
        "value",
    ),
    _attack("the text of a deep list", "string(" + _chain("[1, 1]", "[%, %]", 40) + ")", "fuel"),
    _attack("flattening shared lists", "flatten(" + _chain("[1, 1]", "[%, %]", 40) + ")", "fuel"),
    _attack("comparing shared lists", _chain("[1, 1]", "[%, %]", 40) + " = " + _chain("[1, 1]", "[%, %]", 40), "fuel"),
    _attack("each step keeps all steps", "for i in 1..9999 return partial", "fuel"),
    _attack("each step doubles", "for i in 1..60 return concatenate(flatten(partial), [1])", "fuel"),
    _attack("joining grows", 'string join(for i in many return "i", "' + "y" * 500 + '")', "result-bound"),
    _attack("joining what is long", "string join(for i in 1..5000 return s)", "result-bound"),
    _attack("a context of a thousand steps", _chain("{}", "context put(%, string(count(many)), %)", 60), "value"),
    _attack("inserting for ever", _chain("many", "insert before(%, 1, %)", 90), "fuel"),
    _attack("appending for ever", _chain("many", "append(%, %, %)", 60), "fuel"),
)


def tried(attack: Attack) -> Outcome:
    """Compile and evaluate it, as a deployed process would; the memory is measured in a run of its own."""
    began = time.process_time()
    got = _outcome(attack.text)
    seconds = time.process_time() - began
    tracemalloc.start()
    _outcome(attack.text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Outcome(got=got, milliseconds=seconds * 1000, kibibytes=peak / 1024)


def _outcome(text: str) -> str:
    try:
        value = to_json(compile_expression(text).evaluate(DATA))
    except FeelError as error:
        return error.code
    return "null" if value is None else "value"


def main() -> None:
    """Print the table."""
    print(f"{'aim':32} {'expression':44} {'got':16} {'ms':>8} {'KiB':>8}")
    for attack in ATTACKS:
        outcome = tried(attack)
        text = attack.text if len(attack.text) <= 42 else f"{attack.text[:30]}… ({len(attack.text)})"
        shown = text.encode("unicode_escape").decode()
        print(f"{attack.aim:32} {shown:44} {outcome.got:16} {outcome.milliseconds:8.1f} {outcome.kibibytes:8.0f}")
    print(f"{len(ATTACKS)} expressions")


if __name__ == "__main__":
    main()
