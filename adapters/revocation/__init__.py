"""Revocation data, fetched beforehand: verification itself asks nobody."""
