"""A witness: cosigns checkpoints of logs on a machine of its own. Needs no database, no engine, nothing of a server."""
