"""Creates and upgrades the tables with Alembic migrations that ship inside the package."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from triage.errors import StoreUnavailable
from triage.review.database import connect


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Bring the tables to a revision, in one transaction; return it.

    Raises:
        StoreUnavailable: The database cannot be reached or written.
    """
    return _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> str:
    """Take the tables back to an earlier revision, in one transaction; `base` removes them all."""
    return _run(engine, lambda config: command.downgrade(config, revision))


def revisions() -> tuple[str, ...]:
    """Return all revisions, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return tuple(reversed([revision.revision for revision in script.walk_revisions()]))


def check_schema(connection: Connection) -> None:
    """Raise StoreUnavailable where the tables are missing, older or newer than this version."""
    found, expected = current(connection), revisions()[-1]
    if found != expected:
        step = "`triage store init`" if found is None else "`triage store upgrade` (after a backup)"
        raise StoreUnavailable(
            f"the database is at revision {found or 'none'}, this version needs {expected}; run {step}",
            code="schema_differs",
        )


def current(connection: Connection) -> str | None:
    """Return the revision that the tables are at."""
    return MigrationContext.configure(connection).get_current_revision()


def _run(engine: Engine, step: Callable[[Config], None]) -> str:
    with connect(engine, write=True) as connection:
        config = _config()
        config.attributes["connection"] = connection
        step(config)
        return current(connection) or "base"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
