"""Channels by which a result goes out."""
