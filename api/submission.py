"""Joins the fields of a submitted note into the text that is assessed, and maps the answer back to each field."""

from dataclasses import dataclass
from typing import Any

from api.fields import FieldedAssessment
from api.html_text import HtmlText, read_html
from api.wire import CaseNoteIn, ContentType, NoteIn
from triage.flag import Assessment
from triage.note import Note
from triage.offsets import Quoter

_BETWEEN = "\n\n"
"""Keeps a title out of the first sentence of the content."""
_MARKUP_SHARE = 8
"""HTML that is so many times longer than a note may be is too long, whatever its text is."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One field of a note.

    Attributes:
        field: Its name, as the caller writes it; None where the note has only one.
        source: Exactly what the caller sent.
        start: Where its text begins in the text that is assessed.
        html: Its text, where the source is HTML.
    """

    field: str | None
    source: str
    start: int
    html: HtmlText | None

    @property
    def text(self) -> str:
        """The text that is assessed."""
        return self.source if self.html is None else self.html.text

    @property
    def end(self) -> int:
        """Where its text ends in the text that is assessed."""
        return self.start + len(self.text)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the assessed text stands in the source, cut at the edges of the passage."""
        first, last = max(start, self.start) - self.start, min(end, self.end) - self.start
        return (first, last) if self.html is None else self.html.source_span(first, last)


@dataclass(frozen=True, slots=True)
class Submission:
    """A note as it is assessed, and the passages that its text comes from."""

    note: Note
    passages: tuple[Passage, ...]

    def answer(self, assessment: Assessment) -> Assessment:
        """Return the assessment with offsets that count in what the caller sent.

        A quote of HTML keeps its words without markup; its offsets enclose them in the source.
        """
        if all(passage.field is None and passage.html is None for passage in self.passages):
            return assessment
        quoters = [Quoter(passage.source) for passage in self.passages]
        placed = _Placement(self.passages, quoters).place(assessment.model_dump(mode="json"))
        fielded = self.passages[0].field is not None
        return (FieldedAssessment if fielded else Assessment).model_validate(placed)


def submission_of(received: NoteIn | CaseNoteIn, *, max_characters: int) -> Submission:
    """Return the note to assess.

    Args:
        received: What the caller sent.
        max_characters: Size limit of a note; HTML far beyond it is not parsed.
    """
    if isinstance(received, NoteIn):
        passage = _passage(None, received.text, 0, received.content_type, max_characters)
        note = Note(
            text=passage.text,
            id=received.id,
            case_id=received.case_id,
            recorded_at=received.recorded_at,
            author_role=received.author_role,
        )
        return Submission(note, (passage,))
    passages = []
    if received.case_note_title:
        passages.append(_passage("caseNoteTitle", received.case_note_title, 0, "text/plain", max_characters))
    start = passages[0].end + len(_BETWEEN) if passages else 0
    passages.append(
        _passage("caseNoteContent", received.case_note_content, start, received.content_type, max_characters)
    )
    note = Note(
        text=_BETWEEN.join(passage.text for passage in passages),
        id=received.case_note_id,
        case_id=received.case_id,
        recorded_at=received.created_on,
        author_role=received.author_role,
    )
    return Submission(note, tuple(passages))


def _passage(field: str | None, source: str, start: int, content_type: ContentType, max_characters: int) -> Passage:
    parsed = content_type == "text/html" and len(source) <= _MARKUP_SHARE * max_characters
    return Passage(field, source, start, read_html(source) if parsed else None)


class _Placement:
    """Moves every quote of a dumped assessment into the passage that it begins in."""

    def __init__(self, passages: tuple[Passage, ...], quoters: list[Quoter]) -> None:
        self._passages = passages
        self._quoters = quoters

    def place(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.place(item) for item in value]
        if not isinstance(value, dict):
            return value
        moved = {key: self.place(item) for key, item in value.items()}
        return moved | self._quote(value) if "start_utf16" in value else moved

    def _quote(self, quote: dict[str, Any]) -> dict[str, Any]:
        index = next(i for i, passage in enumerate(self._passages) if quote["start"] < passage.end)
        passage = self._passages[index]
        start, end = passage.source_span(quote["start"], quote["end"])
        placed = self._quoters[index].fields(start, end)
        placed["quote"] = quote["quote"][: passage.end - quote["start"]]
        extra: dict[str, Any] = {} if passage.field is None else {"field": passage.field}
        if "sentence" in quote:
            extra["sentence"] = passage.source_span(*quote["sentence"])
        return {**placed, **extra}
