"""`hoso key`: which keys there are, whether one can sign here, and the agent that holds them for a few minutes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.options import PinFile
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import Lines, escape, out, out_json, say

app = Commands(_("Keys: list them, check whether one can sign here, unlock and lock."), group=True)
Name = Annotated[
    str | None,
    typer.Argument(
        metavar=_("KEY"),
        help=_("The key: a file (PKCS#12) or 'pkcs11:token=…;object=…' (else HOSO_KEY, else the profile's)."),
    ),
]
Json = dict[str, Any]


@app.verb(
    "list",
    _("List the keys there are: the profile's, those on tokens, those that are unlocked. No PIN is asked."),
    "hoso key list",
    "hoso key list --json",
)
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List keys."""
    from adapters.cli.key_list import list_keys

    items, missing = list_keys(open_session(ctx))
    for line in missing:
        say(line)
    columns: list[Column] = [
        (_("KEY"), "key"),
        (_("USE"), lambda item: {"own": _("your own"), "organ": _("the agency's")}.get(item.get("used") or "")),
        (_("STATE"), lambda item: _states().get(item["state"], item["state"])),
        (_("SUBJECT"), "subject"),
        (_("VALID UNTIL"), "not_after"),
    ]
    print_list(items, columns, as_json=json)
    if not items and not json:
        say(_("Name yours once: hoso profile set --key FILE.p12"))


def _states() -> dict[str, str]:
    return {"locked": _("locked"), "unlocked": _("unlocked"), "missing": _("not there")}


@app.verb(
    "check",
    _(
        "Check whether a key can sign here, and say everything that speaks against it: its dates, what it may be used"
        " for, its algorithm, its chain (with --root), and whether it is bound to you on the server. Ends with 5 when"
        " it cannot. The key itself is never shown."
    ),
    "hoso key check lan.p12",
    "hoso key check 'pkcs11:token=Lan;object=sign' --root root.pem",
    "HOSO_PIN=… hoso key check lan.p12 --json",
)
def check(
    ctx: typer.Context,
    key: Name = None,
    root: Annotated[
        list[Path] | None,
        typer.Option("--root", metavar=_("FILE"), help=_("An authority that its chain must lead to; repeat it.")),
    ] = None,
    pin_file: PinFile = None,
    json: AsJson = False,
) -> None:
    """Check a key."""
    from adapters.cli.key_check import Question, check_key

    found = check_key(open_session(ctx), Question(key=key, pin_file=pin_file, roots=tuple(root or ())))
    if json:
        out_json(found)
    else:
        lines = Lines(_reason(item) for item in found["reasons"])
        print_one({**found, "reasons": lines, "notes": Lines(map(escape, found["notes"]))}, _labels(), as_json=False)
    if not found["usable"]:
        first = found["reasons"][0]
        raise CommandFailed(
            first["code"],
            _("this key cannot sign here: {reason}").format(reason=first["message"]),
            remedy=first["remedy"] or "",
            exit_code=SIGNATURE,
        )


def _reason(item: Json) -> str:
    return "; ".join(filter(None, (item["message"], item["remedy"]))) + f"   [{item['code']}]"


def _labels() -> dict[str, str]:
    return {
        "key": _("Key"),
        "subject": _("Subject"),
        "issuer": _("Issuer"),
        "serial": _("Serial number"),
        "fingerprint": _("Fingerprint"),
        "not_before": _("Valid from"),
        "not_after": _("Valid until"),
        "algorithm": _("Algorithm"),
        "chain": _("Chain"),
        "usable": _("Can sign here"),
        "reasons": _("Reasons"),
        "notes": _("Notes"),
    }


@app.verb(
    "certificate",
    _("Write a key's certificate and its chain to a file (PEM), for an administrator to bind."),
    "hoso key certificate lan.p12 -o lan.pem",
    "hoso key certificate 'pkcs11:token=Lan;object=sign' -o lan.pem",
)
def certificate(
    ctx: typer.Context,
    key: Name = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar=_("FILE"), help=_("Where to write it."))] = Path(
        "certificate.pem"
    ),
    pin_file: PinFile = None,
    json: AsJson = False,
) -> None:
    """Write a key's certificate."""
    from adapters.cli.key_check import save_certificate

    found = save_certificate(open_session(ctx), key, pin_file, output)
    if json:
        out_json(found)
    else:
        out(_("{file}: the certificate {fingerprint} of {subject}.").format(**{k: escape(v) for k, v in found.items()}))


@app.verb(
    "unlock",
    _(
        "Give the PIN once and sign without it for a while: a process of yours holds the key until nobody used it for"
        " five minutes, or until hoso key lock. It gives out neither key nor PIN. Not on Windows."
    ),
    "hoso key unlock",
    "hoso key unlock 'pkcs11:token=UBND;object=seal' --seconds 60",
)
def unlock(
    ctx: typer.Context,
    key: Name = None,
    seconds: Annotated[
        int,
        typer.Option("--seconds", min=1, max=300, metavar=_("NUMBER"), help=_("Lock after so long without use.")),
    ] = 300,
    pin_file: PinFile = None,
    json: AsJson = False,
) -> None:
    """Unlock a key."""
    from adapters.cli import unlocking

    held = unlocking.unlock(open_session(ctx), key, pin_file, seconds)
    if json:
        out_json(held)
        return
    words = _("{key} ({subject}) is unlocked; it locks after {left} seconds without use, or by hoso key lock.")
    out(words.format(key=escape(held["key"]), subject=escape(held["subject"]), left=held["left"]))


@app.verb("lock", _("Forget every unlocked key at once."), "hoso key lock")
def lock(json: AsJson = False) -> None:
    """Lock all keys."""
    from adapters.cli import unlocking

    count = unlocking.lock()
    if json:
        out_json({"locked": count})
    else:
        out(_("Keys locked: {count}.").format(count=count))


@app.verb("status", _("Say which keys are unlocked, and for how long."), "hoso key status --json")
def status(json: AsJson = False) -> None:
    """Show what the agent holds."""
    from adapters.cli import unlocking

    columns: list[Column] = [
        (_("KEY"), "key"),
        (_("SUBJECT"), "subject"),
        (_("LOCKS IN"), lambda item: _("{left} seconds").format(left=item["left"])),
    ]
    print_list(unlocking.held(), columns, as_json=json)
