"""The note page: everything that one person may see of one note, and the steps open to that person."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, insert, select

from triage.errors import NotFound
from triage.flag import CURRENT, Assessment, Band, Level, Status
from triage.review.contents import StoredAssessment, StoredNote, read_assessments, read_notes
from triage.review.items import is_hidden, item_of, load, visible_to
from triage.review.judging import flags_of, read_standings
from triage.review.people import Person
from triage.review.policies import can_adjudicate, can_claim, can_reopen
from triage.review.records import EarlierVersion, Item, Mark, NotePage, TimelineEntry
from triage.review.states import BEING_READ, OPEN, SETTLED, UNCLAIMED
from triage.review.store import Row, Transaction
from triage.review.tables import first_judgements, items, note_versions, readings
from triage.review.vocabulary import ItemKind, ItemState
from triage.review.votes import current, read_adjudications, read_reviews, read_votes

_TIMELINE = 50
"""Earlier notes shown."""
_ALL_VOTES = SETTLED | {ItemState.SUPERSEDED}


def read_page(tx: Transaction, person: Person, item_id: str) -> NotePage:
    """Return the note page.

    Raises:
        NotFound: No such item for this person, or its content was erased (`erased`).
    """
    row = load(tx, person, item_id)
    item = item_of(row)
    stored = read_notes(tx, [item_id]).get(item_id)
    if stored is None:
        raise NotFound("the note's content was erased when its time to be kept ended", code="erased")
    hidden = is_hidden(tx, person, row)
    said = None if hidden else read_assessments(tx, [item_id]).get(item_id)
    marks = _marks(tx, person, item_id)
    votes = read_votes(tx, item_id, ruling=False)
    all_seen = _sees_all(person, item)
    given = current(votes, person.id)
    undecided = () if hidden else tuple(flag for flag in flags_of(tx, item_id) if flag not in given)
    return NotePage(
        item=item,
        note=stored.note,
        source=stored.source,
        note_version=stored.version,
        assessment=said.assessment if said else None,
        order=said.order if said else None,
        hidden=hidden,
        marks=marks,
        votes=tuple(vote for vote in votes if all_seen or vote.reviewer == person.id),
        reviews=tuple(r for r in read_reviews(tx, item_id) if all_seen or r.reviewer == person.id),
        adjudications=read_adjudications(tx, item_id) if all_seen else (),
        standings=read_standings(tx, row) if all_seen else (),
        open_indicators=undecided,
        timeline=_timeline(tx, person, row),
        versions=_versions(tx, row),
        near_identical=() if hidden else _near_identical(tx, item_id),
        distressing=said is not None and is_distressing(said),
        read_today=read_today(tx, person),
        can=frozenset(_steps(tx, person, item, hidden=hidden, undecided=bool(undecided), votes=bool(given))),
    )


def is_distressing(said: StoredAssessment) -> bool:
    """Return whether a note describes harm or is to be read today: what counts as reading something distressing."""
    return said.order.band is Band.SAME_DAY or _describes_harm(said.assessment)


def note_reading(tx: Transaction, person: Person, item_id: str) -> None:
    """Count that the person has read a distressing note today; once a note and day."""
    day = tx.now.date()
    known = select(readings.c.item).where(
        readings.c.person == person.id, readings.c.day == day, readings.c.item == item_id
    )
    if tx.connection.execute(known).first() is None:
        tx.connection.execute(insert(readings).values(person=person.id, day=day, item=item_id))


def read_today(tx: Transaction, person: Person) -> int:
    """Return how many distressing notes the person has read today (UTC)."""
    query = select(func.count()).where(readings.c.person == person.id, readings.c.day == tx.now.date())
    return int(tx.connection.execute(query).scalar_one())


def _describes_harm(assessment: Assessment) -> bool:
    return any(flag.level is Level.HARM_DESCRIBED and flag.status in CURRENT for flag in assessment.flags)


def _sees_all(person: Person, item: Item) -> bool:
    """Return whether the person sees what others decided: nobody who might still judge alone does."""
    return item.state in _ALL_VOTES or (item.state is ItemState.CONFLICTED and can_adjudicate(person, item))


def _steps(tx: Transaction, person: Person, item: Item, *, hidden: bool, undecided: bool, votes: bool) -> Iterator[str]:
    running = item.lease_until is not None and item.lease_until > tx.now
    mine = item.state in BEING_READ and running and item.lease_owner == person.id
    if mine:
        yield from ("release", "skip")
        yield from ("judge",) if hidden else ("decide",)
        if votes:
            yield "undo"
        if not hidden and not undecided:
            yield "complete"
    elif item.state in OPEN and (item.state in UNCLAIMED or not running) and can_claim(person, item):
        yield "claim"
    if item.state is ItemState.CONFLICTED and can_adjudicate(person, item):
        yield "adjudicate"
    if item.state in SETTLED | {ItemState.WAITING_SECOND} and can_reopen(person, item):
        yield "reopen"


def _marks(tx: Transaction, person: Person, item_id: str) -> tuple[Mark, ...] | None:
    query = select(first_judgements.c.marks).where(
        first_judgements.c.item == item_id, first_judgements.c.reviewer == person.id
    )
    stored = tx.connection.execute(query).scalar_one_or_none()
    return None if stored is None else tuple(mark_of(fields) for fields in stored)


def mark_of(fields: Sequence[object]) -> Mark:
    """Return a stored mark."""
    indicator, start, end, status, level = fields
    return Mark(str(indicator), int(str(start)), int(str(end)), Status(str(status)), Level(str(level)))


def _timeline(tx: Transaction, person: Person, row: Row) -> tuple[TimelineEntry, ...]:
    """Return the case's other flagged notes up to now, the newest first.

    A sampled note is among them while it is hidden, like a flagged one: its absence would tell the two apart.
    """
    query = (
        select(items)
        .where(
            items.c.case_hash == row["case_hash"],
            items.c.kind.in_([ItemKind.FLAGGED.value, ItemKind.SAMPLE.value]),
            items.c.latest.is_(True),
            items.c.state.not_in([ItemState.COLLAPSED.value, ItemState.ERASED.value]),
            items.c.note != row["note"],
            items.c.queued_at <= row["queued_at"],
            visible_to(person),
        )
        .order_by(items.c.queued_at.desc())
        .limit(_TIMELINE)
    )
    rows = tx.connection.execute(query).mappings().all()
    ids = [other["id"] for other in rows]
    hidden = {other["id"] for other in rows if is_hidden(tx, person, other)}
    notes, said = read_notes(tx, ids), read_assessments(tx, ids)
    return tuple(
        _entry(other, notes[other["id"]], said[other["id"]], hidden=other["id"] in hidden)
        for other in rows
        if other["id"] in notes and (other["kind"] == ItemKind.FLAGGED or other["id"] in hidden)
    )


def _entry(row: Row, stored: StoredNote, said: StoredAssessment, *, hidden: bool) -> TimelineEntry:
    flags = () if hidden else said.assessment.flags
    return TimelineEntry(
        item_id=row["id"],
        note_id=stored.note.id or "",
        when=stored.note.recorded_at or stored.received_at,
        state=ItemState(row["state"]),
        flags=tuple((flag.indicator, flag.status, flag.evidence[0].quote) for flag in flags),
        hidden=hidden,
    )


def _versions(tx: Transaction, row: Row) -> tuple[EarlierVersion, ...]:
    query = (
        select(items.c.id, items.c.state, note_versions.c.version, note_versions.c.received_at)
        .join(note_versions, note_versions.c.id == items.c.id)
        .where(items.c.note == row["note"], items.c.id != row["id"])
        .order_by(note_versions.c.version)
    )
    return tuple(
        EarlierVersion(
            item_id=other["id"],
            note_version=other["version"],
            received_at=other["received_at"],
            state=ItemState(other["state"]),
        )
        for other in tx.connection.execute(query).mappings()
    )


def _near_identical(tx: Transaction, item_id: str) -> tuple[str, ...]:
    query = select(items.c.id).where(items.c.folded_into == item_id).order_by(items.c.queued_at)
    return tuple(tx.connection.execute(query).scalars().all())
