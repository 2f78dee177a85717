"""The demonstration: a story that a newcomer can follow."""
