"""Replay: is the path that a dossier's recorded acts take one that its recorded process allows?

Each act is given again to the very functions that decided it, at its recorded time, and what follows is compared with
what the leaves tell. Pure: it needs the pack alone. Whether leaves and signatures are genuine is `signing.evidence`'s.
"""
