"""An officer's key on a token (PKCS#11): found by its labels, used where it lies, never taken out.

The PIN is given once, to open the session, and not kept, except for keys that demand it at each signature. What the
token signs is checked against the certificate before anybody gets it, so a wrong pair of key and certificate is found
here and not by the server.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from adapters.keystore.mechanisms import check_own, digest_info, hashed
from adapters.keystore.modules import find_module, load_module
from adapters.keystore.naming import TokenName
from signing.certificates import MAX_CERTIFICATE_BYTES, MAX_CERTIFICATES
from signing.errors import SigningError
from signing.sign import PSS, PSS_SALT, algorithm_for

MAX_OBJECTS = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenKey:
    """A `signing.sign.SigningKey` on a token, in an open session. `extractable`: the token would give the key out."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    extractable: bool
    _private: Any = field(repr=False)
    _mechanisms: frozenset[Any] = field(repr=False)
    _session: Any = field(repr=False)
    _pin: str | None = field(default=None, repr=False)  # where the key demands it each time (CKA_ALWAYS_AUTHENTICATE)

    @property
    def mechanism(self) -> str:
        """RSA PKCS#1 v1.5, RSA PSS or ECDSA, by `algorithm_for`."""
        return algorithm_for(self.certificate)[0]

    def sign(self, data: bytes) -> bytes:
        """Let the token sign; SigningError `token-gone`, `key-mismatch`."""
        try:
            signature = self._signed(data)
        except Exception as error:
            raise _told(error, "sign") from error
        check_own(self.certificate, self.mechanism, data, signature)
        return signature

    def close(self) -> None:
        """End the session; the token forgets that a PIN was given."""
        self._session.close()

    def _signed(self, data: bytes) -> bytes:
        from pkcs11 import MGF, Mechanism
        from pkcs11.util.ec import encode_ecdsa_signature

        if self.mechanism.endswith("_ecdsa"):
            return encode_ecdsa_signature(self._sign(hashed(self.mechanism, data), Mechanism.ECDSA))
        if self.mechanism == PSS:
            parameters = (Mechanism.SHA256, MGF.SHA256, PSS_SALT)
            if Mechanism.SHA256_RSA_PKCS_PSS in self._mechanisms:
                return self._sign(data, Mechanism.SHA256_RSA_PKCS_PSS, parameters)
            return self._sign(hashed(self.mechanism, data), Mechanism.RSA_PKCS_PSS, parameters)
        if Mechanism.SHA256_RSA_PKCS in self._mechanisms:
            return self._sign(data, Mechanism.SHA256_RSA_PKCS)
        return self._sign(digest_info(data), Mechanism.RSA_PKCS)

    def _sign(self, data: bytes, mechanism: Any, parameters: Any = None) -> bytes:
        return bytes(self._private.sign(data, mechanism=mechanism, mechanism_param=parameters, pin=self._pin))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A certificate of a person on a token, as anybody sees it without a PIN."""

    name: TokenName
    certificate: x509.Certificate


def open_token(name: TokenName, pin: str | None) -> TokenKey:
    """Open a session by the PIN (None: the reader has keys of its own to type it on) and find the key and certificate.

    SigningError: `token-…` (see the exit codes' page), `key-unsupported`.
    """
    token = _token(name)
    session = _session(token, pin)
    try:
        private = _private_key(session, name, token)
        certificate, chain = _certificates(session, name, private)
        algorithm_for(certificate)
        mechanisms = frozenset(token.slot.get_mechanisms())
    except SigningError:
        session.close()
        raise
    except Exception as error:
        session.close()
        raise _told(error, "find the key") from error
    return TokenKey(
        certificate=certificate,
        chain=chain,
        extractable=_extractable(private),
        _private=private,
        _mechanisms=mechanisms,
        _session=session,
        _pin=pin if _asked_each_time(private) else None,
    )


def asks_itself(name: TokenName) -> bool:
    """Say whether the token's reader asks for the PIN, on keys of its own."""
    token = _token(name)
    from pkcs11 import TokenFlag

    return bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH)


def list_tokens(module: str | None) -> Iterator[Found]:
    """List the certificates of people on all tokens there are, without any PIN."""
    for token in _tokens(module):
        session = token.open()
        try:
            held = list(_stored(session))
        except Exception as error:
            raise _told(error, "list the certificates") from error
        finally:
            session.close()
        for label, id, certificate in held:
            if not _is_authority(certificate):
                name = TokenName(token=token.label, object=label or None, id=None if label else id, module=module)
                yield Found(name=name, certificate=certificate)


def _tokens(module: str | None) -> list[Any]:
    library = load_module(find_module(module))
    from pkcs11 import TokenFlag

    try:
        return list(library.get_tokens(token_flags=TokenFlag.TOKEN_INITIALIZED))
    except Exception as error:
        raise _told(error, "list the tokens") from error


def _token(name: TokenName) -> Any:
    present = _tokens(name.module)
    fits = [
        item
        for item in present
        if name.token in (None, item.label) and name.serial in (None, item.serial.decode("utf-8", "replace"))
    ]
    if not fits:
        there = ", ".join(repr(item.label) for item in present) or "none"
        raise SigningError("token-missing", f"there is no token {name.token or name.serial!r}; there: {there}")
    if len(fits) > 1:
        serials = ", ".join(item.serial.decode("utf-8", "replace") for item in fits)
        raise SigningError("token-ambiguous", f"{len(fits)} tokens fit, with the serials {serials}")
    return fits[0]


