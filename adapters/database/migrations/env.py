"""What Alembic runs: on the connection it was given, in batch mode, since SQLite cannot alter tables."""

from alembic import context

from adapters.database.tables import dossier

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=dossier.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
