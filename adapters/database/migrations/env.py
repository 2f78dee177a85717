"""What Alembic runs: on the connection it was given, in batch mode, since SQLite cannot alter tables."""

from alembic import context

from adapters.database.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
