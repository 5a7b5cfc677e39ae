"""One labelled note: its exact text, the marked mentions, and the labels that follow from them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Self

from pydantic import ConfigDict, Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from triage.flag import CURRENT, Frozen, Level, Status

Fault = tuple[str, str]
"""Stable code and message; a message never holds note text."""

_SHAPES = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of a record",
    "enum": f"is not a status; there are: {', '.join(Status)}",
}


class Mark(Frozen):
    """A stretch of the text that speaks of an indicator.

    Attributes:
        start: First character, in Unicode code points of the text.
        end: Behind the last character.
        harm: The words describe harm that happened or is happening, not only a warning sign.
    """

    model_config = ConfigDict(strict=True)

    start: int
    end: int
    indicator: str
    status: Status
    harm: bool

    @property
    def level(self) -> Level:
        """What the words describe."""
        return Level.HARM_DESCRIBED if self.harm else Level.WARNING_SIGN

    def overlap(self, other: "Mark") -> int:
        """Return the number of characters that both cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


class Record(Frozen):
    """A labelled note; one that exists is consistent.

    Attributes:
        id: Unique in a corpus.
        source: Who wrote it: one author, or one team, a source.
        case_id: What groups notes of one child, where notes are of real children.
        meta: Anything else, such as style, age and sex.
        spans: The marked mentions.
        labels: Indicators with a current mention (affirmed, possible, denied), sorted.
        history: Indicators with only historical mentions, sorted.
    """

    model_config = ConfigDict(strict=True)

    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    case_id: str | None = Field(default=None, min_length=1)
    text: str = Field(min_length=1)
    meta: dict[str, str] = Field(default_factory=dict)
    spans: tuple[Mark, ...] = ()
    labels: tuple[str, ...] = ()
    history: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_consistency(self, info: ValidationInfo) -> Self:
        known = (info.context or {}).get("indicators")
        if faults := list(_faults(self, known)):
            details = [InitErrorDetails(type=PydanticCustomError(*fault), input=None) for fault in faults]
            raise ValidationError.from_exception_data("Record", details)
        return self

    def marks_of(self, indicator: str) -> tuple[Mark, ...]:
        """Return the marks of one indicator."""
        return tuple(mark for mark in self.spans if mark.indicator == indicator)

    def to_json_line(self) -> str:
        """Return the record as one line of a corpus file, without the line end."""
        return self.model_dump_json(exclude={"case_id"} if self.case_id is None else None)


def make_record(
    *,
    id: str,
    source: str,
    text: str,
    marks: Iterable[Mark] = (),
    case_id: str | None = None,
    meta: Mapping[str, str] | None = None,
    indicators: frozenset[str] | None = None,
) -> Record:
    """Build a record with the labels that follow from its marks.

    Args:
        id: Unique in a corpus.
        source: Who wrote it.
        text: The exact text.
        marks: In any order.
        case_id: What groups notes of one child.
        meta: Anything else.
        indicators: The known ones; None accepts any.

    Raises:
        ValidationError: The marks do not fit the text or the indicators; `faults_in` reads it.
    """
    spans = sorted(marks, key=lambda mark: (mark.start, mark.end, mark.indicator))
    labels, history = labels_of(spans)
    fields = {
        "id": id,
        "source": source,
        "case_id": case_id,
        "text": text,
        "meta": dict(meta or {}),
        "spans": tuple(spans),
        "labels": labels,
        "history": history,
    }
    return Record.model_validate(fields, context={"indicators": indicators})


def labels_of(marks: Iterable[Mark]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the indicators flagged now, and those that are history only."""
    marks = list(marks)
    current = {mark.indicator for mark in marks if mark.status in CURRENT}
    history = {mark.indicator for mark in marks if mark.status is Status.HISTORICAL} - current
    return tuple(sorted(current)), tuple(sorted(history))


def schema_text() -> str:
    """Return the JSON Schema of a record, for editors and for those who write records with other programs."""
    return json.dumps(Record.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def faults_in(error: ValidationError) -> list[Fault]:
    """Return every fault of a record that was refused, without its content."""
    return [
        (fault["type"], fault["msg"]) if fault["type"].startswith("D0") else _shape_fault(fault["type"], fault["loc"])
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def _shape_fault(kind: str, location: tuple[int | str, ...]) -> Fault:
    if kind == "json_invalid" or not location:
        return "D002", "not a JSON object; write one object a line"
    # A key of `meta`, and a field that nobody knows, is the writer's own and could be anything.
    steps = location[:1] if location[:1] == ("meta",) else location
    named = all(isinstance(step, int) or step.isidentifier() for step in steps)
    field = f"'{'.'.join(map(str, steps))}'" if named else "a name in it"
    return "D003", f"{field} {_SHAPES.get(kind, 'is not of the right kind')}"


def _faults(record: Record, known: frozenset[str] | None) -> Iterator[Fault]:
    if not record.text.strip():
        yield "D015", "the text holds only white space"
    for number, mark in enumerate(record.spans, start=1):
        if fault := _mark_fault(record.text, mark):
            yield fault[0], f"span {number} {fault[1]}"
        if known is not None and mark.indicator not in known:
            yield "D005", f"span {number} names an unknown indicator; `triage knowledge show` lists them"
    yield from _overlaps(record.spans)
    if (record.labels, record.history) != labels_of(record.spans):
        yield "D014", "'labels' or 'history' do not follow from the spans"


def _mark_fault(text: str, mark: Mark) -> Fault | None:
    if not 0 <= mark.start <= mark.end <= len(text):
        return "D010", "lies off the text"
    words = text[mark.start : mark.end]
    if not words:
        return "D011", "is empty"
    if words != words.strip():
        return "D012", "begins or ends with white space"
    return None


def _overlaps(spans: tuple[Mark, ...]) -> Iterator[Fault]:
    for (number, one), (other_number, other) in combinations(enumerate(spans, start=1), 2):
        if one.indicator == other.indicator and one.overlap(other):
            yield "D013", f"spans {number} and {other_number} of the same indicator overlap"
