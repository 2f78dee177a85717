"""The trust folder: roots/, stamp-roots/, carriers/, intermediates/, crls/, ocsps/, as files.

It is read anew for each signature.
"""

from pathlib import Path

from cryptography import x509

from engine.handing import CARRIER
from signing.canonical import sha256_hex
from signing.certificates import load_certificates, load_crls
from signing.crl import RevocationList
from signing.verify import Trust

STAMP_ROOTS, CARRIERS = "stamp-roots", "carriers"


def read_trust(folder: Path) -> Trust:
    """Roots, intermediates, CRLs and OCSP responses as they lie in the trust folder now."""
    roots = [found for path in files(folder / "roots") for found in load_certificates(path.read_bytes())]
    between = [found for path in files(folder / "intermediates") for found in load_certificates(path.read_bytes())]
    crls = [found for path in files(folder / "crls") for found in load_crls(path.read_bytes())]
    ocsps = [path.read_bytes() for path in files(folder / "ocsps")]
    stamping = [found for path in files(folder / STAMP_ROOTS) for found in load_certificates(path.read_bytes())]
    return Trust(
        roots=tuple(roots),
        intermediates=tuple(between),
        crls=tuple(crls),
        ocsps=tuple(ocsps),
        stamp_roots=tuple(stamping),
    )


def carrier_roots(folder: Path, carrier: str) -> tuple[x509.Certificate, ...]:
    """The certificates that lie in `carriers/<carrier>/`: trusted for what that carrier signs."""
    found = files(folder / CARRIERS / carrier) if CARRIER.fullmatch(carrier) else []
    return tuple(each for path in found for each in load_certificates(path.read_bytes()))


def list_name(found: RevocationList) -> str:
    """The file of a list: a newer one of the same authority and scope takes its place."""
    return f"{sha256_hex(found.crl.issuer.public_bytes() + found.scope)[:32]}.crl"


def write(path: Path, content: bytes) -> None:
    """Put a file in its place at once: a reader sees the old bytes or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)


def files(folder: Path) -> list[Path]:
    """The files of a folder that are finished, by name; none where there is no folder."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))
