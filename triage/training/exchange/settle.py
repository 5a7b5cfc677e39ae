"""Turns drafts into records: offsets settled, spans mended, doubtful notes listed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from triage.training.exchange.alignment import align
from triage.training.exchange.drafts import Draft, Drafts, DraftSpan, Imported, Refusal, Remark
from triage.training.exchange.labels import Label, parse_label
from triage.training.exchange.offsets import (
    Points,
    Text,
    Unit,
    choose_unit,
    is_on_words,
    is_telling,
    points,
    same_words,
    trim,
)
from triage.training.records import Mark, Record, faults_in, make_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to settle a file.

    Attributes:
        indicators: Ids that labels may name.
        source: Author of notes that do not name one.
        originals: The notes that went to the tool, by id; a text that the tool changed is laid onto its original.
        annotator: Take the labels of this person only.
        mark_whole_text: Where a label of a whole text has no marked words, mark all of it; right for single sentences.
    """

    indicators: frozenset[str]
    source: str
    originals: Mapping[str, Record] | None = None
    annotator: str | None = None
    mark_whole_text: bool = False


def settle(found: Drafts, *, unit: Unit, options: Options) -> Imported:
    """Settle the drafts of one file.

    Args:
        found: What a reader found.
        unit: What the tool's offsets usually count.
        options: How to settle.
    """
    wanted = [draft for draft in found.drafts if options.annotator in (None, draft.annotator)]
    notices = list(found.notices)
    if others := len(found.drafts) - len(wanted):
        notices.append(f"{others} answer(s) of other annotators were left out")
    choice = choose_unit((Text(draft.text, draft.spans, draft.stated_unit) for draft in wanted), default=unit)
    refused = list(found.refused)
    repaired: list[Remark] = []
    settled: list[tuple[Draft, Record]] = []
    for draft in wanted:
        try:
            record, repairs = _settle_note(draft, choice.unit, options)
            settled.append((draft, record))
            repaired += [Remark(record.id, draft.where, repair) for repair in repairs]
        except Refusal as refusal:
            refused.append(Remark(draft.note_id, draft.where, str(refusal)))
    records, contradictions = _one_a_note(settled)
    kept = {record.id for record in records}
    return Imported(
        records=tuple(records),
        refused=(*refused, *contradictions),
        repaired=tuple(remark for remark in repaired if remark.id in kept),
        offsets=choice,
        notices=tuple(notices),
    )


def _settle_note(draft: Draft, unit: Unit, options: Options) -> tuple[Record, list[str]]:
    """Return the record of a draft and what had to be mended.

    Raises:
        Refusal: Some label of the note cannot be used, and the others alone would not tell the truth about it.
    """
    places = points(draft.text, unit)
    repairs: list[str] = []
    marks = []
    for number, span in enumerate(draft.spans, start=1):
        label = _label(span.label, f"span {number}")
        start, end = _locate(draft, f"span {number}", span, places, repairs)
        marks.append(_mark(start, end, label))
    original = (options.originals or {}).get(draft.note_id)
    text = draft.text if original is None else original.text
    if text != draft.text:
        marks = _onto_original(marks, draft.text, text)
        repairs.append("laid onto the original text, which differs in line ends or outer white space")
    marks += _whole_text_marks(draft, text, marks, options)
    try:
        identity = _identity(draft, original, options.source)
        return make_record(text=text, marks=marks, indicators=options.indicators, **identity), repairs
    except ValidationError as error:
        raise Refusal("; ".join(message for _, message in faults_in(error))) from None


def _label(text: str, what: str) -> Label:
    if (label := parse_label(text)) is None:
        raise Refusal(f"{what} has a label that is not indicator|status or indicator|status|harm")
    return label


def _mark(start: int, end: int, label: Label) -> Mark:
    return Mark(start=start, end=end, indicator=label.indicator, status=label.status, harm=label.harm)


def _locate(draft: Draft, what: str, span: DraftSpan, places: Points, repairs: list[str]) -> tuple[int, int]:
    """Return the span in code points, without white space at its ends."""
    text = draft.text
    start, end = places.get(span.start, -1), places.get(span.end, -1)
    lies = 0 <= start < end
    if span.quote is not None and not (lies and same_words(text[start:end], span.quote)):
        start, end = _only_place(span.quote, text, what)
        repairs.append(f"{what}: found by its words, since its offsets were wrong")
    elif not lies:
        raise Refusal(f"{what} lies off the text or is empty")
    trimmed = trim(text, start, end)
    if trimmed[0] == trimmed[1]:
        raise Refusal(f"{what} covers only white space")
    if trimmed != (start, end):
        repairs.append(f"{what}: white space at its ends left out")
    guessed = span.quote is None and draft.stated_unit is None and is_telling(text)
    if guessed and not is_on_words(text, *trimmed):
        raise Refusal(f"{what} begins or ends within a word, whatever offsets may count: mark it again")
    return trimmed


def _only_place(quote: str, text: str, what: str) -> tuple[int, int]:
    """Return the one place of a quote in a text."""
    words = quote.strip().replace("\r\n", "\n")
    pattern = re.escape(words).replace("\\\n", "\r?\n") if words else r"(?!)"
    found = [match.span() for match in re.finditer(pattern, text)]
    if len(found) != 1:
        raise Refusal(f"{what}: its words are not at its offsets, and stand in the text {len(found)} times")
    return found[0]


def _onto_original(marks: Iterable[Mark], text: str, original: str) -> list[Mark]:
    places = align(text, original)
    if places is None:
        raise Refusal("the text is not that of the original note")
    return [mark.model_copy(update={"start": places[mark.start], "end": places[mark.end]}) for mark in marks]


def _whole_text_marks(draft: Draft, text: str, marks: Iterable[Mark], options: Options) -> list[Mark]:
    """Return marks for labels of the whole text that no marked words stand for."""
    marked = {mark.indicator for mark in marks}
    added = []
    for number, note_label in enumerate(draft.note_labels, start=1):
        label = _label(note_label, f"note label {number}")
        if label.indicator in marked:
            continue
        if not options.mark_whole_text:
            raise Refusal(
                f"note label {number} has no marked words: mark them, or let the whole text be the mark where every "
                "text is a sentence or two"
            )
        added.append(_mark(*trim(text, 0, len(text)), label))
    return added


def _identity(draft: Draft, original: Record | None, source: str) -> dict[str, Any]:
    """Return what a record is known by: as carried through the tool, as in the original, or as the tool has it."""
    carried = draft.carried
    meta = carried.get("meta")
    return {
        "id": draft.note_id,
        "source": carried.get("source") or (original.source if original else source),
        "case_id": carried.get("case_id") or (original.case_id if original else None),
        "meta": meta if isinstance(meta, dict) else original.meta if original else draft.meta,
    }


def _one_a_note(settled: Iterable[tuple[Draft, Record]]) -> tuple[list[Record], list[Remark]]:
    """Return one record a note where all its answers agree, and a remark for each answer of the others."""
    answers: dict[str, list[tuple[Draft, Record]]] = defaultdict(list)
    for draft, record in settled:
        answers[record.id].append((draft, record))
    records: list[Record] = []
    contradictions: list[Remark] = []
    for note_id, given in answers.items():
        if all(record == given[0][1] for _, record in given):
            records.append(given[0][1])
            continue
        places = ", ".join(draft.where for draft, _ in given)
        reason = f"answers differ ({places}): import one annotator's, or settle them"
        contradictions += [Remark(note_id, draft.where, reason) for draft, _ in given]
    return records, contradictions
