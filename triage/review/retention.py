"""Erases content: when its time to be kept ends, or at once for a case; counts and the audit chain stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, func, select, update

from triage.review.items import advance, unfold
from triage.review.replays import forget_replays
from triage.review.states import SETTLED, Event
from triage.review.store import Transaction
from triage.review.tables import (
    assessments,
    audit_payloads,
    case_access,
    items,
    note_versions,
    notes,
    outcomes,
    readings,
    replays,
    restricted_cases,
    skips,
    votes,
)
from triage.review.vocabulary import ItemState

BATCH = 500
"""Items erased in one transaction."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each class of record is kept.

    Attributes:
        unflagged: Unflagged notes that were not sampled.
        settled: Notes whose review is settled, replaced texts, and folded notes. What waits is never erased.
        readings: Who read a distressing note when.
        audit_payloads: Details of audit entries.
    """

    unflagged: timedelta
    settled: timedelta
    readings: timedelta
    audit_payloads: timedelta


def expired_items(tx: Transaction, retention: Retention, *, limit: int = BATCH) -> tuple[str, ...]:
    """Return items whose content is due to be erased."""
    query = select(items.c.id).where(_expired(tx, retention)).order_by(items.c.queued_at).limit(limit)
    return tuple(tx.connection.execute(query).scalars().all())


def count_expired(tx: Transaction, retention: Retention) -> dict[str, int]:
    """Return how many records of each class are due."""
    due = {
        "notes": select(func.count()).select_from(items).where(_expired(tx, retention)),
        "readings": select(func.count()).select_from(readings).where(_old_readings(tx, retention)),
        "audit_payloads": select(func.count()).select_from(audit_payloads).where(_old_payloads(tx, retention)),
    }
    return {name: int(tx.connection.execute(query).scalar_one()) for name, query in due.items()}


def case_items(tx: Transaction, case: str) -> tuple[str, ...]:
    """Return the items of a case that still have content."""
    query = select(items.c.id).where(items.c.case_hash == case, items.c.state != ItemState.ERASED.value)
    return tuple(tx.connection.execute(query).scalars().all())


def erase_items(tx: Transaction, item_ids: Sequence[str]) -> None:
    """Erase the content of items: text, ids, what the machine quoted, comments, details of audit entries.

    What stays is a row without name or words - indicators, verdicts, week - so that counts and measured misses hold.
    """
    for row in tx.connection.execute(select(items).where(items.c.id.in_(item_ids)).with_for_update()).mappings().all():
        # A new random digest: nothing links the row to the case any more.
        advance(tx, row, Event.ERASE, case_hash=uuid4().hex, restricted=False, folded_into=None)
        unfold(tx, row["id"])
    empty = {"sealed": None, "key_id": None}
    for table in (note_versions, assessments):
        tx.connection.execute(update(table).where(table.c.id.in_(item_ids)).values(**empty))
    tx.connection.execute(
        update(note_versions).where(note_versions.c.id.in_(item_ids)).values(fingerprint=None, digest="", consent=False)
    )
    for told in (votes, outcomes):
        tx.connection.execute(update(told).where(told.c.item.in_(item_ids)).values(**empty))
    for held in (skips, readings, replays):
        tx.connection.execute(delete(held).where(held.c.item.in_(item_ids)))
    tx.connection.execute(delete(audit_payloads).where(audit_payloads.c.subject.in_(item_ids)))
    _erase_names(tx, item_ids)


def forget_case(tx: Transaction, case: str) -> None:
    """Delete a case's restriction and the audit details that are about the case itself."""
    tx.connection.execute(delete(case_access).where(case_access.c.case_hash == case))
    tx.connection.execute(delete(restricted_cases).where(restricted_cases.c.id == case))
    tx.connection.execute(delete(audit_payloads).where(audit_payloads.c.subject == case))


def purge_rows(tx: Transaction, retention: Retention) -> None:
    """Delete readings, audit details and idempotency keys that are due."""
    tx.connection.execute(delete(readings).where(_old_readings(tx, retention)))
    tx.connection.execute(delete(audit_payloads).where(_old_payloads(tx, retention)))
    forget_replays(tx)


def _erase_names(tx: Transaction, item_ids: Sequence[str]) -> None:
    """Erase the ids of notes of which no text is left."""
    mine = select(items.c.note).where(items.c.id.in_(item_ids))
    kept = select(items.c.note).where(items.c.state != ItemState.ERASED.value)
    query = select(notes.c.id).where(notes.c.id.in_(mine), notes.c.id.not_in(kept))
    for note in tx.connection.execute(query).scalars().all():
        values = {"note_hash": uuid4().hex, "sealed": None, "key_id": None}
        tx.connection.execute(update(notes).where(notes.c.id == note).values(**values))


def _expired(tx: Transaction, retention: Retention) -> ColumnElement[bool]:
    unflagged = (items.c.state == ItemState.NOT_QUEUED.value) & (items.c.queued_at < tx.now - retention.unflagged)
    settled = items.c.state.in_([state.value for state in SETTLED]) & (items.c.settled_at < tx.now - retention.settled)
    replaced = items.c.state.in_([ItemState.SUPERSEDED.value, ItemState.COLLAPSED.value]) & (
        items.c.queued_at < tx.now - retention.settled
    )
    return unflagged | settled | replaced


def _old_readings(tx: Transaction, retention: Retention) -> ColumnElement[bool]:
    return readings.c.day < (tx.now - retention.readings).date()


def _old_payloads(tx: Transaction, retention: Retention) -> ColumnElement[bool]:
    return audit_payloads.c.at < tx.now - retention.audit_payloads
