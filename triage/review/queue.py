"""The queue: what waits, in reading order, and who has taken what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from sqlalchemy import Column, ColumnElement, Select, Table, and_, exists, func, insert, or_, select

from triage.errors import InvalidTransition, ReviewConflict
from triage.review.contents import case_digest, read_assessments, read_notes
from triage.review.items import BANDS, advance, check_holds, is_hidden, item_of, load, visible_to
from triage.review.people import Person
from triage.review.policies import can_claim, check_can_claim
from triage.review.records import Item, QueueFilter, QueuePage, QueueRow
from triage.review.rules import ReviewRules
from triage.review.states import BEING_READ, OPEN, UNCLAIMED, Event
from triage.review.store import Row, Transaction
from triage.review.tables import first_judgements, item_flags, items, skips
from triage.review.vocabulary import ItemState, SkipReason

PAGE = 25
"""Rows a page."""
_CASE_LIMIT = 200
_LAST_PAGE = 1_000_000


def read_queue(tx: Transaction, person: Person, filters: QueueFilter, *, page: int) -> QueuePage:
    """Return a page of the queue: by band, then by age."""
    page = min(max(page, 1), _LAST_PAGE)
    place = Place.of(filters)
    matching = and_(*_matching(tx, person, filters, place))
    total = tx.connection.execute(select(func.count()).select_from(place.table).where(matching)).scalar_one()
    found = select(place.item).where(matching).order_by(*place.order).limit(PAGE).offset((page - 1) * PAGE)
    ids = tx.connection.execute(found).scalars().all()
    rows = {row["id"]: row for row in tx.connection.execute(select(items).where(items.c.id.in_(ids))).mappings()}
    return QueuePage(rows=_rows(tx, person, [rows[item_id] for item_id in ids]), total=total, page=page, page_size=PAGE)


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
    query = _claimable(tx, person, filters).limit(1).with_for_update(skip_locked=True, of=items)
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


@dataclass(frozen=True, slots=True)
class Place:
    """The table that a filter walks in reading order: for an indicator the flags, which repeat what is needed.

    Attributes:
        item: Its column with the item's id.
    """

    table: Table
    item: Column[str]

    @classmethod
    def of(cls, filters: QueueFilter) -> Self:
        """Return the place to look at."""
        if filters.indicator is None:
            return cls(items, items.c.id)
        return cls(item_flags, item_flags.c.item)

    @property
    def order(self) -> tuple[Column[Any], ...]:
        """The columns of the reading order."""
        return self.table.c.rank, self.table.c.queued_at, self.item


def _claimable(tx: Transaction, person: Person, filters: QueueFilter) -> Select[Any]:
    """Return the query of what this person could take now, in reading order."""
    if filters.state is not None and filters.state not in UNCLAIMED:
        raise InvalidTransition("only waiting notes can be claimed", code="wrong_state")
    place = Place.of(filters)
    skipped = exists().where(skips.c.item == items.c.id, skips.c.person == person.id)
    query = select(items) if place.table is items else select(items).join(item_flags, item_flags.c.item == items.c.id)
    return query.where(
        *_matching(tx, person, filters, place),
        or_(items.c.state.in_([state.value for state in UNCLAIMED]), items.c.lease_until <= tx.now),
        or_(items.c.first_reviewer.is_(None), items.c.first_reviewer != person.id),
        ~skipped,
    ).order_by(*place.order)


def _matching(tx: Transaction, person: Person, filters: QueueFilter, place: Place) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter; an indicator finds no note whose flags are hidden from the person."""
    at = place.table.c
    conditions = [at.open.is_(filters.state is None or filters.state in OPEN), _visible(person, place)]
    if filters.state is not None:
        conditions.append(_stands(place, items.c.state == filters.state.value))
    if filters.band is not None:
        conditions.append(at.rank == BANDS.index(filters.band))
    if filters.team is not None:
        conditions.append(at.team == filters.team)
    if filters.older_than_days is not None:
        conditions.append(at.queued_at <= tx.now - timedelta(days=filters.older_than_days))
    if filters.indicator is not None:
        judged = exists().where(first_judgements.c.item == place.item, first_judgements.c.reviewer == person.id)
        conditions += [at.indicator == filters.indicator, or_(at.blind.is_(False), at.open.is_(False), judged)]
    return conditions


def _visible(person: Person, place: Place) -> ColumnElement[bool]:
    """Return the condition that keeps restricted cases to the people named for them."""
    if place.table is items:
        return visible_to(person)
    return or_(place.table.c.restricted.is_(False), _stands(place, visible_to(person)))


def _stands(place: Place, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition on the item's own row."""
    if place.table is items:
        return condition
    return exists().where(items.c.id == place.item, condition).correlate(place.table)


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
                    # Only flagged notes fold: the number would tell a hidden one from a sampled one.
                    near_identical=0 if row["id"] in hidden else folded.get(row["id"], 0),
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
