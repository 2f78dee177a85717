"""Programs that work for a dossier."""
