"""Stores notes: one row a note, one a text of it, sealed; a changed text supersedes, a near-identical one folds."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update

from triage.errors import NoteError
from triage.flag import Assessment, ReadingOrder
from triage.note import Note
from triage.review.access import restrict
from triage.review.contents import case_digest, read_assessments, read_notes
from triage.review.fingerprints import fingerprint, fraction, near
from triage.review.items import advance, unfold
from triage.review.keys import KeyRing
from triage.review.places import rank_of
from triage.review.records import MAX_NAME, NAME, Receipt, Submission
from triage.review.rules import ReviewRules
from triage.review.states import OPEN, Event
from triage.review.store import Row, Transaction
from triage.review.tables import assessments, item_flags, items, note_versions, notes, restricted_cases
from triage.review.vocabulary import ItemKind, ItemState

_NAME = re.compile(NAME)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def check_submission(submission: Submission) -> None:
    """Raise NoteError for a note without an id, or a name that cannot be stored (code `invalid_field`)."""
    note = submission.note
    if not note.id:
        raise NoteError("a note that is stored needs an 'id'", code="invalid_field", where="id")
    for field, value in (
        ("id", note.id),
        ("case_id", note.case_id),
        ("source", submission.source),
        ("team", submission.team),
        ("author_role", note.author_role),
    ):
        if value is not None and (len(value) > MAX_NAME or not _NAME.fullmatch(value) or _SURROGATE.search(value)):
            raise NoteError(
                f"field '{field}' is empty, longer than {MAX_NAME} or holds control characters",
                code="invalid_field",
                where=field,
            )


def lock_note(tx: Transaction, submission: Submission) -> Row | None:
    """Return the row of the submission's note, where there is one, and keep others from changing it meanwhile."""
    query = select(notes).where(notes.c.note_hash == _note_hash(tx.keys, submission)).with_for_update()
    return tx.connection.execute(query).mappings().first()


def find_same(tx: Transaction, submission: Submission) -> Receipt | None:
    """Return the receipt of the note where its latest text is this one."""
    query = (
        select(items.c.id, items.c.state, note_versions.c.version, note_versions.c.digest)
        .join(note_versions, note_versions.c.id == items.c.id)
        .join(notes, (notes.c.id == note_versions.c.note) & (notes.c.latest == note_versions.c.version))
        .where(notes.c.note_hash == _note_hash(tx.keys, submission))
    )
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None or row["digest"] != _digest(tx.keys, submission):
        return None
    stored = read_assessments(tx, [row["id"]]).get(row["id"])
    if stored is None:
        return None
    return Receipt(
        item_id=row["id"],
        note_version=row["version"],
        created=False,
        state=ItemState(row["state"]),
        assessment=stored.assessment,
    )


def renew(tx: Transaction, submission: Submission, item_id: str) -> None:
    """Take over what a repeated submission says anew: consent, and that the case is restricted."""
    tx.connection.execute(update(note_versions).where(note_versions.c.id == item_id).values(consent=submission.consent))
    if submission.restricted:
        restrict(tx, case_hash(tx.keys, submission), submission.note.case_id)


def earlier_notes(tx: Transaction, submission: Submission, *, days: int, limit: int) -> tuple[Note, ...]:
    """Return the case's recent assessed notes: what the reading order looks at together with the new one."""
    if submission.note.case_id is None:
        return ()
    query = (
        select(items.c.id)
        .join(notes, notes.c.id == items.c.note)
        .where(
            items.c.case_hash == case_hash(tx.keys, submission),
            items.c.latest.is_(True),
            items.c.state != ItemState.ERASED.value,
            items.c.kind != ItemKind.NOT_ASSESSED.value,
            items.c.queued_at >= tx.now - timedelta(days=days),
            notes.c.note_hash != _note_hash(tx.keys, submission),
        )
        .order_by(items.c.queued_at.desc())
        .limit(limit)
    )
    stored = read_notes(tx, tx.connection.execute(query).scalars().all())
    return tuple(kept.note for kept in stored.values())


