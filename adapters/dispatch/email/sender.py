"""How the agency's mail presents itself: where bounces and answers go, and by which key it is signed."""

from dataclasses import dataclass

from adapters.dispatch.email.address import Address, read_address
from adapters.dispatch.email.errors import MailSettingError, MailUnfit
from adapters.dispatch.email.smime import Smime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """`return_path`: the box that bounces come to; `reply_to`: where people answer; None: the agency's own address."""

    return_path: Address | None = None
    reply_to: Address | None = None
    smime: Smime | None = None


def read_box(setting: str, text: str | None) -> Address | None:
    """An address that a setting names; raises MailSettingError where it is none."""
    if not text:
        return None
    try:
        return read_address(text)
    except MailUnfit as error:
        raise MailSettingError(f"{setting}: {error.message}") from error
