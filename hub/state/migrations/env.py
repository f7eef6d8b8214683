"""Takes the connection that ``hub.state.database`` hands over, runs the migrations in its transaction."""

from alembic import context

from audit import record
from hub.state.database import VERSION_TABLE
from hub.state.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[METADATA, record.METADATA],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
