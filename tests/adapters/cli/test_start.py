"""Starting the command: what it imports, how long it takes, and how it ends when something is wrong."""

import os
import time

import pytest

from adapters.main import COMMANDS, hoist
from tests.adapters.cli.center import TOKEN
from tests.adapters.cli.conftest import process

HEAVY = {
    "asn1crypto", "cryptography", "email.mime", "fastapi", "httpx", "keyring", "lxml", "pydantic", "pyhanko",
    "rfc8785", "rich", "signing", "sqlalchemy", "engine", "uvicorn",
}  # fmt: skip


@pytest.mark.parametrize("command", [("task", "list"), ("inbox",)])
def test_what_is_asked_all_day_is_light_and_quick(command, center, tmp_path):
    """They import nothing that they do not need, and answer in half a second, start included."""
    environment = {"HOSO_SERVER": center.url, "HOSO_TOKEN": TOKEN, "HOSO_TEST_MODULES": str(tmp_path / "modules")}
    # As installed: with bytecode, which the first run writes.
    environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    result = process(*command, **environment)
    assert result.code == 0, result.err
    modules = (tmp_path / "modules").read_text().split()
    assert not [name for name in modules if name in HEAVY or name.partition(".")[0] in HEAVY]
    durations = []
    for _attempt in range(5):
        began = time.perf_counter()
        process(*command, **environment)
        durations.append(time.perf_counter() - began)
    assert min(durations) < 0.5


def test_help_imports_no_command(tmp_path):
    """`hoso --help` lists every command without importing any."""
    result = process("--help", HOSO_TEST_MODULES=str(tmp_path / "modules"))
    modules = (tmp_path / "modules").read_text().split()
    assert all(name in result.out for name in COMMANDS)
    assert not [name for name in modules if name.startswith(("adapters.cli.commands.", "adapters.console"))]


def test_no_connection(tmp_path):
    """A server that is not there: one line, exit code 1, no traceback."""
    result = process("task", "list", HOSO_SERVER="http://127.0.0.1:1", HOSO_TOKEN=TOKEN)
    assert (result.code, result.out, len(result.err.splitlines())) == (1, "", 1)
    assert "[no-connection]" in result.err


def test_server_part_missing(hoso, monkeypatch):
    """A server command on a client-only machine names what to install."""
    monkeypatch.setitem(COMMANDS, "serve", ("adapters.console.no_such_module", "x"))
    result = hoso("serve")
    assert (result.code, "hoso[server]" in result.err) == (1, True)


def test_global_options_anywhere():
    """--profile, --server and --lang may stand behind the command; nothing behind `--` is touched."""
    assert hoist(["task", "list", "--profile", "lan", "--lang=vi"]) == ["--profile", "lan", "--lang=vi", "task", "list"]
    assert hoist(["x", "--", "--lang", "vi"]) == ["x", "--", "--lang", "vi"]


def test_version_and_unknown_command(hoso):
    """--version says which; an unknown command is bad usage."""
    assert hoso("--version").out.startswith("hoso ")
    assert hoso("tsk").code == 2
    assert "hoso task" in hoso("tsk").err


def test_a_defect_is_one_line(hoso, monkeypatch):
    """What nobody foresaw is still one line, without a traceback and without the values involved."""
    monkeypatch.setattr("adapters.cli.session.Session.client", property(lambda _self: {}["secret-token"]))
    result = hoso("task", "list")
    assert (result.code, "[internal]" in result.err, "secret-token" in result.err) == (1, True, False)


def test_interrupt(hoso, monkeypatch):
    """Ctrl-C ends with 130 and no traceback."""

    def interrupt(_self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("adapters.cli.session.Session.client", property(interrupt))
    result = hoso("task", "list")
    assert (result.code, "Traceback" in result.err) == (130, False)


def test_reader_gone(center):
    """`hoso … | head` ends quietly when the reader goes away."""
    import subprocess
    import sys

    from tests.adapters.cli.conftest import ROOT

    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOSO_SERVER": center.url, "HOSO_TOKEN": TOKEN}
    command = f"{sys.executable} -m tests.adapters.cli.start task show H29.5-261121-0001.3 | true"
    done = subprocess.run(command, shell=True, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_client_verb_has_an_example(name):
    """Each verb's help shows at least one call of that very verb."""
    import typer

    from adapters.main import CLIENT, _load

    if name not in CLIENT:
        return
    for words, verb in _verbs(f"hoso {name}", typer.main.get_command(_load(name))):
        assert words in (verb.epilog or "").replace("--profile lan ", ""), words


def _verbs(words, command):
    """The verbs of a command, each with its words; those of a group within a group, too."""
    if not hasattr(command, "commands"):
        return [(words, command)]
    return [found for verb in command.commands.values() for found in _verbs(f"{words} {verb.name}", verb)]
