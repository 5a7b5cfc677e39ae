"""Moves sealed rows to the current key, a batch a transaction; stopping and starting again loses nothing."""

from collections.abc import Iterator

from sqlalchemy import Table, func, select, update

from triage.errors import KeyRingError
from triage.review.store import ReviewStore, Transaction, set_current_key
from triage.review.tables import metadata

BATCH = 500
"""Rows in one transaction."""

SEALED: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if "sealed" in table.c)
"""Tables with sealed content."""


def rekey(store: ReviewStore, *, batch: int = BATCH) -> Iterator[int]:
    """Seal every row that has an older key anew, and yield how many each transaction did.

    The rows themselves say what is left, so a stopped run goes on where it was.

    Raises:
        KeyRingError: A row's old key is not in the ring; nothing was changed.
    """
    with store.writing() as tx:
        if missing := keys_in_use(tx).keys() - tx.keys.sealing.keys():
            raise KeyRingError(
                "the key ring does not hold a key that rows need; nothing was changed; restore the ring with it",
                code="unknown_key",
                where=f"key {min(missing)}",
            )
        set_current_key(tx)
    for table in SEALED:
        while count := _rekey_batch(store, table, batch):
            yield count


def keys_in_use(tx: Transaction) -> dict[str, int]:
    """Return how many rows each key seals."""
    counts: dict[str, int] = {}
    for table in SEALED:
        query = select(table.c.key_id, func.count()).where(table.c.key_id.is_not(None)).group_by(table.c.key_id)
        for key_id, count in tx.connection.execute(query):
            counts[key_id] = counts.get(key_id, 0) + count
    return counts


def _rekey_batch(store: ReviewStore, table: Table, batch: int) -> int:
    with store.writing() as tx:
        old = (table.c.key_id.is_not(None), table.c.key_id != tx.keys.current)
        rows = tx.connection.execute(select(table).where(*old).limit(batch).with_for_update()).mappings().all()
        for row in rows:
            new = tx.seal(table, dict(row), tx.unseal(table, row))
            tx.connection.execute(
                update(table).where(table.c.id == row["id"]).values(sealed=new["sealed"], key_id=new["key_id"])
            )
        return len(rows)
