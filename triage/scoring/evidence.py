"""The shortest stretch of a sentence that carries its score; a linear model's contributions are exact."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.extraction import Sentence, Span

SHORTEST, LONGEST = 3, 14
"""Tokens of a stretch, where the sentence has as many."""
SHARE = 0.8
"""Part of the best stretch's score that a shorter one must keep."""


def token_contributions(
    sentence: Sentence,
    groups: Sequence[Sequence[int]],
    row: dict[int, float],
    weights: NDArray[np.float32],
    concepts: dict[int, list[Span]],
) -> NDArray[np.float64]:
    """Share the log-odds of a sentence out to its tokens.

    Args:
        sentence: The sentence.
        groups: Columns of each token, then of word pairs (see `Encoder.columns`).
        row: Column to value in the encoded sentence.
        weights: Weight of each column for the indicator.
        concepts: Column of each concept to the token spans it covers.

    Returns:
        Log-odds of each token; a feature that occurs several times is shared between its places.
    """
    count = len(sentence.words)
    places: dict[int, int] = {}
    for columns in groups[:count]:
        for column in columns:
            places[column] = places.get(column, 0) + 1
    scores = np.array(
        [sum(row[c] * weights[c] / places[c] for c in columns) for columns in groups[:count]], dtype=float
    )
    for column, spans in concepts.items():
        value = row.get(column, 0.0) * weights[column]
        for first, last in spans:
            scores[first:last] += value / len(spans) / (last - first)
    return scores


def telling_stretch(scores: NDArray[np.float64]) -> tuple[int, int]:
    """Return the tokens `[first, last)` of the shortest stretch that keeps most of the best stretch's score."""
    count = len(scores)
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    sizes = range(min(SHORTEST, count), min(LONGEST, count) + 1)
    best = max(float((sums[size:] - sums[:-size]).max()) for size in sizes)
    for size in sizes:
        windows = sums[size:] - sums[:-size]
        start = int(windows.argmax())
        if windows[start] >= SHARE * best or size == sizes[-1]:
            return start, start + size
    raise AssertionError("a sentence has at least one token")
