"""Everything that touches the world; `wiring` assembles it."""
