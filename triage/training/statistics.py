"""Counts a corpus: records, words and marks, by indicator, status, author and part."""

from collections import Counter
from collections.abc import Iterable, Sequence

from triage.flag import Frozen, Status
from triage.training.corpus import Corpus
from triage.training.records import Record
from triage.training.splits import Part, part_of


class Counts(Frozen):
    """Size of a set of records."""

    records: int
    words: int
    marks: int


class IndicatorCounts(Frozen):
    """Size of one indicator.

    Attributes:
        positives: Records where it is flagged now, the number that decides whether a figure can be trusted.
        positives_by_part: The same by part.
        marks: Marks of each status.
        harm: Marks whose words describe harm.
    """

    positives: int
    positives_by_part: dict[Part, int]
    marks: dict[Status, int]
    harm: int


class SourceCounts(Counts):
    """Size of one author's notes.

    Attributes:
        parts: The parts that they stand in: one, unless notes are split by case.
    """

    parts: tuple[Part, ...]


class Statistics(Frozen):
    """Size of a corpus.

    Attributes:
        total: All records.
        whole_notes: Those that are no snippets.
        without_marks: Records without any mark.
    """

    digest: str
    total: Counts
    whole_notes: Counts
    without_marks: int
    by_part: dict[Part, Counts]
    by_source: dict[str, SourceCounts]
    by_indicator: dict[str, IndicatorCounts]


def count_corpus(corpus: Corpus, *, indicators: Iterable[str]) -> Statistics:
    """Count a corpus; an indicator without any mark is counted too."""
    records = corpus.records
    return Statistics(
        digest=corpus.digest,
        total=_count(records),
        whole_notes=_count(corpus.whole_notes()),
        without_marks=sum(not record.spans for record in records),
        by_part={part: _count([record for record in records if part_of(record) is part]) for part in Part},
        by_source={source: _count_source(found) for source, found in corpus.by_source().items()},
        by_indicator={indicator: _count_indicator(indicator, records) for indicator in sorted(indicators)},
    )


def _count(records: Sequence[Record]) -> Counts:
    return Counts(
        records=len(records),
        words=sum(len(record.text.split()) for record in records),
        marks=sum(len(record.spans) for record in records),
    )


def _count_source(records: Sequence[Record]) -> SourceCounts:
    found = {part_of(record) for record in records}
    return SourceCounts(**_count(records).model_dump(), parts=tuple(part for part in Part if part in found))


def _count_indicator(indicator: str, records: Sequence[Record]) -> IndicatorCounts:
    parts = Counter(part_of(record) for record in records if indicator in record.labels)
    marks = [mark for record in records for mark in record.marks_of(indicator)]
    statuses = Counter(mark.status for mark in marks)
    return IndicatorCounts(
        positives=parts.total(),
        positives_by_part={part: parts[part] for part in Part},
        marks={status: statuses[status] for status in Status},
        harm=sum(mark.harm for mark in marks),
    )
