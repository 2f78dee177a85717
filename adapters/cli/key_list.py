"""Which keys are there: the profile's, those on tokens, those that the agent holds."""

from typing import Any

from cryptography import x509

from adapters.cli.key_faults import describe_fault
from adapters.cli.keys import agent_folder, module_for
from adapters.cli.language import _
from adapters.cli.session import Session
from adapters.keystore.agent import AgentKey, held_keys
from adapters.keystore.modules import VARIABLE
from adapters.keystore.naming import FileName, KeyName, read_name
from signing.certificates import fingerprint, subject_name
from signing.errors import SigningError
from signing.record import time_text

Json = dict[str, Any]


def list_keys(session: Session) -> tuple[list[Json], list[str]]:
    """The keys by the names that --key takes, and what could not be looked at, in words."""
    found: dict[str, Json] = {}
    missing: list[str] = []
    for text in (session.profile.key, session.profile.organ_key):
        if text:
            name = read_name(text)
            found[text] = {"key": text, "place": _place(name), "state": _state(name)}
    for item, certificate in _on_tokens(session, missing):
        found[item] = {"key": item, "place": "token", "state": "locked", **_of(certificate)}
    for key in _unlocked(missing):
        entry = (
            found.get(key.name)
            or found.get(_short(key.name))
            or {"key": key.name, "place": _place(read_name(key.name))}
        )
        found[entry["key"]] = {**entry, "state": "unlocked", **_of(key.certificate)}
    return [{**item, "used": _used(session, item["key"])} for item in found.values()], missing


def _unlocked(missing: list[str]) -> tuple[AgentKey, ...]:
    try:
        return held_keys(agent_folder())
    except SigningError as error:
        missing.append(describe_fault(error.code, error.message))
        return ()


def _on_tokens(session: Session, missing: list[str]) -> list[tuple[str, x509.Certificate]]:
    from adapters.keystore.pkcs11 import list_tokens

    try:
        found = [(item.name, item.certificate) for item in list_tokens(module_for(session))]
    except SigningError as error:
        named = session.environment.get(VARIABLE) or session.profile.pkcs11_module
        if error.code == "token-module-missing" and not named:
            missing.append(_("no token's library is known, so tokens were not looked at"))
        else:
            missing.append(describe_fault(error.code, error.message))
        return []
    return [(_short(str(name)), certificate) for name, certificate in found]


def _short(name: str) -> str:
    """Without the module, as people write it."""
    return name.partition("?")[0] if name.startswith("pkcs11:") else name


def _place(name: KeyName) -> str:
    return "file" if isinstance(name, FileName) else "token"


def _state(name: KeyName) -> str:
    return "missing" if isinstance(name, FileName) and not name.path.is_file() else "locked"


def _of(certificate: x509.Certificate) -> Json:
    return {
        "subject": subject_name(certificate),
        "not_after": time_text(certificate.not_valid_after_utc),
        "fingerprint": fingerprint(certificate),
    }


def _used(session: Session, name: str) -> str | None:
    known = {session.profile.key: "own", session.profile.organ_key: "organ"}
    return known.get(name)
