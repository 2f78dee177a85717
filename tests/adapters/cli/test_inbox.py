"""`hoso inbox`: what is mine to do, in one look."""

import json

import pytest

from tests.adapters.cli.center import TOKEN


@pytest.fixture(autouse=True)
def _signed_in(monkeypatch, center):
    monkeypatch.setenv("HOSO_SERVER", center.url)
    monkeypatch.setenv("HOSO_TOKEN", TOKEN)


def test_the_first_line_counts_every_view(hoso):
    """More than fifty are told as 50+."""
    result = hoso("inbox")
    assert result.code == 0, result.err
    assert result.out.splitlines()[0] == "mine: 1 · my unit's: 50+ · soon due: 1 · overdue: 1 · returned: 1"
    assert "H29.5-261121-0001.3" in result.out
    assert "hoso task show H29.5-261121-0001.3" in result.err


def test_what_is_free_says_how_to_take_it(hoso):
    """The hint is a command that can be copied."""
    result = hoso("inbox", "--unit")
    assert "lanh-dao of van-phong" in result.out
    assert "hoso task claim H29.5-261121-0001.3" in result.err


def test_whose_work_it_is(hoso):
    """What I have instead of a colleague, and what came back to me."""
    assert "instead of mai" in hoso("inbox", "--all").out
    assert "mine, returned" in hoso("inbox", "--returned").out


def test_in_vietnamese(hoso):
    """As good as in English."""
    assert hoso("--lang", "vi", "inbox").out.splitlines()[0].startswith("của tôi: 1 · của đơn vị: 50+ · sắp đến hạn: 1")
    assert "thay mai" in hoso("--lang", "vi", "inbox", "--all").out


def test_the_search_goes_to_the_server(hoso):
    """As it was typed."""
    result = hoso("inbox", "--search", "nobody")
    assert (result.code, "Nothing here." in result.err) == (0, True)


def test_a_search_that_looked_at_some_of_many_says_so(hoso):
    """Nothing found is not the same as nothing there."""
    assert "search with more words" in hoso("inbox", "--search", "common").err
    result = hoso("dossier", "list", "--search", "common")
    assert (result.code, "H29.5-261121-0001" in result.out) == (0, True), result.err
    assert "search with more words" in result.err
    assert json.loads(hoso("dossier", "list", "--search", "common", "--json").out)["more"] is True
    assert json.loads(hoso("dossier", "list", "--search", "lan", "--json").out)["more"] is False


def test_programs_get_what_the_server_said(hoso):
    """Items, counts, and where the next page begins."""
    told = json.loads(hoso("inbox", "--soon", "--json").out)
    assert set(told) == {"items", "counts", "next"}


def test_one_view_at_a_time(hoso):
    """Two are bad usage."""
    assert hoso("inbox", "--soon", "--unit").code == 2
