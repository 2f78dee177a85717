"""kill -9 of the server, anywhere: nothing that was accepted is lost, nothing is done twice, every dossier goes on."""

import base64
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.cli.language import activate
from adapters.console.demo.mail import message_id
from adapters.console.demo.story import Sentences, Story
from tests.story.storm import StormyStage

LETTER = {"draft": 2, "initial": 2, "format_check": 2, "approve": 2, "seal": 1, "file": 1}
DEATH = {
    "check": 1,
    "register": 1,
    "approve": 1,
    "seal": 1,
    "set_appointment": 1,
    "confirm_appointment": 1,
    "hand_over": 1,
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """An office with its officers and its processes; its server will not live long."""
    activate("en")
    seed = int(os.environ.get("HOSO_TEST_SEED") or int.from_bytes(os.urandom(4)))
    stage = StormyStage(tmp_path_factory.mktemp("storm") / "run", patience=60, chance=random.Random(seed))
    story = Story(stage)
    try:
        stage.clear()
        for chapter in (story.set_up, story.deploy):
            for _ in chapter():
                pass
        print(f"HOSO_TEST_SEED={seed}")
        yield story
    finally:
        stage.close()


def test_an_outgoing_letter_survives(office: Story) -> None:
    """Drafted, returned, approved, numbered, sealed, mailed: each once, however often the server dies on the way."""
    kills = weather(office, office.outgoing_letter())
    [letter] = office.dossiers
    history = story_of(office, "lan", letter)
    assert completions(history) == LETTER, kills
    acts = Counter(item["act"] for item in history)
    assert (acts["letter-made"], acts["number-issued"], acts["number-filled"]) == (2, 1, 1), kills
    assert (acts["dispatch-prepared"], acts["dispatch-sent"], acts["completion-refused"]) == (2, 1, 1), kills
    assert acts["dossier-started"] == 1
    assert [item["details"]["number"] for item in history if item["act"] == "number-issued"] == ["01"]
    received = office.stage.mail.received()
    assert len({message_id(file) for file in received}) == 1
    shown = office.stage.json("lan", "dossier", "show", letter)["dispatches"]
    [copies] = [item["copies"] for item in shown if item["channel"] == "email"]
    assert len(received) <= copies == acts["dispatch-unconfirmed"] + 1, kills
    proven(office, letter)


def test_a_death_registration_survives(office: Story) -> None:
    """Checked, signed by two, post excluded, appointment moved, handed over: each once."""
    before = len(office.dossiers)
    kills = weather(office, office.death_registration())
    death = office.dossiers[before]
    history = story_of(office, "bao", death)
    assert completions(history) == DEATH, kills
    acts = Counter(item["act"] for item in history)
    assert (acts["letter-made"], acts["number-issued"], acts["number-filled"]) == (1, 1, 1), kills
    assert (acts["dispatch-refused"], acts["dispatch-prepared"], acts["message-received"]) == (1, 1, 1), kills
    assert "dispatch-sent" not in acts
    proven(office, death)


def weather(office: Story, chapter: Sentences) -> list[str]:
    """Play a chapter: one kill in a job, two in the middle of commands, two between steps. Gives where they struck."""
    stage = office.stage
    assert isinstance(stage, StormyStage)
    began, in_a_job = len(stage.kills), False
    stage.strikes = {stage.completing + number for number in stage.chance.sample(range(1, 7), 2)}
    struck = set(stage.chance.sample(range(1, 6), 2))
    for number, _ in enumerate(chapter):
        in_a_job = in_a_job or stage.kill_in_a_job(patience=1.5)
        if number in struck:
            stage.kill(f"after step {number}")
    kills = stage.kills[began:]
    print(*kills, sep="\n")
    assert in_a_job, "no job was seen at work: this test lost its point"
    assert len(kills) == 5, kills
    return kills


def story_of(office: Story, person: str, code: str) -> list[dict[str, Any]]:
    """The dossier's history; its leaves rise, so none was told twice."""
    shown = office.stage.json(person, "dossier", "show", code)
    assert shown["finished"]
    assert (shown["tasks"], shown["jobs"]) == ([], [])
    items: list[dict[str, Any]] = office.stage.json(person, "dossier", "history", code)["items"]
    indexes = [item["index"] for item in items]
    assert indexes == sorted(set(indexes))
    return items


def completions(history: list[dict[str, Any]]) -> Counter[str]:
    """How often each step was completed."""
    return Counter(item["element"] for item in history if item["act"] == "task-completed")


def proven(office: Story, code: str) -> None:
    """Every receipt that an officer holds stands in the history; the log is whole; the evidence verifies."""
    stage = office.stage
    told = {item["index"]: item for item in stage.json("kiem", "dossier", "history", code)["items"]}
    held = [
        json.loads(file.read_text()) for file in stage.folder.glob(f"officers/*/profiles/*/receipts/*{code}.*.json")
    ]
    assert len(held) > 5
    for receipt in held:
        assert told[receipt["index"]]["act"] == "task-completed"
        assert told[receipt["index"]]["task"] == json.loads(base64.b64decode(receipt["leaf"]))["subject"]
    stage.hoso("kiem", "audit", "verify")
    file = stage.folder / f"{code}.asice"
    stage.hoso("kiem", "audit", "export", code, "-o", str(file))
    trust = ("--root", str(stage.folder / "trust" / "root.pem"), "--log-key", str(stage.data / "log.vkey"))
    assert "VALID" in stage.hoso("kiem", "verify", str(file), *trust)
