"""Alembic runs this file: it moves the tables over the connection that `bot.journal.store` hands it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
