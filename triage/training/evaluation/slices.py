"""The main figures for some of the notes at a time: by author, length, age and sex."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from triage.training.evaluation.bootstrap import estimate, estimate_share
from triage.training.evaluation.matrices import Matrices, Weights
from triage.training.evaluation.metrics import any_flag, count, f1, precision, recall
from triage.training.evaluation.results import Slice
from triage.training.records import Record

SMALLEST = 20
"""Fewer notes, or fewer labelled ones, give no figure: it would mean nothing, and could tell of single children."""
NOT_RECORDED = "not recorded"


def slices(records: Sequence[Record], matrices: Matrices, weights: Weights) -> tuple[Slice, ...]:
    """Return the slices of every dimension, each in order of value."""
    return tuple(
        found
        for dimension, value_of in _DIMENSIONS.items()
        for found in _slices(dimension, [value_of(record) for record in records], matrices, weights)
    )


def length_band(record: Record) -> str:
    """Return the band of the note's length in words."""
    return _band(len(record.text.split()), (0, 50, 100, 200), "words")


def age_band(record: Record) -> str:
    """Return the band of the child's age in years, where the note's `age` is a number."""
    age = record.meta.get("age", "")
    return _band(int(age), (0, 10, 13, 16, 18), "years") if age.isdecimal() else NOT_RECORDED


def sex(record: Record) -> str:
    """Return the child's sex as recorded."""
    return record.meta.get("sex", NOT_RECORDED)


_DIMENSIONS: dict[str, Callable[[Record], str]] = {
    "source": lambda record: record.source,
    "length": length_band,
    "age": age_band,
    "sex": sex,
}


def _slices(dimension: str, values: Sequence[str], matrices: Matrices, weights: Weights) -> Iterator[Slice]:
    # The bands are written with leading figures of different lengths, so they sort by length first.
    for value in sorted(set(values), key=lambda name: (name == NOT_RECORDED, len(name), name)):
        notes = np.array([other == value for other in values])
        yield _slice(dimension, value, matrices.of(notes), weights[:, notes])


def _slice(dimension: str, value: str, matrices: Matrices, weights: Weights) -> Slice:
    labelled = int(matrices.truth.any(axis=1).sum())
    if labelled < SMALLEST:
        return Slice(dimension=dimension, value=value, suppressed=True)
    counts = count(matrices, weights).summed()
    return Slice(
        dimension=dimension,
        value=value,
        notes=len(matrices.truth),
        labelled=labelled,
        suppressed=False,
        precision=estimate_share(precision(counts), int(counts.flagged[0])),
        recall=estimate_share(recall(counts), int(counts.labelled[0])),
        f1=estimate(f1(counts), len(matrices.truth)),
        any_flag_recall=estimate_share(recall(any_flag(matrices, weights)), labelled),
    )


def _band(number: int, edges: Sequence[int], unit: str) -> str:
    """Return the band between two edges, such as "50-99 words", the last one open."""
    index = sum(number >= edge for edge in edges) - 1
    if index == len(edges) - 1:
        return f"{edges[-1]} {unit} or more"
    return f"{edges[index]}-{edges[index + 1] - 1} {unit}"
