"""The queue: what waits, in reading order, and who has taken what."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, or_, select

from triage.errors import InvalidTransition, ReviewConflict
from triage.review.contents import case_digest, read_assessments, read_notes
from triage.review.items import BANDS, advance, check_holds, is_hidden, item_of, load, visible_to
from triage.review.people import Person
from triage.review.policies import can_claim, check_can_claim
from triage.review.records import Item, QueueFilter, QueuePage, QueueRow
from triage.review.rules import ReviewRules
from triage.review.states import BEING_READ, UNCLAIMED, Event
from triage.review.store import Row, Transaction
from triage.review.tables import first_judgements, item_flags, items, skips
from triage.review.vocabulary import ItemState, SkipReason

PAGE = 25
"""Rows a page."""
_CASE_LIMIT = 200
_LAST_PAGE = 1_000_000
_MANY = 2_000
"""Above so many matches, the first page is found sooner by walking the queue."""


def read_queue(tx: Transaction, person: Person, filters: QueueFilter, *, page: int) -> QueuePage:
    """Return a page of the queue: by band, then by age."""
    page = min(max(page, 1), _LAST_PAGE)
    matching = and_(visible_to(person), *_matching(tx, person, filters))
    total = tx.connection.execute(select(func.count()).select_from(items).where(matching)).scalar_one()
    if total > _MANY:
        matching = and_(visible_to(person), *_matching(tx, person, filters, walk=True))
    query = select(items).where(matching).order_by(items.c.rank, items.c.queued_at, items.c.id)
    rows = tx.connection.execute(query.limit(PAGE).offset((page - 1) * PAGE)).mappings().all()
    return QueuePage(rows=_rows(tx, person, rows), total=total, page=page, page_size=PAGE)


def find_case(tx: Transaction, person: Person, case_id: str) -> tuple[QueueRow, ...]:
    """Return a case's notes that this person may see, the newest first."""
    query = (
        select(items)
        .where(items.c.case_hash == case_digest(tx.keys, case_id), visible_to(person))
        .order_by(items.c.queued_at.desc())
        .limit(_CASE_LIMIT)
    )
    return _rows(tx, person, tx.connection.execute(query).mappings().all())


def claim(tx: Transaction, person: Person, item_id: str, rules: ReviewRules) -> Item:
    """Take an item for a time, or keep an own one longer.

    Raises:
        ReviewConflict: Somebody else has it (`claimed`).
        NotAllowed: The person was its first reader.
        InvalidTransition: It does not wait to be read.
    """
    row = load(tx, person, item_id, lock=True)
    check_can_claim(person, item_of(row))
    running = ItemState(row["state"]) in BEING_READ and row["lease_until"] > tx.now
    if running and row["lease_owner"] != person.id:
        raise ReviewConflict("somebody else is reading this note", code="claimed")
    return _take(tx, person, row, rules)


def claim_next(tx: Transaction, person: Person, filters: QueueFilter, rules: ReviewRules) -> Item | None:
    """Take the first item that waits for somebody like this person; None where there is none."""
    query = _claimable(tx, person, filters).limit(1).with_for_update(skip_locked=True)
    row = tx.connection.execute(query).mappings().first()
    return None if row is None else _take(tx, person, row, rules)


def release(tx: Transaction, person: Person, item_id: str) -> Item:
    """Give an own item back.

    Raises:
        ReviewConflict: The person does not hold it.
    """
    row = load(tx, person, item_id, lock=True)
    check_holds(tx, person, row)
    return advance(tx, row, Event.RELEASE)


def skip(tx: Transaction, person: Person, item_id: str, reason: SkipReason) -> Item:
    """Give an own item back with a reason; it is not offered to this person again."""
    row = load(tx, person, item_id, lock=True)
    check_holds(tx, person, row)
    if not _skipped(tx, person, item_id):
        values = {"item": item_id, "person": person.id, "reason": reason.value, "at": tx.now}
        tx.connection.execute(insert(skips).values(values))
    return advance(tx, row, Event.RELEASE, skips=row["skips"] + 1)


