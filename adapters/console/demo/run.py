"""Run the demo: tell each step as it is done, then say where everything lies."""

import contextlib
import json
import signal
import time
from pathlib import Path
from typing import Any

from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import out, say
from adapters.console.demo import cast
from adapters.console.demo.stage import Stage, StageError
from adapters.console.demo.story import Story


def run(folder: Path, *, serve: bool) -> None:
    """Play the story in the folder; with `serve`, keep the servers up until Ctrl-C."""
    stage = Stage(folder)
    story = Story(stage)
    began = time.monotonic()
    try:
        stage.clear()
        play(story)
        write_index(story)
        if serve:
            stage.start_server()
        _tell_where(story, time.monotonic() - began)
        if serve:
            _wait(stage)
    except StageError as error:
        remedy = _("see {log}").format(log=stage.folder / "server.log")
        raise CommandFailed("demo-broke", str(error), remedy=remedy) from error
    finally:
        stage.close()


def play(story: Story) -> None:
    """Play every chapter, telling each step."""
    chapters = (
        (_("1. The office, its officers and their keys"), story.set_up),
        (_("2. What the modeler drew"), story.deploy),
        (_("3. An outgoing letter (văn bản đi)"), story.outgoing_letter),
        (_("4. A death registered (khai tử)"), story.death_registration),
        (_("5. The auditor trusts nobody"), story.audit),
    )
    for title, chapter in chapters:
        out(f"\n{title}")
        for sentence in chapter():
            first, *more = sentence.splitlines()
            out(f"  • {first}")
            for line in more:
                out(f"      {line}")


def write_index(story: Story) -> None:
    """Write `demo.json`: what a person or a script needs to look further. Paths are relative to the folder."""
    stage = story.stage
    index = {
        "server": stage.url,
        "database": stage.database_url or _below(stage, stage.data / "hoso.db"),
        "officers": [_officer(stage, person.id) for person in stage.people.values()],
        "dossiers": story.dossiers,
        "evidence": [_below(stage, file) for file in story.evidence],
        "roots": ["trust/root.pem"],
        "log_key": _below(stage, stage.data / "log.vkey"),
        "witness_key": _below(stage, stage.witness.key_file) if stage.witness else "",
        "pdfs": [_below(stage, file) for file in story.pdfs],
        "labels": [_below(stage, file) for file in story.labels],
        "manifest": _below(stage, story.manifest),
        "mail": [_below(stage, file) for file in stage.mail.received()],
    }
    file = stage.folder / "demo.json"
    file.touch(mode=0o600)  # it holds tokens and PINs
    file.write_text(json.dumps(index, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _officer(stage: Stage, id: str) -> dict[str, Any]:
    person = stage.people[id]
    known = {
        "id": id,
        "name": person.name,
        "token": person.token,
        "key_file": _below(stage, person.key),
        "pin": person.pin,
        "profile": _below(stage, stage.home(id)),
    }
    if person.organ_key is not None:
        known |= {"organ_key_file": _below(stage, person.organ_key)}
    return known


def _below(stage: Stage, path: Path) -> str:
    return path.relative_to(stage.folder).as_posix()


def _tell_where(story: Story, seconds: float) -> None:
    stage = story.stage
    folder = stage.folder
    with contextlib.suppress(ValueError):
        folder = folder.relative_to(Path.cwd())
    letter, death = story.dossiers
    out("\n" + _("Done in {seconds} s. Everything lies in {folder}:").format(seconds=f"{seconds:.0f}", folder=folder))
    for name, what in (
        ("demo.json", _("tokens, keys and paths, for people and scripts")),
        ("results/", _("the two results (PDF)")),
        ("mail/", _("the mail as it arrived")),
        ("post/", _("the address label and the day's manifest")),
        ("evidence/", _("the evidence of both dossiers, and one with a byte changed")),
        ("server/", _("the server's data: database, log key, trust")),
        ("officers/", _("each officer's own machine: profile, receipts, key")),
    ):
        out(f"  {name:12} {what}")
    out("\n" + _("Look further:"))
    evidence = f"{folder}/evidence/{letter}.asice"
    out(f"  .venv/bin/hoso verify {evidence} \\")
    pinned = f"--admin {folder}/officers/{cast.ADMINISTRATOR.id}/certificate.pem"
    out(f"    --root {folder}/trust/root.pem --log-key {folder}/server/log.vkey {pinned}")
    serving = f"HOSO_DATA={folder}/server .venv/bin/hoso serve --port {stage.port}"
    out(f"  {serving}" + "   # " + _("unless it runs already: hoso demo --serve"))
    out(f"  HOSO_CONFIG_DIR={folder}/officers/hoa .venv/bin/hoso dossier history {letter}")
    out(f"  HOSO_CONFIG_DIR={folder}/officers/bao .venv/bin/hoso dossier history {death}")


def _wait(stage: Stage) -> None:
    say(_("The servers run until you press Ctrl-C: {url}").format(url=stage.url))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        say(_("Stopped."))
