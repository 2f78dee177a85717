"""What is wrong with a key, in the reader's language, and what to do about it."""

from collections.abc import Callable, Mapping

from adapters.cli.codes import in_words
from adapters.cli.errors import FAILURE, SIGNATURE, USAGE, CommandFailed
from adapters.cli.language import N_, _
from adapters.cli.terminal import escape
from adapters.keystore.naming import FileName, KeyName
from signing.errors import SigningError

_OF_FILES: Mapping[str, Callable[[str], str]] = {
    "key-file-missing": lambda file: _("cannot read the key file {file}").format(file=file),
    "key-file-malformed": lambda file: _("{file} is no PKCS#12 key file (.p12, .pfx), or it is damaged").format(
        file=file
    ),
    "key-file-too-large": lambda file: _("{file} is too large for a key file").format(file=file),
    "key-pin-wrong": lambda file: _("the PIN does not open {file}").format(file=file),
    "key-missing": lambda file: _("{file} holds no private key with its certificate").format(file=file),
}
REMEDIES: Mapping[str, str] = {
    "key-name": N_("name a file, or write pkcs11:token=LABEL;object=LABEL; hoso key list shows the names"),
    "token-support-missing": N_("install it with: pip install 'hoso[token]'"),
    "token-module-missing": N_(
        "install the token's software and name its library: HOSO_PKCS11_MODULE, or hoso profile set --pkcs11-module"
    ),
    "token-module-broken": N_("name the token's own library, for this kind of machine"),
    "token-missing": N_("plug the token in; hoso key list shows those that are there"),
    "token-ambiguous": N_("add ;serial=… to the key's name"),
    "token-pin-wrong": N_("check the PIN before you try again: after some wrong ones the token locks"),
    "token-pin-locked": N_("whoever issued the token can unlock it"),
    "token-pin-expired": N_("set a new PIN with the token's own program"),
    "token-pin-unset": N_("set a PIN with the token's own program"),
    "token-key-missing": N_("hoso key list shows the keys by their names"),
    "token-key-ambiguous": N_("add ;id=… to the key's name"),
    "token-certificate-missing": N_("let whoever issued the key put its certificate on the token"),
    "token-gone": N_("plug the token in and run the same command again"),
    "token-failed": N_("take the token out, plug it in and try again"),
    "token-crowded": N_("use a token that is for signing alone"),
    "agent-gone": N_("run the same command again; the PIN is asked"),
    "agent-unsupported": N_("give the PIN each time, or use --pin-file"),
    "agent-refused": N_("lock it with hoso key lock and unlock the key again"),
    "certificate-expired": N_("ask whoever issued it for a renewed one, and an administrator to bind that"),
    "certificate-not-yet-valid": N_("wait until its first day, or check this machine's clock"),
    "certificate-usage": N_("ask whoever issued it for a signing certificate"),
    "certificate-key-weak": N_("ask whoever issued it for RSA of 2048 bits, or for P-256 or P-384"),
    "certificate-algorithm": N_("ask whoever issued it for a certificate signed with SHA-256"),
    "certificate-untrusted": N_("ask who runs the server which authorities it trusts"),
    "certificate-unbound": N_("ask an administrator to bind it: hoso certificate bind"),
    "certificate-of-another": N_("use your own key, or ask an administrator"),
    "certificate-revoked": N_("use another key; an administrator binds its certificate"),
    "certificate-suspended": N_("ask an administrator: hoso certificate reinstate"),
    "key-mismatch": N_("ask whoever issued the key"),
    "key-unsupported": N_("ask whoever issued it for RSA of 2048 bits, or for P-256 or P-384"),
}


def describe_fault(code: str, message: str, name: KeyName | None = None) -> str:
    """Say in words what is wrong, ready for the terminal."""
    words = _OF_FILES.get(code)
    if words and isinstance(name, FileName):
        return words(escape(name))
    return escape(in_words(code, message))


def remedy_for(code: str) -> str | None:
    """Say what to do about it, where that is known."""
    return _(REMEDIES[code]) if code in REMEDIES else None


def failure(error: SigningError, name: KeyName | None = None) -> CommandFailed:
    """The same as why a command stops."""
    return CommandFailed(
        error.code,
        describe_fault(error.code, error.message, name),
        remedy=remedy_for(error.code) or _("nothing was signed or sent"),
        exit_code=_exit_code(error.code),
    )


def _exit_code(code: str) -> int:
    if code == "key-name":
        return USAGE
    return SIGNATURE if code.startswith("certificate-") else FAILURE
