"""Evidence packs: all that proves what happened to a dossier, in one file that can be checked offline."""
