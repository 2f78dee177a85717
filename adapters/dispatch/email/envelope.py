"""The envelope of a mail: for whom, where bounces go, and which delivery reports are asked for (RFC 3461)."""

from dataclasses import dataclass

from adapters.dispatch.email.address import LONGEST_LOCAL, Address

REPORTS = "SUCCESS,FAILURE,DELAY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Sender and recipient; `key` is the dispatch's, and comes back in a delivery report (ENVID).

    `wide`: the mail's headers hold an address that is not ASCII.
    """

    sender: Address
    to: Address
    key: str
    wide: bool = False

    @property
    def international(self) -> bool:
        """Whether the relay must know SMTPUTF8."""
        return self.wide or self.sender.international or self.to.international


def return_path(box: Address | None, *, agency: Address, code: str, key: str) -> Address:
    """Where a bounce goes: the box with the dispatch's code as its tag, so that the address alone names the mail.

    Without a box, to the agency's own address. A code that makes it too long is replaced by the key.
    """
    if box is None:
        return agency
    tagged = f"{box.local}+{code}"
    local = tagged if len(tagged.encode()) <= LONGEST_LOCAL else f"{box.local}+{key}"
    return Address(local=local, domain=box.domain)


def mail_from(of: Envelope, size: int, offered: frozenset[str]) -> str:
    """The MAIL command, with what the relay knows of extensions."""
    said = f"MAIL FROM:<{of.sender}>"
    said += f" SIZE={size}" if "SIZE" in offered else ""
    said += " SMTPUTF8 BODY=8BITMIME" if of.international else ""
    return said + (f" RET=HDRS ENVID={xtext(of.key)}" if "DSN" in offered else "")


def rcpt_to(of: Envelope, offered: frozenset[str]) -> str:
    """The RCPT command; ORCPT so that a report names the address that we wrote to (RFC 6533 §3 where not ASCII)."""
    said = f"RCPT TO:<{of.to}>"
    if "DSN" not in offered:
        return said
    original = f"utf-8;{_unitext(str(of.to))}" if of.to.international else f"rfc822;{xtext(str(of.to))}"
    return f"{said} NOTIFY={REPORTS} ORCPT={original}"


def _unitext(text: str) -> str:
    """RFC 6533 §3: as it is, but for what xtext gives a meaning."""
    return "".join(f"\\x{{{ord(each):02X}}}" if each in "+=\\" else each for each in text)


def xtext(text: str) -> str:
    """RFC 3461 §4: what is not printable ASCII, and + and =, in hexadecimal."""
    return "".join(each if "!" <= each <= "~" and each not in "+=" else f"+{ord(each):02X}" for each in text)
