"""`hoso audit replay`: is the path that a dossier took one that its process allows? Offline; needs the pack alone.

It is a command of the console because it needs the engine; officers' installations do without.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.certificates import pinned_fingerprints
from adapters.cli.codes import in_words, meaning
from adapters.cli.errors import SIGNATURE, USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.shell import Commands
from adapters.cli.story import sentence
from adapters.cli.terminal import escape, out, out_json
from adapters.cli.times import local
from adapters.cli.verdict import LARGEST_PACK, Verdict, judge
from adapters.form_data import refuses_data
from adapters.limits.extends import extends
from engine.replay.replay import replay as run_again
from engine.replay.report import Divergence, Replay
from signing.errors import SigningError
from signing.evidence.contents import PackContents, open_entry
from signing.evidence.pack import read_contents, read_pack

app = Commands(_("Replay a dossier's acts through its process, offline."))
_MARKS = {"as-modelled": "✓", "moves-nothing": "·", "differs": "✗", "undecidable": "?", "not-replayed": " "}


@app.verb(
    "replay",
    _(
        "Replay a dossier: run the acts of its evidence pack through the process of the pack, and say whether their "
        "path is one that the model allows. A history that is well signed but no run of the model is found. Offline. "
        "With --root and --log-key the pack is first verified, as by hoso verify. Exit code 0: it replays; 5: it does "
        "not, cannot be decided, or the pack is not genuine."
    ),
    "hoso audit replay H29.5-261121-0001.asice",
    "hoso audit replay H29.5-261121-0001.asice --root root.pem --log-key log.vkey",
    "hoso audit replay pack.asice --json",
)
def replay(
    pack: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The evidence pack (.asice)."))],
    root: Annotated[
        list[Path] | None,
        typer.Option("--root", metavar=_("FILE"), help=_("A root certificate that you trust (PEM or DER); repeat it.")),
    ] = None,
    log_key: Annotated[
        Path | None, typer.Option("--log-key", metavar=_("FILE"), help=_("The log's verifier key."))
    ] = None,
    stamp_root: Annotated[
        list[Path] | None,
        typer.Option(
            "--stamp-root",
            metavar=_("FILE"),
            help=_("A root to trust for time stamps, and then no other root is (else those of --root); repeat it."),
        ),
    ] = None,
    admin: Annotated[
        list[str] | None,
        typer.Option(
            "--admin",
            metavar=_("FILE|FINGERPRINT"),
            help=_("A certificate of an administrator whom you know: every chain of acts begins with one. Repeat it."),
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Replay a pack."""
    verdict = _genuine(pack, root or (), log_key, stamp_root or (), admin or ())
    if verdict is not None and verdict.word != "valid":
        _tell_verdict(verdict, as_json=json)
        raise typer.Exit(SIGNATURE)
    contents, found = _replayed(pack)
    if json:
        out_json({"file": str(pack), "verified": verdict is not None, **found.to_json()})
    else:
        for line in _lines(found, contents, verified=verdict is not None):
            out(line)
    if found.answer != "yes":
        raise typer.Exit(SIGNATURE)


def _genuine(
    pack: Path, roots: Sequence[Path], log_key: Path | None, stamps: Sequence[Path], admins: Sequence[str]
) -> Verdict | None:
    """What `hoso verify` says of the pack; None where nobody said by what to judge it."""
    pinned = pinned_fingerprints(admins)
    if not roots and log_key is None and not stamps and not pinned:
        return None
    if not roots or log_key is None:
        raise CommandFailed(
            "usage",
            _("to verify the pack, both its roots and the log's key are needed"),
            remedy=_("give --root and --log-key, or neither: then the path alone is judged"),
            exit_code=USAGE,
        )
    key = read_file(log_key, limit=4096).decode("utf-8", "replace").strip()
    return judge(pack, roots, key, None, stamp_roots=stamps, admins=pinned)


def _tell_verdict(verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        out_json({"replays": "not-genuine", "verified": True, **verdict.to_json()})
        return
    for line in verdict.lines():
        out(line)
    out(_("Not replayed: what is not genuine proves no path."))


def _replayed(pack: Path) -> tuple[PackContents, Replay]:
    """The pack, whose form must hold, and its replay."""
    try:
        contents = read_contents(read_pack(read_file(pack, limit=LARGEST_PACK)))
        return contents, run_again(contents, fits=refuses_data, extends=extends)
    except SigningError as error:
        raise CommandFailed(
            error.code,
            in_words(error.code, error.message),
            remedy=_("a pack is one file as it was exported: hoso audit export"),
            exit_code=SIGNATURE,
        ) from None


def _lines(found: Replay, contents: PackContents, *, verified: bool) -> Iterator[str]:
    """The lines for people; the last one is the answer."""
    yield _("Replay of dossier {dossier}, {count} acts:").format(dossier=escape(found.dossier), count=len(found.acts))
    opened = {item.leaf.index: item for item in map(open_entry, contents.entries)}
    for act in found.acts:
        item = opened[act.index]
        told = {"actor": act.actor, "act": act.act, "subject": act.subject, "details": item.details}
        yield f"  {_MARKS[act.said]} {act.index:>4}  {local(act.time)}  {sentence(told)}"
    yield _("Signs: ✓ as the model does, · moves nothing, ✗ not as the model does, ? cannot be decided")
    if found.divergence is not None:
        yield from _diverging(found.divergence)
    else:
        yield from _standing(found)
    if not verified:
        yield _(
            "Only the path was judged. Whether leaves and signatures are genuine: add --root and --log-key, or see"
            " hoso verify."
        )
    yield _answer(found)


def _diverging(found: Divergence) -> Iterator[str]:
    text = _("Leaf {index} ({act} {element}): {meaning}")
    yield text.format(
        index=found.index, act=escape(found.act), element=escape(found.element or "-"), meaning=meaning(found.code)
    )
    yield _("  found:    {found}").format(found=escape(found.found))
    yield _("  expected: {expected}").format(expected=escape(found.expected))


def _standing(found: Replay) -> Iterator[str]:
    """Where the dossier stands by the model when its acts are done."""
    if found.finished:
        yield _("The dossier is finished.")
    for task in found.open:
        yield _("Open: {task} “{name}”").format(task=escape(task.task), name=escape(task.name))


def _answer(found: Replay) -> str:
    code = escape(found.divergence.code) if found.divergence is not None else ""
    texts = {
        "yes": _("REPLAYS: the path that the acts took is one that the model allows."),
        "no": _("NO RUN OF THE MODEL: this history cannot have happened so.   [{code}]"),
        "undecidable": _(
            "CANNOT BE DECIDED: the pack does not tell enough, or this release cannot read it.   [{code}]"
        ),
    }
    return texts[found.answer].format(code=code)
