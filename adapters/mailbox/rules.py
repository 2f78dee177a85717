"""The agency's rules for mail that comes in: a file, `mail-rules.json`, read and checked at start."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from adapters.mailbox.mail import Mail

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Said = Literal["sender", "name", "subject", "text", "message_id"]
MediaType = Literal["application/pdf", "image/png", "image/jpeg"]
Trust = Literal["claimed", "domain"]
MOST_STARS = 5


class Strict(BaseModel):
    """No field that is not named here; nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Documents(Strict):
    """Which attachments are taken. One that is not holds the whole mail up, for a person to look at."""

    types: Annotated[tuple[MediaType, ...], Field(max_length=3)] = ("application/pdf", "image/png", "image/jpeg")
    most: Annotated[int, Field(ge=0, le=50)] = 10
    largest: Annotated[int, Field(ge=1, le=20 << 20)] = 10 << 20


class When(Strict):
    """What a mail must be: every pattern that is given fits; `*` stands for any text, `?` for one character."""

    to: Pattern | None = None
    from_domain: Pattern | None = None
    subject: Pattern | None = None

    @model_validator(mode="after")
    def _bounded(self) -> "When":
        given = [each for each in (self.to, self.from_domain, self.subject) if each is not None]
        if not given:
            raise ValueError("name at least one of to, from_domain, subject")
        if any(each.count("*") > MOST_STARS for each in given):
            raise ValueError(f"a pattern has at most {MOST_STARS} stars")
        return self

    def fits(self, mail: Mail) -> bool:
        """Whether the mail is such a one."""
        domain = mail.sender.rpartition("@")[2]
        return (
            (self.to is None or any(like(self.to, each) for each in mail.addresses))
            and (self.from_domain is None or like(self.from_domain, domain))
            and (self.subject is None or like(self.subject, mail.subject))
        )


class Start(Strict):
    """A dossier of this process begins: by the message, where one is named, else as at the counter."""

    process: Name
    message: Name | None = None
    procedure: Name | None = None
    unit: Name | None = None


class Rule(Strict):
    """Mail of this kind starts a dossier, in the officer's name. `sender`: how well their domain must be proven.

    `data`: what the dossier begins with, name → what of the mail.
    """

    name: Name
    when: When
    officer: Name
    start: Start
    sender: Trust = "claimed"
    data: Annotated[dict[Name, Said], Field(max_length=20)] = {}
    documents: Documents = Documents()


class Supplement(Strict):
    """What is sent for a dossier is laid beside it, in the officer's name; where it waits for the message, it gets it.

    `by_subject`: also where not its own address, but the subject names the dossier, and the sender is its applicant.
    """

    officer: Name
    message: Name | None = None
    by_subject: bool = False
    sender: Trust = "domain"
    data: Annotated[dict[Name, Said], Field(max_length=20)] = {}
    documents: Documents = Documents()


class Rules(Strict):
    """All rules; the first that fits counts, and what none fits waits in quarantine.

    `authserv`: the name under which the agency's own mail server writes `Authentication-Results`.
    """

    authserv: Annotated[str, StringConstraints(max_length=200)] = ""
    most_a_day: Annotated[int, Field(ge=1, le=10_000)] = 20
    supplement: Supplement | None = None
    rules: Annotated[tuple[Rule, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _named_once(self) -> "Rules":
        names = [each.name for each in self.rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two rules are named {twice[0]!r}")
        return self

    def fitting(self, mail: Mail) -> Rule | None:
        """The first rule that fits."""
        return next((each for each in self.rules if each.when.fits(mail)), None)

    def named(self, name: str) -> Rule | None:
        """The rule of that name."""
        return next((each for each in self.rules if each.name == name), None)


def told(names: dict[str, Said], mail: Mail) -> dict[str, str]:
    """What of the mail the data say."""
    return {name: str(getattr(mail, said)) for name, said in names.items()}


def like(pattern: str, text: str) -> bool:
    """Whether the whole text is like the pattern, whatever its case; in at most as many steps as both are long."""
    wanted, found = pattern.casefold(), text.casefold()
    parts: Sequence[str] = wanted.split("*")
    if len(parts) == 1:
        return _same(wanted, found)
    first, *middle, last = parts
    if len(found) < len(first) + len(last) or not _same(first, found[: len(first)]):
        return False
    end = len(found) - len(last)
    if not _same(last, found[end:]):
        return False
    at = len(first)
    for part in middle:
        while at + len(part) <= end and not _same(part, found[at : at + len(part)]):
            at += 1
        if at + len(part) > end:
            return False
        at += len(part)
    return True


def _same(pattern: str, text: str) -> bool:
    pairs = zip(pattern, text, strict=False)
    return len(pattern) == len(text) and all(wanted in ("?", each) for wanted, each in pairs)
