"""One file per act: what it decides."""
