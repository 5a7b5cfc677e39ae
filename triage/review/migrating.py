"""Creates and upgrades the tables with Alembic migrations that ship inside the package."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from triage.errors import StoreUnavailable
from triage.review.database import connect

_NOTHING = "base"


def upgrade(engine: Engine, revision: str = "head", *, then: Callable[[Connection], None] | None = None) -> str:
    """Bring the tables to a revision, in one transaction; return it.

    Args:
        engine: Of the database.
        revision: Where to go.
        then: Done as part of the transaction where the tables have changed.

    Raises:
        StoreUnavailable: The database cannot be reached or written.
    """
    with connect(engine, write=True) as connection:
        before = current(connection)
        found = _run(connection, lambda config: command.upgrade(config, revision))
        if then is not None and found != before:
            then(connection)
        return found or _NOTHING


def downgrade(engine: Engine, revision: str) -> str:
    """Take the tables back to an earlier revision, in one transaction; `base` removes them all."""
    with connect(engine, write=True) as connection:
        return _run(connection, lambda config: command.downgrade(config, revision)) or _NOTHING


@cache
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


def _run(connection: Connection, step: Callable[[Config], None]) -> str | None:
    config = _config()
    config.attributes["connection"] = connection
    step(config)
    return current(connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
