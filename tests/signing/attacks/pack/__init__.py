"""Attacks on evidence packs, each a builder; what they make lies in `packs`."""
