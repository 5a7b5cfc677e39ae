"""Parts by hash of the author or the case, which adding notes never moves, and leave-one-source-out."""

import hashlib
from collections.abc import Iterator
from enum import StrEnum

from triage.errors import DatasetError, Issue
from triage.training.corpus import Corpus
from triage.training.records import Record

TEST_SHARE = 0.15
VALIDATION_SHARE = 0.15


class Part(StrEnum):
    """What a record is used for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def group_of(record: Record) -> str:
    """Return what must never stand on both sides of a split: the child's case, or else the author.

    Invented notes have no case: one author's notes stay together, since a model learns a writer's ways. Notes of real
    children have one, and all of a child's notes stay together, whoever wrote them.
    """
    return record.case_id or record.source


def part_of(record: Record) -> Part:
    """Return the part of a record, which depends on its group alone."""
    position = int(hashlib.sha256(group_of(record).encode()).hexdigest()[:8], 16) / 2**32
    if position < TEST_SHARE:
        return Part.TEST
    return Part.VALIDATION if position < TEST_SHARE + VALIDATION_SHARE else Part.TRAIN


def leave_one_source_out(corpus: Corpus) -> Iterator[tuple[str, tuple[Record, ...], tuple[Record, ...]]]:
    """Hold out the whole notes of one author at a time: the honest figure for authors that nobody has seen.

    Yields:
        The author held out; everything to train on, without that author and without any case of the notes held out;
        and the author's whole notes.

    Raises:
        DatasetError: Fewer than two authors wrote whole notes.
    """
    whole = corpus.whole_notes()
    sources = sorted({record.source for record in whole})
    if len(sources) < 2:
        issue = Issue(".", 0, "D031", "whole notes of two or more sources are needed to hold one out")
        raise DatasetError("No source can be held out.", code="one_source", issues=[issue])
    for source in sources:
        test = tuple(record for record in whole if record.source == source)
        held = {group_of(record) for record in test}
        train = tuple(record for record in corpus.records if record.source != source and group_of(record) not in held)
        yield source, train, test
