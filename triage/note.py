"""The input of the product: one free-text case note, kept exactly as it was written."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from triage.errors import NoteError

MAX_CHARACTERS = 100_000
"""Default size limit of one note, in Unicode code points."""


@dataclass(frozen=True, slots=True)
class Note:
    """One case note.

    Attributes:
        text: The exact text; never altered. Offsets everywhere count its Unicode code points.
        id: The caller's identifier of the note.
        case_id: What groups notes of one child.
        recorded_at: When the note was written.
        author_role: The writer's profession, as the caller names it.
    """

    text: str
    id: str | None = None
    case_id: str | None = None
    recorded_at: datetime | date | None = None
    author_role: str | None = None


def decode_text(raw: bytes, *, where: str | None = None) -> str:
    """Decode bytes as strict UTF-8.

    Raises:
        NoteError: The bytes are not UTF-8 (code `invalid_utf8`).
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError(
            f"not valid UTF-8 at byte {error.start}; save the file as UTF-8", code="invalid_utf8", where=where
        ) from None


def parse_note(raw: bytes | str, *, where: str | None = None) -> Note:
    """Read one JSON object as a note.

    Args:
        raw: `{"text": ..., "id"?: ..., "case_id"?: ..., "recorded_at"?: ISO 8601, "author_role"?: ...}`.
        where: `file:line` for the message.

    Raises:
        NoteError: Not UTF-8, not a JSON object, or a field of the wrong kind.
    """
    text = decode_text(raw, where=where) if isinstance(raw, bytes) else raw
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise NoteError("not a JSON object; write one object a line", code="invalid_json", where=where) from None
    return note_from_record(record, where=where)


def note_from_record(record: Any, *, where: str | None = None) -> Note:
    """Build a note from a decoded JSON object or a CSV row.

    Raises:
        NoteError: Not an object, no `text`, or a field of the wrong kind.
    """
    if not isinstance(record, dict):
        raise NoteError("not a JSON object; write one object a line", code="invalid_json", where=where)
    if not isinstance(record.get("text"), str):
        raise NoteError("field 'text' is missing or not a string", code="missing_text", where=where)
    return Note(
        text=record["text"],
        id=_optional_name(record, "id", where),
        case_id=_optional_name(record, "case_id", where),
        recorded_at=_optional_time(record.get("recorded_at"), where),
        author_role=_optional_name(record, "author_role", where),
    )


def _optional_name(record: dict[str, Any], field: str, where: str | None) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise NoteError(f"field '{field}' is not a string", code="invalid_field", where=where)


def _optional_time(value: Any, where: str | None) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise NoteError(
            "field 'recorded_at' is not an ISO 8601 date such as 2026-03-31", code="invalid_field", where=where
        ) from None
