"""The store: opens a database with its key ring and gives transactions that seal, unseal and tell the time."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, insert, select, update
from sqlalchemy.engine import RowMapping

from triage.errors import KeyRingError, StoreUnavailable
from triage.review.database import connect, make_engine
from triage.review.keys import KeyRing
from triage.review.migrating import check_schema
from triage.review.tables import facts, note_versions, outcomes, votes

Clock = Callable[[], datetime]
Row = Mapping[str, Any] | RowMapping
"""A row as read, or as it is about to be written."""

_VERSION_COLUMNS = {note_versions.name: "version", votes.name: "sequence", outcomes.name: "sequence"}
"""Where a sealed row has a version of its own, it is part of the place that the content is bound to."""

_CURRENT_KEY = "current_key"


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction with the keys of its rows.

    Attributes:
        now: The moment that every row of the transaction carries.
        touched: Items that were added or changed; their figures are counted anew before the commit.
    """

    connection: Connection
    keys: KeyRing
    now: datetime
    touched: set[str] = field(default_factory=set)

    def seal(self, table: Table, row: Row, content: Any) -> dict[str, Any]:
        """Return `row` with its content sealed, ready to insert or update.

        Args:
            table: The row's table.
            row: Holds `id` and, where the table has one, the version column.
            content: Anything JSON can hold.
        """
        key_id, sealed = self.keys.seal(json.dumps(content).encode("ascii"), place_of(table, row))
        return {**row, "key_id": key_id, "sealed": sealed}

    def unseal(self, table: Table, row: Row) -> Any:
        """Return a row's content; None once it is erased.

        Raises:
            KeyRingError: The key is missing, or the row was altered or moved.
        """
        if row["sealed"] is None:
            return None
        return json.loads(self.keys.unseal(row["key_id"], row["sealed"], place_of(table, row)))


def place_of(table: Table, row: Row) -> str:
    """Return table, row, version and column: what a sealed value is bound to."""
    version = row[_VERSION_COLUMNS[table.name]] if table.name in _VERSION_COLUMNS else 1
    return f"{table.name}/{row['id']}/{version}/sealed"


class ReviewStore:
    """A database together with the key ring that belongs to it.

    Args:
        engine: From `triage.review.database.make_engine`.
        keys: The key ring.
        clock: Tells the time in UTC.
    """

    def __init__(self, engine: Engine, keys: KeyRing, *, clock: Clock = utc_now) -> None:
        self.engine = engine
        self.keys = keys
        self._clock = clock

    @classmethod
    def open(cls, database_url: str, keys: KeyRing, *, clock: Clock = utc_now) -> Self:
        """Open a store that `triage store init` made.

        Raises:
            SettingsError: The address cannot be used.
            StoreUnavailable: The database does not answer, or its tables are not of this version.
            KeyRingError: The key ring is another database's (`wrong_key_ring`); nothing was changed.
        """
        engine = make_engine(database_url)
        try:
            with connect(engine, write=False) as connection:
                check_schema(connection)
                _check_keys(connection, keys)
        except Exception:
            engine.dispose()
            raise
        return cls(engine, keys, clock=clock)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a transaction that only reads."""
        with connect(self.engine, write=False) as connection:
            yield Transaction(connection, self.keys, self._clock())

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Open a transaction that is on disk, whole, when the block ends without an error; else nothing of it is."""
        with connect(self.engine, write=True) as connection:
            _check_current_key(connection, self.keys)
            yield Transaction(connection, self.keys, self._clock())

    def ping(self) -> None:
        """Raise what `open` raises where the store could not be used now as it was opened."""
        if self.engine.dialect.name == "sqlite":
            # Open connections would go on with a file that was removed or replaced.
            self.engine.dispose()
        with connect(self.engine, write=False) as connection:
            check_schema(connection)
            _check_keys(connection, self.keys)
            _check_current_key(connection, self.keys)

    def shred(self) -> None:
        """Remove erased content from SQLite's write-ahead log too; PostgreSQL's vacuum does that by itself."""
        if self.engine.dialect.name == "sqlite":
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def set_current_key(tx: Transaction) -> None:
    """Say which key seals rows from now on; whoever holds an older ring can then no longer write."""
    value = tx.keys.current
    changed = tx.connection.execute(update(facts).where(facts.c.name == _CURRENT_KEY).values(value=value))
    if changed.rowcount == 0:
        tx.connection.execute(insert(facts).values(name=_CURRENT_KEY, value=value))


def key_check(keys: KeyRing) -> dict[str, str]:
    """Return what a database keeps to recognise its key ring; it tells nothing of the keys."""
    return {"index_key": keys.digest("triage", "index"), "audit_key": keys.chain("triage/audit")}


def _check_current_key(connection: Connection, keys: KeyRing) -> None:
    """Keep a service that has not read a new key ring from sealing rows with a key that is being retired."""
    current = connection.execute(select(facts.c.value).where(facts.c.name == _CURRENT_KEY)).scalar_one_or_none()
    if current is not None and current not in keys.sealing:
        raise KeyRingError(
            "rows are being moved to a newer key; restart the service so that it reads the key ring again",
            code="old_key_ring",
            where=f"key {current}",
        )


def _check_keys(connection: Connection, keys: KeyRing) -> None:
    stored = {row.name: row.value for row in connection.execute(select(facts.c.name, facts.c.value))}
    if not stored:
        raise StoreUnavailable("the database is empty; run `triage store init`", code="not_initialised")
    if any(stored.get(name) != value for name, value in key_check(keys).items()):
        raise KeyRingError(
            "this key ring is not the one that belongs to the database; nothing was changed; "
            "set TRIAGE_KEY_RING to the right file",
            code="wrong_key_ring",
        )
