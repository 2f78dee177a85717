"""Everything that goes wrong is one line with a code, on stderr, with the right exit code."""

import json

import pytest

from adapters.cli.client import Client, Problem, check_server_url, path
from adapters.cli.errors import CommandFailed, exit_code_for
from tests.adapters.cli.center import Answer, Center


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, "token-expired", 4),
        (403, "not-holder", 6),
        (404, "task-unknown", 1),
        (409, "statement-used", 3),
        (412, "revision", 3),
        (422, "form-invalid", 6),
        (422, "signature-other-record", 5),
        (422, "certificate-expired", 5),
        (500, "internal", 1),
    ],
)
def test_status_to_exit_code(status, code, expected):
    """One table turns HTTP statuses into exit codes."""
    assert exit_code_for(status, code) == expected


def test_wrong_token(center, hoso):
    """A token that the server does not know: exit code 4, and the token is not repeated."""
    result = hoso("login", "--server", center.url, "--token", "hs_wrong")
    assert (result.code, "hs_wrong" in result.err) == (4, False)


def test_not_signed_in(hoso):
    """Without a server or a token: exit code 4 and how to sign in."""
    result = hoso("task", "list")
    assert (result.code, "hoso login" in result.err) == (4, True)


def test_not_a_hoso_server(signed_in, hoso):
    """A page of HTML is not an answer."""
    signed_in.mischief.add("html")
    result = hoso("task", "list")
    assert (result.code, "[bad-answer]" in result.err) == (1, True)


def test_problem_with_fields(signed_in, hoso, monkeypatch):
    """Every bad field that the server names is a line of its own."""

    def refuse(self: Center, *_args: object) -> None:
        problems = [{"field": "a", "message": "is missing"}, {"file": "p.bpmn", "line": 7, "message": "x", "code": "y"}]
        raise Answer(422, "form-invalid", "bad\x1b[2J form", problems=problems, remedy="see it")

    monkeypatch.setattr(Center, "route", refuse)
    result = hoso("task", "list")
    assert result.code == 6
    assert result.err.splitlines() == [
        "bad\\x1b[2J form; see it   [form-invalid]",
        "  a: is missing",
        "  p.bpmn:7: x   [y]",
    ]


def test_errors_as_json(hoso):
    """With --json an error is a JSON object on stderr, and stdout stays empty."""
    result = hoso("task", "list", "--json")
    assert result.out == ""
    assert json.loads(result.err)["code"] == "not-signed-in"


@pytest.mark.parametrize("url", ["example.vn", "ftp://x", "http://", "http://u:p@x", "http://x?y=1", "javascript:1"])
def test_bad_server_urls(url):
    """Only http(s)://host is an address of a server; no user or password in it."""
    with pytest.raises(CommandFailed):
        check_server_url(url)


def test_an_id_cannot_leave_its_place():
    """An id stays one part of the path; one that could not is refused before anything is sent."""
    assert path("tasks", "officers?x=1#a b", "claim") == "/v1/tasks/officers%3Fx%3D1%23a%20b/claim"
    for bad in ("../officers", "a/b", "..", ".", ""):
        with pytest.raises(CommandFailed) as failure:
            path("tasks", bad, "claim")
        assert (failure.value.code, failure.value.exit_code) == ("bad-id", 2)


def test_redirects_are_not_followed(center):
    """The token must not travel to where a redirect points."""
    import http.server
    import threading

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", center.url + "/v1/me")
            self.end_headers()

    server = http.server.HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.handle_request, daemon=True).start()
    with pytest.raises(CommandFailed) as failure:
        Client(f"http://127.0.0.1:{server.server_port}", "hs_secret").get("/v1/me")
    server.server_close()
    assert failure.value.code == "bad-answer"
    assert not center.requests


def test_problem_keeps_its_status():
    """A 422 about a signature is told apart from one about a form."""
    assert Problem(422, "signature-x", "m").exit_code == 5
    assert Problem(422, "form-x", "m").exit_code == 6


def test_a_problem_in_vietnamese(signed_in, hoso):
    """The server words its refusals in English; a reader of Vietnamese gets their meaning first."""
    result = hoso("task", "show", "H29.5-261121-0001.77", "--lang", "vi")
    assert (result.code, result.err.strip()) == (
        1,
        "không có nhiệm vụ đang mở nào như vậy trong phạm vi của bạn (no task H29.5-261121-0001.77;"
        " list the tasks open to you: hoso task list)   [task-unknown]",
    )
