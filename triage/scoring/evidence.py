"""The shortest stretch of a sentence that carries its score; a linear model's contributions are exact."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from triage.extraction import Sentence, Span
from triage.scoring.encoder import EncoderBlock
from triage.scoring.encoding import Encoded, Encoder
from triage.scoring.features import Columns

SHORTEST, LONGEST = 3, 14
"""Tokens of a stretch, where the sentence has as many."""
SHARE = 0.8
"""Part of the best stretch's score that a shorter one must keep."""
Places = NDArray[np.intp]


class Attribution:
    """Shares the log-odds of sentences out to their tokens.

    Args:
        encoder: Looks up the columns of words.
        encoded: The sentences.
        weights: Shape `(columns, indicators)`; those of the vectors come last.
        vectors: The block of a local encoder; one that cannot be shared out to tokens is left out.
    """

    def __init__(
        self, encoder: Encoder, encoded: Encoded, weights: NDArray[np.float32], vectors: EncoderBlock | None
    ) -> None:
        self._vectors = vectors
        self._encoder = encoder
        self._encoded = encoded
        self._weights = weights
        self._value = np.zeros(len(weights), dtype=np.float32)

    def contributions(self, sentence: Sentence, row: int, indicators: Sequence[int]) -> NDArray[np.float64]:
        """Return the log-odds that each token adds, shape `(indicators, tokens)`.

        A feature that occurs several times is shared between its places, and a concept between its tokens.

        Args:
            sentence: The sentence.
            row: Its row among the encoded ones.
            indicators: Columns of the weights.
        """
        words = [self._encoder.reader.columns_of_word(word) for word in sentence.words]
        token, column, places = self._places_of_concepts(sentence)
        token = np.concatenate([np.repeat(np.arange(len(words)), list(map(len, words))), token])
        column = np.concatenate([*words, column])
        value = self._values(row)[column]
        value[len(value) - len(places) :] /= places
        terms = value[:, None] * self._weights[column[:, None], indicators]
        scores = np.array([np.bincount(token, weights=part, minlength=len(words)) for part in terms.T])
        if self._vectors is not None and (shares := self._vectors.shares(sentence)) is not None:
            scores += (shares @ self._weights[len(self._encoder.vocabulary) :, indicators]).T
        return scores

    def _values(self, row: int) -> NDArray[np.float32]:
        """Return, by column, the value of one occurrence of each feature of a row; other columns hold anything."""
        tokens, others = self._encoded.tokens, self._encoded.others
        place = slice(tokens.indptr[row], tokens.indptr[row + 1])
        self._value[tokens.indices[place]] = tokens.data[place] / self._encoded.places[place]
        place = slice(others.indptr[row], others.indptr[row + 1])
        self._value[others.indices[place]] = others.data[place]
        return self._value

    def _places_of_concepts(self, sentence: Sentence) -> tuple[Columns, Columns, Columns]:
        """Return, for each token of each place of a concept, the token, the column, and how many share it."""
        spans: dict[int, list[Span]] = {}
        for name, first, last in sentence.concepts:
            if (column := self._encoder.reader.column_of_concept(name)) is not None:
                spans.setdefault(column, []).append((first, last))
        shares = [
            (token, column, len(places) * (last - first))
            for column, places in spans.items()
            for first, last in places
            for token in range(first, last)
        ]
        tokens, columns, counts = np.array(shares, dtype=np.int32).reshape(-1, 3).T
        return tokens, columns, counts


def telling_stretch(scores: NDArray[np.float64]) -> tuple[int, int]:
    """Return the tokens `[first, last)` of the shortest stretch that keeps most of the best stretch's score."""
    count = len(scores)
    sizes, starts, ends, inside = _windows(count)
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    windows = np.where(inside, sums[ends] - sums[starts], -np.inf)
    best = windows.max(axis=0)
    enough = best >= SHARE * best.max()
    size = int(enough.argmax()) if enough.any() else len(sizes) - 1
    first = int(windows[:, size].argmax())
    return first, first + sizes[size]


@lru_cache(maxsize=256)
def _windows(count: int) -> tuple[tuple[int, ...], Places, Places, NDArray[np.bool_]]:
    """Return all stretches of a sentence of so many tokens.

    Returns:
        Sizes; first token, shape `(tokens, 1)`; last token plus one, shape `(tokens, sizes)`; and which of them end
        within the sentence.
    """
    sizes = range(min(SHORTEST, count), min(LONGEST, count) + 1)
    starts = np.arange(count)[:, None]
    ends = starts + np.array(sizes)
    return tuple(sizes), starts, np.minimum(ends, count), ends <= count
