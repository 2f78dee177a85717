"""Rules of calls of other bundles."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="called-twice",
        title=N_("A call names one process"),
        why=N_("calledElement and zeebe:calledElement name different ones; nobody knows which is meant."),
        mend=N_("Keep one of them."),
    ),
    Rule(
        code="called-expression",
        title=N_("The called process is known when it is deployed"),
        why=N_("A name that is computed as the dossier runs cannot be checked, and may be one that is not there."),
        mend=N_("Name the process; choose between several by a gateway."),
    ),
    Rule(
        code="called-binding",
        title=N_("A call says which version it means"),
        why=N_("A version belongs to the binding version, a tag to versionTag; the others have neither."),
        mend=N_("Write latest, deployment, version with a number, or versionTag with a tag."),
    ),
    Rule(
        code="call-business-key",
        title=N_("A call has no business key of its own"),
        why=N_("What is called is part of the dossier, and has its code."),
        mend=N_("Pass the value as data."),
    ),
    Rule(
        code="call-not-deployed",
        title=N_("A called process is deployed before its caller"),
        why=N_("A dossier that came to the call would stand still there."),
        mend=N_("Deploy the called process first."),
    ),
    Rule(
        code="call-not-startable",
        title=N_("A called process has a start event without trigger"),
        why=N_("A call starts it there; a message, signal or timer cannot be called."),
        mend=N_("Give it a start event without trigger, and deploy it again."),
    ),
    Rule(
        code="call-too-many",
        title=N_("A process reaches a bounded number of others"),
        why=N_("What it calls, and what that calls, is run as one."),
        mend=N_("Call fewer processes."),
    ),
    Rule(
        code="call-unresolved",
        title=N_("A called bundle was not checked with it"),
        why=N_("Without its folder only the server knows whether it is deployed."),
        mend=N_("Give its folder: --with DIR."),
    ),
    Rule(
        code="version-tag",
        title=N_("A version tag is a name that a call can give"),
        why=N_("Calls find a version by its tag."),
        mend=N_("Write 1 to 100 printable characters, such as v1.2."),
    ),
)