def _take(tx: Transaction, person: Person, row: Row, rules: ReviewRules) -> Item:
    renewed = row["lease_owner"] == person.id
    return advance(
        tx,
        row,
        Event.CLAIM,
        lease_owner=person.id,
        lease_until=tx.now + rules.lease,
        claimed_at=row["claimed_at"] if renewed else tx.now,
    )


def _claimable(tx: Transaction, person: Person, filters: QueueFilter) -> Select[Any]:
    """Return the query of what this person could take now, in reading order."""
    if filters.state is not None and filters.state not in UNCLAIMED:
        raise InvalidTransition("only waiting notes can be claimed", code="wrong_state")
    skipped = exists().where(skips.c.item == items.c.id, skips.c.person == person.id)
    return (
        select(items)
        .where(
            visible_to(person),
            *_matching(tx, person, filters, walk=True),
            or_(items.c.state.in_([state.value for state in UNCLAIMED]), items.c.lease_until <= tx.now),
            or_(items.c.first_reviewer.is_(None), items.c.first_reviewer != person.id),
            ~skipped,
        )
        .order_by(items.c.rank, items.c.queued_at, items.c.id)
    )


def _matching(
    tx: Transaction, person: Person, filters: QueueFilter, *, walk: bool = False
) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter; an indicator finds no note whose flags are hidden from the person.

    Args:
        tx: The transaction.
        person: Who asks.
        filters: What to show.
        walk: Look for the indicator while walking the queue in order: quicker where it is common.
    """
    conditions = [items.c.open.is_(True) if filters.state is None else items.c.state == filters.state.value]
    if filters.band is not None:
        conditions.append(items.c.rank == BANDS.index(filters.band))
    if filters.team is not None:
        conditions.append(items.c.team == filters.team)
    if filters.older_than_days is not None:
        conditions.append(items.c.queued_at <= tx.now - timedelta(days=filters.older_than_days))
    if filters.indicator is not None:
        of_indicator = select(item_flags.c.item).where(item_flags.c.indicator == filters.indicator)
        flagged = of_indicator.where(item_flags.c.item == items.c.id).exists() if walk else items.c.id.in_(of_indicator)
        judged = exists().where(first_judgements.c.item == items.c.id, first_judgements.c.reviewer == person.id)
        conditions += [flagged, or_(items.c.blind.is_(False), items.c.open.is_(False), judged)]
    return conditions


def _rows(tx: Transaction, person: Person, rows: Sequence[Row]) -> tuple[QueueRow, ...]:
    ids = [row["id"] for row in rows]
    notes = read_notes(tx, ids)
    hidden = {row["id"] for row in rows if is_hidden(tx, person, row)}
    said = read_assessments(tx, [item_id for item_id in ids if item_id not in hidden])
    folded = _folded(tx, ids)
    lines = []
    for row in rows:
        if (stored := notes.get(row["id"])) is not None:
            answer = said.get(row["id"])
            lines.append(
                QueueRow(
                    item=item_of(row),
                    note_id=stored.note.id or "",
                    case_id=stored.note.case_id,
                    recorded_at=stored.note.recorded_at,
                    indicators=tuple(flag.indicator for flag in answer.assessment.flags) if answer else (),
                    reasons=tuple(dict.fromkeys(r.text for r in answer.order.reasons)) if answer else (),
                    hidden=row["id"] in hidden,
                    near_identical=folded.get(row["id"], 0),
                    skips=row["skips"],
                    claimable=_could_claim(tx, person, row),
                )
            )
    return tuple(lines)


def _could_claim(tx: Transaction, person: Person, row: Row) -> bool:
    if not row["open"] or not can_claim(person, item_of(row)):
        return False
    return ItemState(row["state"]) in UNCLAIMED or row["lease_owner"] == person.id or row["lease_until"] <= tx.now


def _folded(tx: Transaction, ids: Sequence[str]) -> dict[str, int]:
    query = select(items.c.folded_into, func.count()).where(items.c.folded_into.in_(ids)).group_by(items.c.folded_into)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def _skipped(tx: Transaction, person: Person, item_id: str) -> bool:
    query = select(skips.c.item).where(skips.c.item == item_id, skips.c.person == person.id)
    return tx.connection.execute(query).first() is not None
