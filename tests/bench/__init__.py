"""Benchmarks: each a ratio against something named, measured in the same run (`make bench`)."""
