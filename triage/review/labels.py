"""Settled reviews as labelled text: what people decided, for notes with consent; flags alone never become labels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from triage.flag import Flag, Level, Status
from triage.review.contents import StoredAssessment, StoredNote, read_assessments, read_notes
from triage.review.decisions import IMPLIED
from triage.review.items import load_unchecked
from triage.review.judging import read_standings
from triage.review.records import Decision, Mark
from triage.review.retention import Retention
from triage.review.states import SETTLED
from triage.review.store import Row, Transaction
from triage.review.tables import items, note_versions
from triage.review.vocabulary import ItemKind, Reason, Verdict

_CASE_DIGITS = 16


@dataclass(frozen=True, slots=True)
class LabelledNote:
    """A note as people settled it.

    Attributes:
        id: The item's.
        source: The system that sent it.
        case: Part of the case's keyed digest: keeps one child's notes together and names nobody.
        marks: In text order; those of one indicator never overlap.
        meta: How it was settled.
    """

    id: str
    source: str
    case: str
    text: str
    marks: tuple[Mark, ...]
    meta: dict[str, str]


def settled_ids(tx: Transaction, retention: Retention) -> tuple[str, ...]:
    """Return the items that may become training data.

    Settled by people, the note's latest text, assessed, with consent, not restricted, and not due to be erased.
    """
    query = (
        select(items.c.id)
        .join(note_versions, note_versions.c.id == items.c.id)
        .where(
            items.c.state.in_([state.value for state in SETTLED]),
            items.c.latest.is_(True),
            items.c.restricted.is_(False),
            items.c.kind != ItemKind.NOT_ASSESSED.value,
            items.c.settled_at >= tx.now - retention.settled,
            note_versions.c.consent.is_(True),
        )
        .order_by(items.c.settled_at, items.c.id)
    )
    return tuple(tx.connection.execute(query).scalars().all())


def labelled_notes(tx: Transaction, item_ids: Sequence[str]) -> Iterator[LabelledNote]:
    """Yield settled items as labelled notes; one on which somebody stayed unsure is left out."""
    notes, said = read_notes(tx, item_ids), read_assessments(tx, item_ids)
    for item_id in item_ids:
        row = load_unchecked(tx, item_id)
        standings = read_standings(tx, row)
        decisions = [standing.decision for standing in standings if standing.decision is not None]
        unsure = any(decision.verdict is Verdict.UNSURE for decision in decisions)
        if item_id in notes and len(decisions) == len(standings) and not unsure:
            yield _labelled(row, notes[item_id], said[item_id], decisions)


def _labelled(row: Row, stored: StoredNote, said: StoredAssessment, decisions: Sequence[Decision]) -> LabelledNote:
    flags = {flag.indicator: flag for flag in said.assessment.flags}
    text = stored.note.text
    marks = [mark for decision in decisions for mark in _marks(decision, flags.get(decision.indicator))]
    return LabelledNote(
        id=row["id"],
        source=stored.source,
        case=row["case_hash"][:_CASE_DIGITS],
        text=text,
        marks=_apart(trimmed for mark in marks if (trimmed := _trimmed(mark, text)) is not None),
        meta={"origin": "review", "settled": row["state"], "readers": "2" if row["second_reviewer"] else "1"},
    )


def _marks(decision: Decision, flag: Flag | None) -> Iterator[Mark]:
    """Yield the marks that a decision leaves; a dismissal leaves one only where its reason says in what sense."""
    if decision.reason in (Reason.NOT_SAID, Reason.BENIGN_EXPLANATION):
        return
    indicator = decision.corrected_indicator or decision.indicator
    status = decision.corrected_status or (IMPLIED.get(decision.reason) if decision.reason else None)
    if decision.start is not None and decision.end is not None:
        level = decision.corrected_level or (flag.level if flag else Level.WARNING_SIGN)
        yield Mark(indicator, decision.start, decision.end, status or _status(flag), level)
        return
    for evidence in flag.evidence if flag else ():
        level = decision.corrected_level or evidence.level
        yield Mark(indicator, evidence.start, evidence.end, status or evidence.status, level)


def _status(flag: Flag | None) -> Status:
    return flag.status if flag else Status.AFFIRMED


def _trimmed(mark: Mark, text: str) -> Mark | None:
    """Return the mark without white space at its ends; None where nothing is left."""
    words = text[mark.start : mark.end]
    start = mark.start + len(words) - len(words.lstrip())
    end = start + len(words.strip())
    return Mark(mark.indicator, start, end, mark.status, mark.level) if start < end else None


def _apart(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the marks in text order, of overlapping ones of an indicator the first."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end, mark.indicator)):
        if all(other.indicator != mark.indicator or other.end <= mark.start for other in kept):
            kept.append(mark)
    return tuple(kept)
