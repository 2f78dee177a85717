"""What a dossier is and how it moves. Pure: no clock, no randomness, no input or output."""
