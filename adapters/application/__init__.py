"""The acts, run: load, ask the engine, save the outcome, in one transaction."""
