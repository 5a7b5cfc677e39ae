"""What callers send: one note in the product's own form or in a case system's, or a batch of them."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from api.fields import FieldedAssessment
from api.problems import Problem
from triage.flag import Assessment, Frozen

_NAME_LIMIT = 200
_SURROGATE = re.compile(r"[\ud800-\udfff]")

ContentType = Literal["text/plain", "text/html"]


def _any_string(value: Any) -> str:
    # Lone surrogates pass: the answer to such a text is `not_assessed`, so that a person reads it.
    if not isinstance(value, str):
        raise ValueError("a string is needed")
    return value


def _name(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or (isinstance(value, str) and len(value) <= _NAME_LIMIT and _SURROGATE.search(value) is None):
        return value
    raise ValueError(f"a string of at most {_NAME_LIMIT} characters or a whole number is needed")


def _moment(value: Any) -> date | datetime | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value) if len(value) == len("2026-03-31") else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("an ISO 8601 date or time is needed, such as 2026-03-31 or 2026-03-31T14:30:00Z") from None


NoteText = Annotated[str, PlainValidator(_any_string), WithJsonSchema({"type": "string"})]
Name = Annotated[
    str | None,
    PlainValidator(_name),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": _NAME_LIMIT}, {"type": "integer"}, {"type": "null"}]}),
]
Moment = Annotated[
    date | datetime | None,
    PlainValidator(_moment),
    PlainSerializer(lambda moment: moment and moment.isoformat(), return_type=str | None),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}, {"type": "null"}]}
    ),
]


class NoteIn(BaseModel):
    """One note.

    Attributes:
        text: The exact text; every offset of the answer counts its characters.
        id: The caller's identifier, given back as `note_id`.
        case_id: What groups notes of one child.
        recorded_at: When the note was written, in ISO 8601.
        author_role: The writer's profession.
        content_type: HTML is read as the text that a reader sees; offsets point into the original string.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    text: NoteText
    id: Name = None
    case_id: Name = None
    recorded_at: Moment = None
    author_role: Name = None
    content_type: ContentType = "text/plain"


class CaseNoteIn(BaseModel):
    """One note as case-management systems name its fields; fields that are not listed here are not read.

    Attributes:
        case_note_content: The body of the note; offsets are given per field.
        case_note_title: Assessed together with the content.
        content_type: Type of the content; the title is plain text.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    case_note_content: NoteText = Field(alias="caseNoteContent")
    case_note_title: NoteText | None = Field(default=None, alias="caseNoteTitle")
    case_note_id: Name = Field(default=None, alias="caseNoteId")
    case_id: Name = Field(default=None, alias="caseId")
    created_on: Moment = Field(default=None, alias="createdOn")
    author_role: Name = Field(default=None, alias="authorRole")
    content_type: ContentType = Field(default="text/plain", alias="contentType")


class AssessQuery(BaseModel):
    """How one note is to be answered.

    Attributes:
        format: JSON, or an HTML fragment to embed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: Literal["json", "html"] = "json"


class BatchIn(BaseModel):
    """Up to 500 notes, each in either form."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    notes: tuple[NoteIn | CaseNoteIn, ...] = Field(min_length=1, max_length=500)


class BatchResult(Frozen):
    """What became of one note of a batch: its assessment, or the problem with it.

    Attributes:
        index: Place in the batch, from 0.
        note_id: The caller's identifier, where it could be read.
    """

    index: int
    note_id: str | None
    assessment: Assessment | FieldedAssessment | None = None
    problem: Problem | None = None


class BatchOut(Frozen):
    """One result a note, in the order in which they were sent."""

    results: tuple[BatchResult, ...]


def parse_note_in(value: Any) -> NoteIn | CaseNoteIn:
    """Read a decoded note in the form that it has.

    Raises:
        ValidationError: A field is missing or wrong.
    """
    return (CaseNoteIn if is_case_note(value) else NoteIn).model_validate(value)


def is_case_note(value: Any) -> bool:
    """Return whether a decoded note is in the form of a case system."""
    return isinstance(value, dict) and any(name in value for name in ("caseNoteContent", "caseNoteId"))
