"""Attacks as files: what a stranger may send, each named by its defect, with the undamaged twin that is accepted.

`python -m tests.signing.attacks` makes the files anew with fresh keys; the tests read only what lies here.
"""
