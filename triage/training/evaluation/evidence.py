"""Whether the words shown under a flag are those that a person marked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.flag import FLAGGED
from triage.training.evaluation.predictions import Prediction
from triage.training.records import Record

Tally = NDArray[np.float64]
"""Shape (2, notes): how many things of the note met a condition, and how many there are."""


def marks_overlapped(records: Sequence[Record], predictions: Sequence[Prediction]) -> Tally:
    """Count the marks of flags, current or history, that shown evidence of their indicator overlaps.

    Notes of a system that names no words count nothing.
    """
    return _tally([_marks_overlapped(record, said) for record, said in zip(records, predictions, strict=True)])


def evidence_on_marks(records: Sequence[Record], predictions: Sequence[Prediction]) -> Tally:
    """Count the shown evidence that overlaps a mark of its indicator, of whatever status."""
    return _tally([_evidence_on_marks(record, said) for record, said in zip(records, predictions, strict=True)])


def _marks_overlapped(record: Record, said: Prediction) -> list[bool]:
    if said.mentions is None:
        return []
    shown = [mention for mention in said.mentions if mention.shown]
    return [
        any(mention.indicator == mark.indicator and mention.overlap(mark.start, mark.end) for mention in shown)
        for mark in record.spans
        if mark.status in FLAGGED
    ]


def _evidence_on_marks(record: Record, said: Prediction) -> list[bool]:
    return [
        any(mention.overlap(mark.start, mark.end) for mark in record.marks_of(mention.indicator))
        for mention in said.mentions or ()
        if mention.shown
    ]


def _tally(found: Sequence[Sequence[bool]]) -> Tally:
    return np.array([[sum(things) for things in found], [len(things) for things in found]], dtype=np.float64)
