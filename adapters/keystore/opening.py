"""Opening a key by its name, wherever it lies."""

from adapters.keystore.naming import FileName, KeyName
from signing.sign import SigningKey


def open_named(name: KeyName, pin: str | None) -> SigningKey:
    """Open a key file or a key on a token; `pin` None: the token's reader asks for it itself.

    SigningError: `key-…`, `token-…`.
    """
    if isinstance(name, FileName):
        from adapters.keystore.pkcs12 import load_pkcs12

        return load_pkcs12(name.path, pin or "")
    from adapters.keystore.pkcs11 import open_token

    return open_token(name, pin)
