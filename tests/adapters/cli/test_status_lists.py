"""A carrier's list, line by line: what cannot be read is told with its number."""

from adapters.cli.status_lists import read_lines


def test_characters_that_no_text_has_are_one_line_s() -> None:
    """Half of a surrogate pair and NUL are refused here: the server would refuse all lines sent with them."""
    rest = '"time": "2026-11-21T10:00Z"}'
    bad = ('"item": "A\\ud800", "status": "x"', '"item": "A", "status": "x\\u0000"', '"item": "A\0", "status": "x"')
    text = "\n".join(f"{{{each}, {rest}" for each in (*bad, '"item": "A", "status": "x"'))
    assert [bool(each.why) for each in read_lines(text)] == [True, True, True, False]