def _session(token: Any, pin: str | None) -> Any:
    from pkcs11 import PROTECTED_AUTH, TokenFlag, exceptions

    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise _told(exceptions.PinLocked(), "open it")
    try:
        return token.open(user_pin=PROTECTED_AUTH if pin is None else pin)
    except exceptions.UserAlreadyLoggedIn:
        # Another key on it was opened in this process before, by its PIN: the token counts logins by process.
        return token.open()
    except Exception as error:
        raise _told(error, "open it", _tries(token)) from None


def _tries(token: Any) -> str:
    """What the token says of tries that are left: it knows only "few" and "one" (PKCS#11 §3.2)."""
    from pkcs11 import TokenFlag

    try:
        flags = token.slot.get_token().flags
    except Exception:
        return ""
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        return "; ONE try is left before it locks"
    return "; few tries are left before it locks" if flags & TokenFlag.USER_PIN_COUNT_LOW else ""


def _private_key(session: Any, name: TokenName, token: Any) -> Any:
    from pkcs11 import Attribute, ObjectClass

    wanted: dict[Any, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    if name.object is not None:
        wanted[Attribute.LABEL] = name.object
    if name.id is not None:
        wanted[Attribute.ID] = name.id
    found = _some(session.get_objects(wanted))
    if not found:
        labels = [str(item.label) for item in _some(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))]
        there = ", ".join(map(repr, sorted(labels))) or "none"
        raise SigningError(
            "token-key-missing", f"the token {token.label!r} holds no such private key; its keys: {there}"
        )
    if len(found) > 1:
        ids = ", ".join("%" + item.id.hex("%") for item in found)
        raise SigningError("token-key-ambiguous", f"{len(found)} keys fit, with the ids {ids}")
    return found[0]


def _certificates(session: Any, name: TokenName, private: Any) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """The key's own certificate (same CKA_ID, else same label), and what else the token has towards a root."""
    stored = list(_stored(session))
    own = [item for _label, id, item in stored if private.id and id == private.id]
    own = own or [item for label, _id, item in stored if label == private.label and not _is_authority(item)]
    own = list(dict.fromkeys(own))
    if len(own) != 1:
        raise SigningError(
            "token-certificate-missing",
            f"the token holds {len(own)} certificates for the key {private.label!r}, expected one with the same id",
        )
    return own[0], _towards_root(own[0], [item for _label, _id, item in stored])


def _towards_root(certificate: x509.Certificate, stored: list[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    chain: list[x509.Certificate] = []
    last = certificate
    while len(chain) < MAX_CERTIFICATES:
        issuers = [item for item in stored if item.subject == last.issuer and item not in (*chain, certificate)]
        if not issuers:
            break
        last = issuers[0]
        chain.append(last)
    return tuple(chain)


def _stored(session: Any) -> Iterator[tuple[str, bytes, x509.Certificate]]:
    """Each readable certificate with its label and id; what is no X.509 certificate is passed over."""
    from pkcs11 import Attribute, ObjectClass

    for item in _some(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})):
        try:
            encoded = bytes(item[Attribute.VALUE])
            label, id = str(item[Attribute.LABEL]), bytes(item[Attribute.ID])
            certificate = x509.load_der_x509_certificate(encoded) if len(encoded) <= MAX_CERTIFICATE_BYTES else None
        except Exception:  # noqa: S112  (tokens carry other things beside certificates)
            continue
        if certificate is not None:
            yield label, id, certificate


def _some(objects: Any) -> list[Any]:
    found: list[Any] = []
    for item in objects:
        if len(found) == MAX_OBJECTS:
            raise SigningError("token-crowded", f"the token holds more than {MAX_OBJECTS} objects of one kind")
        found.append(item)
    return found


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _asked_each_time(private: Any) -> bool:
    from pkcs11 import Attribute

    try:
        return bool(private[Attribute.ALWAYS_AUTHENTICATE])
    except Exception:
        return False


def _extractable(private: Any) -> bool:
    from pkcs11 import Attribute

    try:
        return bool(private[Attribute.EXTRACTABLE]) or not private[Attribute.SENSITIVE]
    except Exception:
        return False


def _told(error: Exception, doing: str, more: str = "") -> SigningError:
    """What a token answered, as an error of ours; only its name is told, never what was given to it."""
    kind = type(error).__name__
    code, message = _ANSWERS.get(kind, ("token-failed", f"the token could not {doing} ({kind})"))
    return SigningError(code, message.format(more=more))


_WRONG = ("token-pin-wrong", "the PIN is wrong{more}")
_GONE = ("token-gone", "the token is no longer there, or lost its session")
_ANSWERS = {
    "PinIncorrect": _WRONG,
    "PinInvalid": _WRONG,
    "PinLenRange": ("token-pin-wrong", "the PIN is shorter or longer than this token's may be{more}"),
    "PinLocked": (
        "token-pin-locked",
        "the token's PIN is locked after too many wrong tries",
    ),
    "PinExpired": ("token-pin-expired", "the token wants a new PIN"),
    "UserPinNotInitialized": ("token-pin-unset", "the token has no PIN yet"),
    "DeviceRemoved": _GONE,
    "DeviceError": _GONE,
    "TokenNotPresent": _GONE,
    "SessionHandleInvalid": _GONE,
    "SessionClosed": _GONE,
    "UserNotLoggedIn": _GONE,
    "ObjectHandleInvalid": _GONE,
}
