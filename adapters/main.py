"""The `hoso` command."""


def main() -> None:
    """Run the command line."""
