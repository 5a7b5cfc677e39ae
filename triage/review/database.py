"""Connects to SQLite or PostgreSQL so that a commit is on disk, and turns database faults into the product's errors."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, TypeDecorator, create_engine, event, exc, make_url

from triage.errors import InvalidTransition, ReviewConflict, SettingsError, StoreUnavailable

_BUSY_SECONDS = 30
_POOL = 20


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC, naive for SQLite."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(url: str) -> Engine:
    """Return an engine; nothing is connected yet.

    Raises:
        SettingsError: The address is neither SQLite nor PostgreSQL, or the driver is not installed.
    """
    try:
        address = make_url(url)
    except exc.ArgumentError:
        raise _unusable() from None
    backend = address.get_backend_name()
    if backend == "sqlite" and address.database:
        engine = create_engine(
            address,
            hide_parameters=True,
            pool_size=_POOL,
            max_overflow=_POOL,
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )
        _prepare_sqlite(engine)
        return engine
    if backend != "postgresql":
        raise _unusable()
    try:
        return create_engine(
            address.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": f"-c lock_timeout={_BUSY_SECONDS}s"},
        )
    except ModuleNotFoundError:
        raise SettingsError(
            "PostgreSQL needs its driver; install the extra `postgres`", code="no_driver", where="TRIAGE_DATABASE_URL"
        ) from None


@contextmanager
def connect(engine: Engine, *, write: bool) -> Iterator[Connection]:
    """Open one transaction; it commits when the block ends without an error, and not otherwise.

    Raises:
        StoreUnavailable: The database cannot be reached or cannot be written.
        ReviewConflict: Somebody else wrote the same thing first.
    """
    try:
        with engine.connect() as connection:
            connection.execution_options(triage_write=write)
            if not write and engine.dialect.name == "postgresql":
                # All that is read belongs to one moment, as it does on SQLite.
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection
    except exc.IntegrityError:
        raise ReviewConflict("somebody else was first; open the note again", code="written_by_another") from None
    except (exc.OperationalError, exc.ProgrammingError, exc.InterfaceError, exc.TimeoutError) as error:
        raise _unavailable(error) from None
    except exc.DataError:
        raise InvalidTransition("a value is too long, or its characters cannot be stored", code="bad_value") from None
    except exc.DBAPIError as error:
        if error.connection_invalidated or type(error) is exc.DatabaseError:
            raise _unavailable(error) from None
        raise


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def _connecting(_: Any, __: Any, arguments: Any, ___: Any) -> None:
        # The driver would create a file that everybody may read; where it cannot be made, connecting says so.
        with suppress(OSError):
            Path(arguments[0]).touch(mode=0o600, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        # The driver would begin transactions by itself, and too late to exclude other writers.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("triage_write", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _unavailable(error: exc.SQLAlchemyError) -> StoreUnavailable:
    # The driver's message could hold a row's content, its code cannot.
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or type(error).__name__
    return StoreUnavailable(
        f"the review database cannot be reached or written ({code}); nothing was changed, try again",
        code="store_unavailable",
    )


def _unusable() -> SettingsError:
    return SettingsError(
        "write sqlite:///path/to/file or postgresql://user@host/database",
        code="bad_database",
        where="TRIAGE_DATABASE_URL",
    )
