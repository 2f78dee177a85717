"""The log's key changes while servers run; whatever is killed in between, the key that fits the head is there."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.application.answer import Request
from adapters.application.log_keys import LogKeys, LogKeyUnfit
from adapters.application.succession import rotate
from adapters.database import successions
from adapters.jobs.worker import work_once
from adapters.log_files import LogFiles
from signing.errors import Invalid
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.note import LogKey
from signing.trail.succession import follow, present_key
from tests.adapters.backups.conftest import House


class Killed(BaseException):
    """The process is gone."""


def begun(house: House) -> str:
    """An act of a process that starts now."""
    house.move(house.app.store)
    house.world.start("tra-ket-qua")
    return house.head().checkpoint


def test_a_key_follows_another(house: House) -> None:
    """Same name, other key, nothing lost; the old secret is gone; a server that ran before takes the new key."""
    old, running = house.app.log_key, house.app
    done = house.rotate()
    assert (done.key.origin, done.key.vkey != old.vkey, len(done.succession.lost)) == (old.origin, True, 0)
    assert [key.vkey for key in list(house.files.keys())] == [done.key.vkey]
    assert old.dump() not in "".join(path.read_text() for path in house.files.folder.rglob("*") if path.is_file())
    house.world.app = running
    house.world.start("tra-ket-qua")
    assert verify_checkpoint(house.head().checkpoint, done.key.vkey).origin == old.origin
    again = house.rotate()
    with house.app.store.read() as tx:
        notes = successions.notes(tx)
    assert sorted(notes) == sorted(house.files.notes())
    assert present_key(old.vkey, follow(old.vkey, notes)) == again.key.vkey
    with pytest.raises(Invalid):
        rotate(house.app, house.files.add, "hai\ndòng")


def test_a_server_without_the_new_key_does_nothing(house: House, tmp_path: Path) -> None:
    """On another machine: each act is refused whole, and none is lost; with the file in place, acts go on at once."""
    other = LogFiles(folder=tmp_path / "other")
    other.folder.mkdir()
    other.key.write_text(house.app.log_key.dump())
    elsewhere = replace(house.app, log_keys=LogKeys(house.app.log_key, other.keys))
    house.world.start("cap-so")
    house.rotate()
    size = house.head().size
    house.world.app = elsewhere
    with pytest.raises(LogKeyUnfit, match=r"goes on under the key hoso/H29\.5"):
        house.world.start("tra-ket-qua")
    with pytest.raises(LogKeyUnfit):
        work_once(elsewhere)  # what it could not tell, it does not do: else a mail would go out each time anew
    assert house.head().size == size
    other.key.write_text(house.files.key.read_text())
    house.world.start("tra-ket-qua", request=Request(officer="lan", key="k"))
    assert house.head().size > size


@pytest.mark.parametrize("step", ["before-key", "key", "commit", "statement", "vkey", "switch"])
def test_killed_at_each_step(house: House, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Killed before the commit: the old key goes on. After it: the new one does, at the next start; none is lost."""
    old = house.app.log_key

    def keep(key: LogKey) -> None:
        if step == "before-key":
            raise Killed
        house.files.add(key)
        if step == "key":
            raise Killed

    def dying(kind: str, real: object) -> object:
        def call(source: object, target: object, *more: object) -> object:
            if step == kind and str(target).endswith(
                {"statement": ".note", "vkey": "log.vkey", "switch": "log.key"}[kind]
            ):
                raise Killed
            return real(source, target, *more)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patch:
        patch.setattr(
            Path, "replace", dying(step, Path.replace) if step in ("statement", "vkey", "switch") else Path.replace
        )
        with pytest.raises(Killed):
            killed_at(step, house, keep)
    before = step in ("before-key", "key")
    signed = begun(house)
    assert (verified(signed, old) is None) != before
    house.settle(house.app.store)
    assert verified(begun(house), next(house.files.keys())) is not None
    assert sorted(path.name for path in house.files.folder.glob("log.key*")) == ["log.key"]
    house.rotate()
    begun(house)


def killed_at(step: str, house: House, keep: Callable[[LogKey], None]) -> None:
    rotate(house.app, keep, "Thay khóa")
    if step == "commit":
        raise Killed
    house.settle(house.app.store)


def verified(note: str, key: LogKey) -> object:
    try:
        return verify_checkpoint(note, key.vkey)
    except Invalid:
        return None


def test_a_key_that_cannot_be_kept_changes_nothing(house: House) -> None:
    """The disk takes no more files: no key, no statement, no leaf."""
    size, old = house.head().size, house.app.log_key

    def full(_key: LogKey) -> None:
        raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="space"):
        rotate(house.app, full, "Thay khóa")
    assert house.head().size == size
    assert verify_checkpoint(begun(house), old.vkey)


def test_acts_go_on_while_keys_change(house: House) -> None:
    """Three officers work while the key changes five times, by two operators at once: every act is there."""
    world, size = house.world, house.head().size
    faults: list[BaseException] = []

    def run(what: Callable[[], object]) -> threading.Thread:
        def all_of_it() -> None:
            try:
                for _ in range(5):
                    what()
            except BaseException as error:
                faults.append(error)

        return threading.Thread(target=all_of_it)

    threads = [run(lambda: world.start("tra-ket-qua")) for _ in range(3)] + [run(house.rotate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [path.name for path in house.files.folder.glob("log.key*")] == ["log.key"]
    with house.app.store.read() as tx:
        assert len(successions.notes(tx)) == 10
    assert world.check_trail() >= size + 25
    begun(house)
