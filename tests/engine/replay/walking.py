"""Random walks: whatever may happen to a dossier next, one of it happens."""

from random import Random

from engine.acts.intervene import Modify, Resume, Suspend
from tests.engine.replay.recorder import Recorder

VALUES = ("x", "y", 7, 3, True, None, [1, 2])
WHY = "theo chỉ đạo"


def walk(recorder: Recorder, seed: int, steps: int = 14) -> None:
    """Take that many steps, or fewer where nothing is left to do."""
    dice = Random(seed)
    for _ in range(steps):
        recorder.go(seconds=dice.randrange(1, 4000) + dice.random())
        if recorder.dossier.finished is not None or not _step(recorder, dice):
            return


def _step(recorder: Recorder, dice: Random) -> bool:
    dossier = recorder.dossier
    jobs = [recorder.jobs[number] for number in dossier.state.open_jobs]
    messages = [each.name for each in dossier.state.subscriptions.values() if each.kind == "message"]
    may = [(recorder.complete, (task, _data(dice))) for task in dossier.tasks.values()] * 3
    may += [(recorder.fire, (number,)) for number in dossier.state.timers]
    may += [(recorder.send, (name,)) for name in messages]
    may += [(recorder.done, (job,)) for job in jobs] * 2 + [(recorder.fail, (job,)) for job in jobs]
    may += [(recorder.retry, (number,)) for number in dossier.state.incidents]
    if not may:
        return False
    if dice.random() < 0.1:
        _by_hand(recorder, dice)
    do, given = dice.choice(may)
    do(*given)
    return True


def _by_hand(recorder: Recorder, dice: Random) -> None:
    """An administrator acts from outside, and the dossier goes on."""
    seen = {"revision": recorder.dossier.revision, "reason": WHY}
    if dice.random() < 0.5:
        recorder.intervene(Suspend(**seen))
        recorder.intervene(Resume(revision=recorder.dossier.revision, reason=WHY))
    else:
        recorder.intervene(Modify(**seen, data={"c": dice.choice(VALUES)}))


def _data(dice: Random) -> dict[str, object]:
    return {name: dice.choice(VALUES) for name in dice.sample("abc", dice.randrange(4))}