def store_note(
    tx: Transaction, submission: Submission, assessment: Assessment, order: ReadingOrder, rules: ReviewRules
) -> Receipt:
    """Store a note that is new or has changed, and queue it where a person should read it."""
    item_id, number = uuid4().hex, 1
    note = lock_note(tx, submission)
    if note is None:
        name = _note_hash(tx.keys, submission)
        note_row = {"id": uuid4().hex, "note_hash": name, "source": submission.source, "latest": number}
        ids = {"note_id": submission.note.id, "case_id": submission.note.case_id}
        tx.connection.execute(insert(notes).values(tx.seal(notes, note_row, ids)))
        note_row_id = note_row["id"]
    else:
        note_row_id, number = note["id"], note["latest"] + 1
        _supersede(tx, note, submission, number)
    _insert_version(tx, submission, item_id, str(note_row_id), number)
    _insert_assessment(tx, item_id, assessment, order)
    state = _insert_item(tx, submission, item_id, str(note_row_id), assessment, order, rules)
    return Receipt(item_id=item_id, note_version=number, created=True, state=state, assessment=assessment)


def case_hash(keys: KeyRing, submission: Submission) -> str:
    """Return the digest of the submission's case; a note without one is a case of its own."""
    case_id = submission.note.case_id
    return case_digest(keys, case_id) if case_id is not None else _note_hash(keys, submission)


def _supersede(tx: Transaction, note: Row, submission: Submission, number: int) -> None:
    """Mark the earlier text as replaced; what was decided on it stays."""
    query = select(items).where(items.c.note == note["id"], items.c.latest.is_(True))
    for row in tx.connection.execute(query).mappings().all():
        advance(tx, row, Event.SUPERSEDE, latest=False)
        unfold(tx, row["id"])
    ids = {"note_id": submission.note.id, "case_id": submission.note.case_id}
    sealed = tx.seal(notes, {"id": note["id"]}, ids)
    tx.connection.execute(update(notes).where(notes.c.id == note["id"]).values(**sealed, latest=number))


def _insert_version(tx: Transaction, submission: Submission, item_id: str, note_row: str, number: int) -> None:
    note = submission.note
    row = {
        "id": item_id,
        "note": note_row,
        "version": number,
        "digest": _digest(tx.keys, submission),
        "received_at": tx.now,
        "consent": submission.consent,
        "fingerprint": fingerprint(tx.keys, note.text),
    }
    content = {
        "text": note.text,
        "case_id": note.case_id,
        "recorded_at": note.recorded_at.isoformat() if note.recorded_at else None,
        "author_role": note.author_role,
    }
    tx.connection.execute(insert(note_versions).values(tx.seal(note_versions, row, content)))


def _insert_assessment(tx: Transaction, item_id: str, assessment: Assessment, order: ReadingOrder) -> None:
    versions = assessment.versions
    row = {"id": item_id, "package": versions.package, "model": versions.model, "knowledge": versions.knowledge}
    content = {"assessment": assessment.model_dump(mode="json"), "order": order.model_dump(mode="json")}
    tx.connection.execute(insert(assessments).values(tx.seal(assessments, row, content)))


def _insert_item(
    tx: Transaction,
    submission: Submission,
    item_id: str,
    note_row: str,
    assessment: Assessment,
    order: ReadingOrder,
    rules: ReviewRules,
) -> ItemState:
    name, case = _note_hash(tx.keys, submission), case_hash(tx.keys, submission)
    if submission.restricted:
        restrict(tx, case, submission.note.case_id)
    kind = _kind(tx.keys, submission, assessment, order, rules)
    sample = kind is ItemKind.SAMPLE
    blind = sample or (kind is ItemKind.FLAGGED and fraction(tx.keys, "blind", name) < rules.blind_share)
    row: dict[str, Any] = {
        "id": item_id,
        "note": note_row,
        "case_hash": case,
        "source": submission.source,
        "team": submission.team,
        "restricted": _is_restricted(tx, case),
        "kind": kind,
        "latest": True,
        "band": order.band,
        "rank": rank_of(tx, name, order.band, sample=sample, blind=blind),
        "queued_at": tx.now,
        "week": (tx.now - timedelta(days=tx.now.weekday())).date(),
        "blind": blind,
        "sampling_rate": rules.sample_rate if kind in (ItemKind.SAMPLE, ItemKind.UNFLAGGED) else None,
        "skips": 0,
        "version": 1,
    }
    row["folded_into"] = _near_identical(tx, row, assessment) if kind is ItemKind.FLAGGED else None
    state = ItemState.NOT_QUEUED if kind is ItemKind.UNFLAGGED else ItemState.WAITING
    state = ItemState.COLLAPSED if row["folded_into"] else state
    row |= {"state": state, "open": state in OPEN}
    tx.connection.execute(insert(items).values(**row))
    tx.touched.add(item_id)
    _insert_flags(tx, row, assessment)
    return state


