"""Runs migrations on the connection that `triage.review.migrating` opened, within its transaction."""

from alembic import context

from triage.review.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
