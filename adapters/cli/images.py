"""Images of signatures and seals on their way to the server."""

import base64
from pathlib import Path
from typing import Any

from adapters.cli.client import Client, fresh_key
from adapters.cli.input import read_file


def send_image(client: Client, where: str, file: Path, **more: object) -> dict[str, Any]:
    """Send an image; the server checks it."""
    sent = {"image": base64.b64encode(read_file(file)).decode(), **more}
    return client.post_safely(where, sent, key=fresh_key())
