"""Alembic's entry: runs the revisions in the transaction of the connection it is handed."""

from alembic import context

from workorder.store.schema_portal import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
