"""Reads sealed content: notes and what the machine said of them, for many items at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from triage.flag import Assessment, ReadingOrder
from triage.note import Note
from triage.review.keys import KeyRing
from triage.review.store import Transaction
from triage.review.tables import assessments, note_versions, notes


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A note as it was submitted.

    Attributes:
        version: 1 for the first text of the note.
        received_at: When this text came in.
        consent: Whether it may be used for training.
    """

    note: Note
    source: str
    version: int
    received_at: datetime
    consent: bool


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """What the machine said of a note, and the reading order of its case at that time."""

    assessment: Assessment
    order: ReadingOrder


def case_digest(keys: KeyRing, case_id: str) -> str:
    """Return what stands for a case id in the clear: it finds the case again and tells nothing without the key."""
    return keys.digest("case", case_id)


def read_notes(tx: Transaction, item_ids: Sequence[str]) -> dict[str, StoredNote]:
    """Return the notes of items in the order given; those whose content is erased are left out."""
    query = (
        select(note_versions, notes.c.source, notes.c.sealed.label("ids"), notes.c.key_id.label("ids_key"))
        .join(notes, notes.c.id == note_versions.c.note)
        .where(note_versions.c.id.in_(item_ids))
    )
    found = {}
    for row in tx.connection.execute(query).mappings():
        content = tx.unseal(note_versions, row)
        ids = tx.unseal(notes, {"id": row["note"], "sealed": row["ids"], "key_id": row["ids_key"]})
        if content is not None and ids is not None:
            note = Note(
                text=content["text"],
                id=ids["note_id"],
                case_id=content["case_id"],
                recorded_at=_moment(content["recorded_at"]),
                author_role=content["author_role"],
            )
            found[row["id"]] = StoredNote(note, row["source"], row["version"], row["received_at"], row["consent"])
    return {item_id: found[item_id] for item_id in item_ids if item_id in found}


def read_assessments(tx: Transaction, item_ids: Sequence[str]) -> dict[str, StoredAssessment]:
    """Return what the machine said of items; those whose content is erased are left out."""
    found = {}
    for row in tx.connection.execute(select(assessments).where(assessments.c.id.in_(item_ids))).mappings():
        content = tx.unseal(assessments, row)
        if content is not None:
            found[row["id"]] = StoredAssessment(
                Assessment.model_validate(content["assessment"]), ReadingOrder.model_validate(content["order"])
            )
    return found


def _moment(text: str | None) -> datetime | date | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
