"""The library that speaks to tokens (PKCS#11): named, or in the places where the usual ones lie."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from signing.errors import SigningError

VARIABLE = "HOSO_PKCS11_MODULE"
# p11-kit's proxy knows every module that is registered on the machine, so it goes first.
_PLACES = {
    "linux": (
        "/usr/lib/x86_64-linux-gnu/p11-kit-proxy.so",
        "/usr/lib/aarch64-linux-gnu/p11-kit-proxy.so",
        "/usr/lib64/p11-kit-proxy.so",
        "/usr/lib/p11-kit-proxy.so",
        "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
        "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
        "/usr/lib64/opensc-pkcs11.so",
        "/usr/lib/softhsm/libsofthsm2.so",
    ),
    "darwin": ("/usr/local/lib/opensc-pkcs11.so", "/Library/OpenSC/lib/opensc-pkcs11.so"),
    "win32": (r"C:\Program Files\OpenSC Project\OpenSC\pkcs11\opensc-pkcs11.dll",),
}


def find_module(named: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Give the module's path: the one named, HOSO_PKCS11_MODULE, else the first of the usual places.

    SigningError `token-module-missing`.
    """
    chosen = named or environment.get(VARIABLE)
    places = (chosen,) if chosen else _PLACES.get(sys.platform, ())
    for place in places:
        if os.path.isfile(place):  # noqa: PTH113  (a Path would cost the client more than this)
            return place
    where = f"{chosen} is no file" if chosen else "none lies in the usual places"
    raise SigningError(
        "token-module-missing",
        f"the token's PKCS#11 module was not found: {where}",
    )


def check_system_file(path: str) -> None:
    """Check that only the system's administrator could have put a library there; SigningError `agent-refused`.

    A program that reaches the agent's socket could otherwise have it load a library that reads the keys in its memory
    (as happened to ssh-agent, CVE-2016-10009).
    """
    real = os.path.realpath(path)
    parts = [real]
    while parts[-1] != os.path.dirname(parts[-1]):  # noqa: PTH120
        parts.append(os.path.dirname(parts[-1]))  # noqa: PTH120
    for part in parts:
        found = os.stat(part)  # noqa: PTH116
        if found.st_uid != 0 or found.st_mode & 0o022:
            raise SigningError(
                "agent-refused", f"the agent loads libraries of the system only, and {part} could be changed by others"
            )


def load_module(path: str) -> Any:
    """Load a module; SigningError `token-support-missing`, `token-module-broken`."""
    try:
        import pkcs11
    except ImportError:
        raise SigningError("token-support-missing", "tokens need python-pkcs11, which is not installed") from None
    try:
        return pkcs11.lib(path)
    except Exception as error:
        raise SigningError(
            "token-module-broken",
            f"the PKCS#11 module {path} cannot be loaded ({type(error).__name__})",
        ) from error
