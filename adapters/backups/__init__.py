"""Backup and restore: the whole database as one file that either database takes back."""