def _insert_flags(tx: Transaction, item: Row, assessment: Assessment) -> None:
    same = {name: item[name] for name in ("open", "rank", "queued_at", "restricted", "blind", "team")}
    rows = [
        {"item": item["id"], "indicator": flag.indicator, "status": flag.status, "level": flag.level, **same}
        for flag in assessment.flags
    ]
    if rows:
        tx.connection.execute(insert(item_flags), rows)


def _kind(
    keys: KeyRing, submission: Submission, assessment: Assessment, order: ReadingOrder, rules: ReviewRules
) -> ItemKind:
    if assessment.outcome == "not_assessed":
        return ItemKind.NOT_ASSESSED
    # A note without a flag of its own can complete what earlier notes of the case began.
    quoted = {quote.note_id for reason in order.reasons for quote in reason.quotes}
    if assessment.flags or submission.note.id in quoted:
        return ItemKind.FLAGGED
    drawn = fraction(keys, "sample", _note_hash(keys, submission)) < rules.sample_rate
    return ItemKind.SAMPLE if drawn else ItemKind.UNFLAGGED


def _near_identical(tx: Transaction, row: Row, assessment: Assessment) -> str | None:
    """Return a waiting note of the same case and source that says nearly the same, with the same flags."""
    mark = tx.connection.execute(
        select(note_versions.c.fingerprint).where(note_versions.c.id == row["id"])
    ).scalar_one()
    query = (
        select(items.c.id, items.c.restricted, note_versions.c.fingerprint)
        .join(note_versions, note_versions.c.id == items.c.id)
        .where(
            items.c.case_hash == row["case_hash"],
            items.c.source == row["source"],
            items.c.open.is_(True),
            items.c.kind == ItemKind.FLAGGED.value,
            items.c.rank <= row["rank"],
            items.c.note != row["note"],
        )
        .order_by(items.c.queued_at)
    )
    flags = {(flag.indicator, flag.status.value, flag.level.value) for flag in assessment.flags}
    for other in tx.connection.execute(query).mappings():
        if near(mark, other["fingerprint"]) and _flags(tx, other["id"]) == flags and _still_open(tx, other["id"]):
            return str(other["id"])
    return None


def _still_open(tx: Transaction, item_id: str) -> bool:
    """Hold an item in the queue while another folds into it; one that somebody is changing just now is let be."""
    query = select(items.c.id).where(items.c.id == item_id, items.c.open.is_(True)).with_for_update(skip_locked=True)
    return tx.connection.execute(query).first() is not None


def _flags(tx: Transaction, item_id: str) -> set[tuple[str, str, str]]:
    query = select(item_flags.c.indicator, item_flags.c.status, item_flags.c.level).where(item_flags.c.item == item_id)
    return {(row.indicator, row.status, row.level) for row in tx.connection.execute(query)}


def _is_restricted(tx: Transaction, case: str) -> bool:
    return tx.connection.execute(select(restricted_cases.c.id).where(restricted_cases.c.id == case)).first() is not None


def _note_hash(keys: KeyRing, submission: Submission) -> str:
    return keys.digest("note", submission.source, submission.note.id or "")


def _digest(keys: KeyRing, submission: Submission) -> str:
    note = submission.note
    when = note.recorded_at.isoformat() if note.recorded_at else ""
    return keys.digest("text", note.text, note.case_id or "", when, note.author_role or "")
