"""Looking at records and trails is cheap: what takes long to import is imported by those who sign and verify."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "modules",
    [
        "signing.record, signing.manifest, signing.canonical, signing.bundle",
        "signing.trail.tree, signing.trail.leaf, signing.trail.checkpoint, signing.trail.proof",
        "signing.sign, signing.verify, signing.certificates, signing.pdf",
        "signing.evidence.pack, signing.evidence.verify, adapters.keystore.pkcs12",
    ],
)
def test_importing_does_not_import_pyhanko(modules):
    """None of these brings pyHanko with it."""
    code = f"import sys, {modules}; sys.exit(any(name.startswith('pyhanko') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
