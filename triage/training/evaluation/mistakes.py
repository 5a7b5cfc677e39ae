"""Every miss and false alarm by id and offsets, with where it comes from."""

from collections.abc import Iterator, Sequence

from triage.flag import CURRENT
from triage.training.evaluation.predictions import PredictedMention, Prediction
from triage.training.evaluation.results import Mistake, MistakeKind, MistakeReason
from triage.training.records import Mark, Record


def mistakes(records: Sequence[Record], predictions: Sequence[Prediction]) -> tuple[Mistake, ...]:
    """Return the misses and false alarms of all notes, in order of notes."""
    return tuple(
        mistake
        for record, said in zip(records, predictions, strict=True)
        for mistake in (*_misses(record, said), *_false_alarms(record, said))
    )


def _misses(record: Record, said: Prediction) -> Iterator[Mistake]:
    for indicator in sorted(set(record.labels) - said.flagged):
        marks = [mark for mark in record.marks_of(indicator) if mark.status in CURRENT]
        yield Mistake(
            note_id=record.id,
            source=record.source,
            indicator=indicator,
            kind=MistakeKind.MISS,
            reason=_why_missed(indicator, marks, said),
            spans=tuple((mark.start, mark.end) for mark in marks),
        )


def _why_missed(indicator: str, marks: Sequence[Mark], said: Prediction) -> MistakeReason:
    if said.mentions is None:
        return MistakeReason.UNEXPLAINED
    near = [mention for mention in said.mentions if any(mention.overlap(mark.start, mark.end) for mark in marks)]
    own = [mention for mention in near if mention.indicator == indicator]
    if any(mention.status in CURRENT for mention in own):
        return MistakeReason.OUTVOTED
    if own:
        return MistakeReason.STATUS
    return MistakeReason.NEIGHBOUR if any(mention.shown for mention in near) else MistakeReason.NOT_FOUND


def _false_alarms(record: Record, said: Prediction) -> Iterator[Mistake]:
    for indicator in sorted(said.flagged - set(record.labels)):
        shown = [mention for mention in said.mentions or () if mention.shown and mention.indicator == indicator]
        yield Mistake(
            note_id=record.id,
            source=record.source,
            indicator=indicator,
            kind=MistakeKind.FALSE_ALARM,
            reason=_why_flagged(record, indicator, shown),
            spans=tuple((mention.start, mention.end) for mention in shown),
        )


def _why_flagged(record: Record, indicator: str, shown: Sequence[PredictedMention]) -> MistakeReason:
    if not shown:
        return MistakeReason.UNEXPLAINED
    near = [mark for mark in record.spans if any(mention.overlap(mark.start, mark.end) for mention in shown)]
    if any(mark.indicator == indicator for mark in near):
        return MistakeReason.STATUS
    return MistakeReason.NEIGHBOUR if near else MistakeReason.NOT_MARKED
