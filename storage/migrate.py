"""Bringing a database to the schema of this version, from the first table on."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from cases.errors import CannotStart
from storage.database import Database
from storage.tables import metadata, shred_metadata


def upgrade(database: Database) -> None:
    """Apply whatever migrations are missing. Raises CannotStart for a database of a newer version."""
    with as_file(files("storage.migrations")) as folder, database.migrating() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes.update(connection=connection, metadata=metadata)
        scripts = ScriptDirectory.from_config(config)
        current = revision_of(connection)
        if current == scripts.get_current_head():
            return
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise CannotStart("The database was made by a newer version. Install that version, or restore a backup.")
        command.upgrade(config, "head")


def must_be_current(database: Database) -> None:
    """Raises CannotStart unless the database has the schema of this version; changes nothing."""
    with as_file(files("storage.migrations")) as folder, database.reading() as connection:
        if revision_of(connection) != ScriptDirectory(str(folder)).get_current_head():
            raise CannotStart("The database is of another version of this program. Start `rule12 serve` once.")


def make_shred_store(database: Database) -> None:
    """The store of shred keys: one table, backed up apart."""
    with database.writing() as connection:
        shred_metadata.create_all(connection)


def revision_of(connection: Connection) -> str | None:
    """The last migration a database saw."""
    return MigrationContext.configure(connection).get_current_revision()
