"""What every caller receives: assessments, flags and evidence in the wire format, immutable."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1"


class Status(StrEnum):
    """In what sense a mention is said."""

    AFFIRMED = "affirmed"
    POSSIBLE = "possible"
    DENIED = "denied"
    HISTORICAL = "historical"
    NEGATED = "negated"
    OTHER_PERSON = "other_person"
    GENERAL = "general"


CURRENT = (Status.AFFIRMED, Status.POSSIBLE, Status.DENIED)
"""Statuses that raise a current flag, strongest first. A denial keeps the flag."""
FLAGGED = (*CURRENT, Status.HISTORICAL)
"""Statuses shown as a flag, strongest first."""


class Level(StrEnum):
    """Two different labels, not two ends of a score."""

    HARM_DESCRIBED = "harm_described"
    WARNING_SIGN = "warning_sign"


class Band(StrEnum):
    """When a person should read the note, soonest first; never a risk of a child."""

    SAME_DAY = "same_day"
    NEXT_WORKING_DAY = "next_working_day"
    NEXT_SUPERVISION = "next_supervision"
    NOTE = "note"


class Cause(StrEnum):
    """Why a note was not assessed."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    INVALID_UTF8 = "invalid_utf8"
    LONE_SURROGATE = "lone_surrogate"
    BINARY = "binary"
    NOT_ENGLISH = "not_english"
    UNREADABLE = "unreadable"
    INTERNAL_ERROR = "internal_error"


class Frozen(BaseModel):
    """Base of all answers: immutable, no unknown fields, and no input echoed in validation errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Quote(Frozen):
    """Exact words of the note.

    Attributes:
        start: Offset of the first character, in Unicode code points.
        end: Offset behind the last character, in Unicode code points.
        start_utf16: The same in UTF-16 code units (JavaScript, Java, .NET).
        end_utf16: The same in UTF-16 code units.
        quote: `text[start:end]`.
    """

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    quote: str


class ModifierQuote(Quote):
    """Words that decided a status.

    Attributes:
        rule: Id of the context rule.
    """

    rule: str


class Source(Frozen):
    """What found the mention: a cue of the knowledge, or the sentence model."""

    kind: Literal["cue", "model"]
    id: str


class Evidence(Quote):
    """A mention shown under a flag.

    Attributes:
        sentence: `[start, end)` of its sentence, in code points.
        contribution: What it adds to the indicator's score, in log-odds; None where no model is loaded.
    """

    sentence: tuple[int, int]
    status: Status
    level: Level
    source: Source
    modifiers: tuple[ModifierQuote, ...] = ()
    contribution: float | None = None


class Mention(Quote):
    """A mention that raises no flag on this child, with what decided so."""

    indicator: str
    status: Status
    level: Level
    source: Source
    modifiers: tuple[ModifierQuote, ...] = ()


class Flag(Frozen):
    """An indicator raised for a note, for a person to review.

    Attributes:
        status: The strongest of its evidence: affirmed, possible, denied, historical.
        level: `harm_described` where any current evidence describes harm.
        probability: Calibrated probability that a reader would flag it; None where no model scored it.
        evidence: At least one mention, in text order.
    """

    indicator: str
    name: str
    family: str
    status: Status
    level: Level
    probability: float | None
    reason: str
    evidence: tuple[Evidence, ...]
    follow_up: tuple[str, ...]


class NoteQuote(Quote):
    """Exact words of this note or, in a case, of an earlier one.

    Attributes:
        note_id: The caller's identifier of the note that the offsets belong to.
    """

    note_id: str | None = None


class OrderReason(Frozen):
    """A reading-order rule that held, with the words it rests on."""

    rule: str
    text: str
    band: Band
    quotes: tuple[NoteQuote, ...] = ()


class ReadingOrder(Frozen):
    """When a person should read the note and every rule that says so."""

    band: Band
    reasons: tuple[OrderReason, ...]


class WordingPrompt(Quote):
    """An optional prompt to the writer; it never changes a flag."""

    advice: str
    source: str


class GlossaryHit(Quote):
    """A word explained to the reader; it never raises a flag."""

    meaning: str


class Versions(Frozen):
    """What made the answer: the same text and versions give the same answer."""

    # The wire name `schema` would shadow a method of pydantic's base class.
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: str = Field(alias="schema")
    package: str
    model: str | None
    knowledge: str


class Assessment(Frozen):
    """The answer for one note.

    Attributes:
        outcome: `not_assessed` means that nobody may take the note for a clean one: a person reads it.
        flags: Raised indicators, most urgent first.
        not_flagged: Mentions found that raise no flag, with the words that decided it.
    """

    note_id: str | None
    case_id: str | None
    outcome: Literal["assessed", "not_assessed"]
    cause: Cause | None = None
    flags: tuple[Flag, ...] = ()
    not_flagged: tuple[Mention, ...] = ()
    reading_order: ReadingOrder
    wording: tuple[WordingPrompt, ...] = ()
    glossary: tuple[GlossaryHit, ...] = ()
    versions: Versions
