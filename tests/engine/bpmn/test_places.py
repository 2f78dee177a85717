"""Where problems stand in the text of a file: lines, columns, and how far they reach."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.bpmn.located import located
from engine.bpmn.places import Places, decoded
from engine.bpmn.problems import Mark, Problem
from tests.engine.bpmn.drawn_models import Drawer
from tests.engine.bpmn.models import chain, end, file, start_event, user

AWKWARD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- <a id="not"> --><d xmlns="urn:x"
   id = 'd'><?pi <b> ?>
  <a id="a" t="x &gt; 1 &amp;&amp; y"
     u='"q"'>one <!-- two --><![CDATA[<three> & four]]> five
six &lt; seven<b id="b"/>eight</a>
\t<c id="c" name="Trình &#253; ký"><e/></c></d>
"""


def places(text: str = AWKWARD) -> Places:
    return Places(text)


def meant(problem: Problem, text: str = AWKWARD) -> str:
    """What is underlined."""
    (found,) = located([problem], {"x.bpmn": text.encode()})
    assert found.column
    return text.split("\n")[found.line - 1][found.column - 1 :][: found.length]


def problem(line: int, element: str | None, mark: Mark | None = None) -> Problem:
    return Problem(
        severity="error", file="x.bpmn", line=line, element=element, code="c", message="m", remedy="r", mark=mark
    )


def test_lines_are_those_of_the_parser() -> None:
    """Comments, instructions, CDATA, quotes and tags over several lines do not confuse it."""
    lines = [element.sourceline for element in etree.fromstring(AWKWARD.encode()).iter(etree.Element)]
    assert [tag.line for tag in places().tags] == lines


@pytest.mark.parametrize("seed", range(5))
def test_lines_of_drawn_models_are_those_of_the_parser(seed: int) -> None:
    """With each tag on a line of its own, too."""
    xml = Drawer(seed).file().replace(b"><", b">\n<").replace(b' name="', b'\n  name="')
    lines = [element.sourceline for element in etree.fromstring(xml).iter(etree.Element)]
    assert [tag.line for tag in places(xml.decode()).tags] == lines


def test_a_problem_of_an_element_means_its_tag() -> None:
    """And says what the element is called."""
    (found,) = located([problem(7, "c")], {"x.bpmn": AWKWARD.encode()})
    assert (found.line, found.column, found.length, found.name) == (7, 2, 2, "Trình ý ký")


def test_a_problem_of_an_attribute_means_it_with_its_value() -> None:
    """By its local name, wherever in the tag."""
    assert meant(problem(5, "a", Mark(attribute="t"))) == 't="x &gt; 1 &amp;&amp; y"'
    assert meant(problem(5, "a", Mark(attribute="u"))) == "u='\"q\"'"


def test_a_place_within_an_expression_is_found_behind_entities() -> None:
    """The column in the expression is that of the text as the parser gives it."""
    text = "x > 1 && y"
    assert meant(problem(5, "a", Mark(text=text, line=1, column=7))) == "&amp;"
    assert meant(problem(5, "a", Mark(text=text, line=1, column=10, length=1))) == "y"
    assert meant(problem(5, "a", Mark(text=text))) == "x &gt; 1 &amp;&amp; y"


def test_text_is_found_through_comments_and_cdata() -> None:
    """An element's text is one, however it is written; a place in its second line is on the second line."""
    text = "one <three> & four five\nsix < seven"
    assert meant(problem(5, "a", Mark(text=text, line=1, column=5, length=7))) == "<three>"
    assert meant(problem(5, "a", Mark(text=text, line=2, column=5))) == "&lt;"
    assert meant(problem(5, "a", Mark(text=text, line=2, column=7))) == "seven"


def test_a_file_on_one_line_is_told_apart_by_ids() -> None:
    """Where every tag stands on the same line, the element says which is meant."""
    text = file(start_event() + user("a") + user("b") + end() + chain("s", "a", "b", "e")).decode()
    (found,) = located([problem(6, "b", Mark(text="clerk"))], {"x.bpmn": text.encode()})
    before = text.split("\n")[5][: found.column]
    assert before.endswith('id="b" name="b" ><bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="c')


def test_what_cannot_be_found_keeps_its_line() -> None:
    """An unknown element, a mark that is not there, a broken file, an unknown encoding."""
    assert located([problem(99, "x")], {"x.bpmn": AWKWARD.encode()}) == (problem(99, "x"),)
    assert meant(problem(7, "c", Mark(text="nowhere"))) == "<c"
    for content in (b"<a <b <c", b"\xff\xfe<", b'<?xml version="1.0" encoding="rot13"?><a/>', b"\xff\xff"):
        assert located([problem(9, "x")], {"x.bpmn": content}) == (problem(9, "x"),)
    assert located([problem(1, "x")], {}) == (problem(1, "x"),)


def test_other_encodings_are_read() -> None:
    """As the declaration or a byte order mark says; without one it is UTF-8."""
    assert decoded('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16")) is not None
    assert decoded('<?xml version="1.0" encoding="ISO-8859-1"?>é'.encode("latin-1")) == (
        '<?xml version="1.0" encoding="ISO-8859-1"?>é'
    )
    assert decoded(b"\xef\xbb\xbf<a/>") == "<a/>"


def test_a_hostile_file_takes_no_time() -> None:
    """Tags without end, quotes without end, a million of them: the reading is linear and stops at what is broken."""
    for text in ("<a " * 300_000, '<a x="' * 200_000, "<a>" * 200_000, "<!--" * 300_000, "<a " + "b='c' " * 200_000):
        Places(text)


def test_a_mark_in_a_plain_file_is_looked_for_as_it_stands() -> None:
    """Forms are JSON."""
    found = Problem(
        severity="error", file="forms/a.form", line=1, element="a", code="c", message="m", remedy="r",
        mark=Mark(text='"filepicker"'),
    )  # fmt: skip
    (told,) = located([found], {"forms/a.form": b'{\n  "type": "filepicker"\n}'})
    assert (told.line, told.column, told.length) == (2, 11, 12)
