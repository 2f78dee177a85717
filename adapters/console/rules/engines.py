"""Rules of the second engine, which judges every process too."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="not-comparable",
        title=N_("The second engine judges a process where it can"),
        why=N_(
            "SpiffWorkflow walks every process beside our kernel; where it is known to be wrong "
            "it is no judge, and only our own engine judged the process."
        ),
        mend=N_("Nothing to mend."),
    ),
    Rule(
        code="second-reading",
        title=N_("Both engines read the same process"),
        why=N_(
            "A difference means that the file can be read in two ways, or that one of the engines "
            "is wrong: nobody should find out with a citizen's dossier."
        ),
        mend=N_(
            "Draw it so that both read the same, and report it with the file. Who is sure may "
            "deploy with --although and a reason, which is recorded."
        ),
    ),
    Rule(
        code="second-walk",
        title=N_("Both engines walk the same way"),
        why=N_(
            "After the same decisions they stand at different places. One of them is wrong, and both paths are shown."
        ),
        mend=N_(
            "Draw it so that both agree, and report it with the file. Who is sure may deploy with "
            "--although and a reason, which is recorded."
        ),
    ),
)
