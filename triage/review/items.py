"""Rows of the queue: which a person may see, and the one place that changes their state."""

import re
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from triage.errors import NotFound, ReviewConflict
from triage.flag import Band
from triage.review.people import Person
from triage.review.records import Item
from triage.review.states import BEING_READ, OPEN, Event, step
from triage.review.store import Row, Transaction
from triage.review.tables import case_access, first_judgements, item_flags, items
from triage.review.vocabulary import ItemKind, ItemState

BANDS = tuple(Band)
_ITEM_ID = re.compile("[0-9a-f]{32}")
_SHOWN = frozenset(
    {ItemState.CONFLICTED, ItemState.AGREED, ItemState.ADJUDICATED, ItemState.NOT_QUEUED, ItemState.ERASED}
)
"""States in which nobody's first judgement is awaited any more."""


def visible_to(person: Person) -> ColumnElement[bool]:
    """Return the condition that keeps restricted cases to the people named for them."""
    named = exists().where(case_access.c.case_hash == items.c.case_hash, case_access.c.person == person.id)
    return or_(items.c.restricted.is_(False), named)


def is_item_id(text: str) -> bool:
    """Return whether a text, such as a part of an address, can be an item's id at all."""
    return _ITEM_ID.fullmatch(text) is not None


def load(tx: Transaction, person: Person, item_id: str, *, lock: bool = False) -> Row:
    """Return one item's row.

    Raises:
        NotFound: There is none, or none that this person may see: the two are not told apart.
    """
    query = select(items).where(items.c.id == item_id, visible_to(person))
    row = None
    if is_item_id(item_id):
        row = tx.connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such note, or you are not named for its case", code="no_item")
    return row


def load_for_change(tx: Transaction, person: Person, item_id: str, version: int) -> Row:
    """Return one item's row, locked, as the person has seen it.

    Raises:
        NotFound: No such item for this person.
        ReviewConflict: A newer text came in (`newer_note`), or the item has changed since (`stale`).
    """
    row = load(tx, person, item_id, lock=True)
    if row["state"] == ItemState.SUPERSEDED:
        raise ReviewConflict("the note was changed and a newer version is in the queue; read that", code="newer_note")
    if row["version"] != version:
        raise ReviewConflict("the note has changed since you opened it; open it again", code="stale")
    return row


def check_holds(tx: Transaction, person: Person, row: Row) -> None:
    """Raise ReviewConflict unless the person holds a lease on the item that has not run out."""
    if ItemState(row["state"]) not in BEING_READ or row["lease_owner"] != person.id:
        raise ReviewConflict("you have not claimed this note; claim it first", code="not_claimed")
    if row["lease_until"] <= tx.now:
        raise ReviewConflict("your claim on this note has run out; claim it again", code="lease_expired")


def advance(tx: Transaction, row: Row, event: Event, *, reviews: int = 0, **changes: Any) -> Item:
    """Take one step of the state table and return the item after it.

    Raises:
        InvalidTransition: The state does not allow it.
        ReviewConflict: The item has changed since the row was read.
    """
    state = step(ItemState(row["state"]), event, reviews=reviews)
    values = {**changes, "state": state.value, "open": state in OPEN, "version": row["version"] + 1}
    if state not in BEING_READ:
        values |= {"lease_owner": None, "lease_until": None, "claimed_at": None}
    changed = tx.connection.execute(
        update(items)
        .where(items.c.id == row["id"], items.c.version == row["version"])
        .values({items.c[name]: value for name, value in values.items()})
    )
    if changed.rowcount != 1:
        raise ReviewConflict("the note has changed since you opened it; open it again", code="stale")
    _keep_flags_in_step(tx, row, values)
    tx.touched.add(row["id"])
    return item_of({**row, **values})


def unfold(tx: Transaction, item_id: str) -> None:
    """Put the notes that were folded into this one back into the queue, each on its own."""
    folded = and_(items.c.folded_into == item_id, items.c.state == ItemState.COLLAPSED.value)
    for row in tx.connection.execute(select(items).where(folded)).mappings().all():
        advance(tx, row, Event.UNFOLD, folded_into=None)


def _keep_flags_in_step(tx: Transaction, row: Row, values: Row) -> None:
    changed = {name: values[name] for name in ("open", "restricted") if name in values and values[name] != row[name]}
    if changed:
        columns = {item_flags.c[name]: value for name, value in changed.items()}
        tx.connection.execute(update(item_flags).where(item_flags.c.item == row["id"]).values(columns))


def is_hidden(tx: Transaction, person: Person, row: Row) -> bool:
    """Return whether the machine's flags are kept from this person for now: a blind note, not yet judged."""
    if not row["blind"] or ItemState(row["state"]) in _SHOWN:
        return False
    if row["folded_into"] is not None:
        return is_hidden(tx, person, load_unchecked(tx, row["folded_into"]))
    judged = select(first_judgements.c.item).where(
        first_judgements.c.item == row["id"], first_judgements.c.reviewer == person.id
    )
    return tx.connection.execute(judged).first() is None


def load_unchecked(tx: Transaction, item_id: str) -> Row:
    """Return an item's row for the store's own use; it must exist."""
    return tx.connection.execute(select(items).where(items.c.id == item_id)).mappings().one()


def item_of(row: Row) -> Item:
    """Return the value for a row.

    While it is in the queue, a sampled note is not told from a flagged one, and why it is read twice not at all: that
    could give away what the first reader said.
    """
    people = (row["first_reviewer"], row["second_reviewer"])
    kind, waiting = ItemKind(row["kind"]), ItemState(row["state"]) in OPEN
    return Item(
        id=row["id"],
        version=row["version"],
        state=ItemState(row["state"]),
        kind=ItemKind.FLAGGED if waiting and kind is ItemKind.SAMPLE else kind,
        band=Band(row["band"]),
        queued_at=row["queued_at"],
        team=row["team"],
        restricted=row["restricted"],
        blind=row["blind"],
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        second_reason=None if waiting else row["second_reason"],
        reviewers=tuple(person for person in people if person is not None),
    )
