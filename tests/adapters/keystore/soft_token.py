"""A token in software (SoftHSM2, Debian's), made in a folder: keys are born on it and cannot be taken out."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.console.demo.authority import DemoAuthority
from signing.certificates import der

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "246810"
SO_PIN = "97531000"


@dataclass
class OnToken:
    """What an authority needs of a key on a token: the public half."""

    public: Any

    def public_key(self) -> Any:
        return self.public


def configure(folder: Path) -> dict[str, str]:
    """The environment under which SoftHSM keeps its tokens in this folder."""
    (folder / "tokens").mkdir(parents=True, exist_ok=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    return {"SOFTHSM2_CONF": str(folder / "softhsm2.conf"), "HOSO_PKCS11_MODULE": MODULE}


def make_token(label: str, environment: dict[str, str]) -> None:
    line = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN]
    subprocess.run(line, check=True, capture_output=True, env={**os.environ, **environment})


@contextmanager
def opened(label: str) -> Iterator[Any]:
    import pkcs11

    library = pkcs11.lib(MODULE)
    library.reinitialize()
    with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
        yield session


def add_key(session: Any, label: str, kind: str, *, id: bytes, each_time: bool = False) -> Any:
    """Make a pair on the token (`rsa`, `ec`, `p384`) and return its public key; `each_time`: it wants the PIN."""
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
    from pkcs11.util.rsa import encode_rsa_public_key

    more: dict[str, Any] = {"label": label, "id": id, "store": True}
    if each_time:
        more["private_template"] = {Attribute.ALWAYS_AUTHENTICATE: True}
    if kind == "rsa":
        public, _private = session.generate_keypair(KeyType.RSA, 2048, **more)
        return load_der_public_key(_wrapped(encode_rsa_public_key(public)))
    curve = encode_named_curve_parameters("secp384r1" if kind == "p384" else "secp256r1")
    parameters = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True)
    public, _private = parameters.generate_keypair(**more)
    return load_der_public_key(encode_ec_public_key(public))


def _wrapped(rsa_public_key: bytes) -> bytes:
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey

    return bytes(PublicKeyInfo.wrap(RSAPublicKey.load(rsa_public_key), "rsa").dump())


def add_certificate(session: Any, certificate: Any, label: str, *, id: bytes) -> None:
    from pkcs11 import Attribute, CertificateType, ObjectClass

    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.LABEL: label,
            Attribute.ID: id,
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.VALUE: der(certificate),
        }
    )


def add_person(session: Any, ca: DemoAuthority, label: str, kind: str, *, id: bytes, at: datetime) -> Any:
    """A key with the certificate that the authority gives for it; returns the certificate."""
    holder = OnToken(add_key(session, label, kind, id=id))
    validity = {"not_before": at - timedelta(days=1), "not_after": at + timedelta(days=90)}
    certificate = ca.certify(holder, f"Người {label}", f"{label}@example.vn", **validity)  # type: ignore[arg-type]
    add_certificate(session, certificate, label, id=id)
    return certificate


def for_pss_only(certificate: Any, ca: DemoAuthority) -> Any:
    """The same certificate, signed anew, but its key is for PSS alone (id-RSASSA-PSS, SHA-256, salt of 32)."""
    from asn1crypto import algos, keys
    from asn1crypto import x509 as asn1_x509
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    from signing.sign import PSS, signature_algorithm

    found = asn1_x509.Certificate.load(der(certificate))
    tbs = found["tbs_certificate"].copy()
    key = tbs["subject_public_key_info"]
    algorithm = {"algorithm": "rsassa_pss", "parameters": signature_algorithm(PSS)["parameters"]}
    tbs["subject_public_key_info"] = keys.PublicKeyInfo(
        {"algorithm": keys.PublicKeyAlgorithm(algorithm), "public_key": key["public_key"]}
    )
    signature = ca._issuing_key.sign(tbs.dump(force=True), ec.ECDSA(hashes.SHA256()))  # type: ignore[call-arg]
    parts = {"tbs_certificate": tbs, "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})}
    return x509.load_der_x509_certificate(asn1_x509.Certificate({**parts, "signature_value": signature}).dump())
