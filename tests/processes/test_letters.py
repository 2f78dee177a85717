"""The letters of the processes show what the dossier says, in the bytes that the processes ask for."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.letters.fields import fill_fields
from adapters.letters.render import render
from engine.bpmn.effects import JobRequested
from tests.adapters.letters.text import text_of
from tests.processes.walk import KEYS, PROCESSES, Walk, load

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
AGENCY = {"name": "Ủy ban nhân dân phường Bến Thành", "identifier": "H29.5", "address": "92 Nguyễn Trãi"}
SCENARIO = {"van-ban-di": "post-refused", "khai-tu": "post-excluded-appointment-moved"}


def first_letter(key: str) -> tuple[JobRequested, dict[str, Any]]:
    """The job that asks for the letter, as the kernel gives it, and the data that it was made of."""
    scenario = json.loads((PROCESSES / key / "scenarios" / f"{SCENARIO[key]}.json").read_bytes())
    walk = Walk.begin(load(key)[0], scenario)
    walk.go(scenario["steps"][0])
    return walk.jobs[0], {**scenario["start"], **scenario["steps"][0]["data"]}


def rendered(key: str) -> tuple[bytes, dict[str, Any]]:
    """The draft as the letter job makes it."""
    job, data = first_letter(key)
    folder = PROCESSES / key
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("letters/*")}
    given = {"letter": job.input, "agency": AGENCY, "dossier": {"code": "H29.5-261121-0001"}}
    fields = job.headers["fields"].split(",")
    return render(job.headers["template"], files, given, at=AT, fields=fields), data


@pytest.mark.parametrize("key", KEYS)
def test_a_letter_shows_what_the_dossier_says(key: str) -> None:
    """Every text that the task hands over can be read on the page, and number and date once they are filled."""
    draft, data = rendered(key)
    number, day = "127", "ngày 21 tháng 11 năm 2026"
    shown = "".join(text_of(fill_fields(draft, {"number": number, "date": day})).split()).lower()
    wanted = [data[name] for name in first_letter(key)[0].input if name in data and name not in ("urgency", "body")]
    wanted += [line.rstrip(".") for line in data.get("body", "").splitlines()]
    wanted += [number, day, "Cộng hòa xã hội chủ nghĩa Việt Nam", "Độc lập - Tự do - Hạnh phúc", AGENCY["name"]]
    for text in wanted:
        assert "".join(text.split()).lower() in shown


@pytest.mark.parametrize("key", KEYS)
def test_a_letter_is_the_same_each_time(key: str) -> None:
    """Two runs of the letter job give one document."""
    assert rendered(key) == rendered(key)
