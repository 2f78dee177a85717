"""A carrier by its profile: orders over HTTP, or by a file. It answers as a plug-in does.

What the carrier answers decides what is known: its word, or an HTTP status that says that nothing was done, refuses;
all else after the request was sent is unclear. Certificates are verified, redirects are not followed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.bounded_http import Answer, Place, Unanswered, Unreached
from adapters.dispatch.post import callbacks
from adapters.dispatch.post.profile import Call, Profile, Sign
from adapters.dispatch.post.templates import dug, filled, filled_path, parsed, text_of

LARGEST = 64 * 1024
_NOT_DONE = frozenset({401, 403, 429})  # it did not let us in: nothing was ordered
_PERHAPS = frozenset({408, 409, 425, *range(500, 600)})  # 409: it may know the reference already
Said = Mapping[str, Any]


class NoToken(Exception):
    """The carrier gave no token: nothing was asked of it yet."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RestCarrier:
    """A carrier of that profile at that place. `place`: None where nothing is asked over HTTP."""

    profile: Profile
    place: Place | None
    secrets: Mapping[str, str]

    @property
    def certified(self) -> bool:
        """Whether the carrier has confirmed the profile."""
        return self.profile.certified

    @property
    def statuses(self) -> Mapping[str, str | None]:
        """Its words, with what they mean."""
        return self.profile.statuses

    @property
    def order(self) -> Callable[[Mapping[str, str]], Said] | None:
        """How it takes an order, if it does over HTTP."""
        call = self.profile.order
        return (lambda parcel: self._said(call, parcel)) if call else None

    @property
    def ask(self) -> Callable[[str], Said] | None:
        """How it is asked for an order, if it can be."""
        call = self.profile.ask
        return (lambda reference: self._said(call, {"reference": reference})) if call else None

    @property
    def cancel(self) -> Callable[[str], Said] | None:
        """How it takes an order back."""
        call = self.profile.cancel
        return (lambda item: self._said(call, {"item": item})) if call else None

    @property
    def read_callback(self) -> Callable[[Mapping[str, str], bytes], Sequence[Said]] | None:
        """How its callbacks are read."""
        known = self.profile.callback
        return (
            (lambda headers, body: callbacks.read(known, self.secrets[known.secret], headers, body)) if known else None
        )

    def _said(self, call: Call, values: Mapping[str, str]) -> Said:
        try:
            answer = self._sent(call, values, self._token())
        except (NoToken, Unreached) as error:
            return {"outcome": "later", "reason": str(error)}
        except Unanswered as error:
            return {"outcome": "unclear", "reason": str(error)}
        return judged(call, answer)

    def _token(self) -> Mapping[str, str]:
        login = self.profile.login
        if login is None:
            return {}
        try:
            answer = self._sent(login, {}, {})
            token = text_of(dug(parsed(answer.body), login.found)) if answer.status // 100 == 2 else None
        except (Unanswered, ValueError) as error:
            raise NoToken("it gives no token") from error
        if token is None or not (token.isascii() and token.isprintable()):
            raise NoToken(f"it gives no token (HTTP {answer.status})")
        return {login.header: token}

    def _sent(self, call: Call, values: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        assert self.place is not None  # demanded where the list of carriers is read
        known = {**{f"secret:{name}": text for name, text in self.secrets.items()}, **values}
        content = None if call.body is None else json.dumps(filled(call.body, known), ensure_ascii=False).encode()
        place = replace(self.place, path=self.place.path.rstrip("/") + filled_path(call.path, known))
        kind = {"Content-Type": "application/json"} if content is not None else {}
        return place.ask(call.method, content, {**headers, **kind, "Accept": "application/json"}, largest=LARGEST)


def judged(call: Call, answer: Answer) -> Said:
    """What an answer says of what was asked."""
    try:
        value = parsed(answer.body)
    except ValueError:
        value = None
    if answer.status in _PERHAPS:  # whatever else it says: what stands before it may have taken the order
        return {"outcome": "unclear", "reason": f"HTTP {answer.status}"}
    if call.none is not None and _shows(call.none, answer.status, value):
        return {"outcome": "none"}
    if call.refused is not None and _shows(call.refused, answer.status, value):
        return {"outcome": "refused", "reason": f"HTTP {answer.status}: {_reason(value)}"}
    if answer.status // 100 == 2 and value is not None:
        found = text_of(dug(value, call.found)) if call.found else ""
        return {"outcome": "unclear", "reason": "no item"} if found is None else {"outcome": "done", "item": found}
    if answer.status in _NOT_DONE:
        return {"outcome": "later", "reason": f"HTTP {answer.status}"}
    if answer.status // 100 == 4:
        return {"outcome": "refused", "reason": f"HTTP {answer.status}: {_reason(value)}"}
    return {"outcome": "unclear", "reason": f"HTTP {answer.status}"}


def _shows(sign: Sign, status: int, value: Any) -> bool:
    if status in sign.status:
        return True
    found = dug(value, sign.at) if sign.at else None
    return bool(sign.at) and any(type(found) is type(each) and found == each for each in sign.values)


def _reason(value: Any) -> str:
    return next((found for name in ("message", "detail", "error") if (found := text_of(dug(value, name)))), "")
