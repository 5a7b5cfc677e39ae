"""Turns the sentences of notes into one sparse matrix: words, characters, concepts and the neighbouring sentences.

Plain numpy and scipy, so that scoring needs neither scikit-learn nor a pickle.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from triage.extraction import Extraction, Sentence
from triage.scoring.identity import IDENTITY, fold

BLOCKS = ("words", "characters", "concepts", "neighbours")
SHORTEST, LONGEST = 3, 5
"""Lengths of character n-grams, within padded words."""
_WORDS, _CHARACTERS, _CONCEPTS, _NEIGHBOURS = range(len(BLOCKS))
_CACHED_WORDS = 50_000

Key = tuple[int, str]
"""Block and feature."""


@dataclass(frozen=True)
class Encoder:
    """A fitted encoder.

    Attributes:
        concepts: Names of the concepts to use.
        vocabulary: Block and feature to column.
        idf: Inverse document frequency of each column.
        weights: Weight of each block; each block is scaled to unit length by itself first.
    """

    concepts: frozenset[str]
    vocabulary: Mapping[Key, int]
    idf: NDArray[np.float32]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        blocks = np.fromiter((block for block, _ in self.vocabulary), dtype=np.int8, count=len(self.vocabulary))
        object.__setattr__(self, "_blocks", blocks)
        object.__setattr__(self, "_cache", {})

    def transform(self, notes: Iterable[Extraction]) -> csr_matrix:
        """Return one row a sentence, of all notes in order; shape `(sentences, columns)`."""
        columns: list[int] = []
        ends = [0]
        for note in notes:
            for sentence in self.columns(note):
                for group in sentence:
                    columns += group
                ends.append(len(columns))
        indices = np.array(columns, dtype=np.int32)
        matrix = csr_matrix(
            (np.ones(len(columns), dtype=np.float32), indices, np.array(ends)),
            shape=(len(ends) - 1, len(self.vocabulary)),
        )
        matrix.sum_duplicates()
        return self._weighted(matrix)

    def columns(self, note: Extraction) -> Iterator[list[list[int]]]:
        """Yield, for each sentence, the columns of each token, then those of concepts and neighbours."""
        names = [_concept_names(sentence, self.concepts) for sentence in note.sentences]
        for index, sentence in enumerate(note.sentences):
            words = [fold(word) for word in sentence.words]
            groups = [self._word_columns(word) for word in words]
            pairs = self._known(_pair_keys(words))
            concepts = self._known((_CONCEPTS, name) for name in names[index])
            yield [*groups, pairs, concepts, self._known(_neighbour_keys(names, index))]

    def _word_columns(self, word: str) -> list[int]:
        cache: dict[str, list[int]] = self.__dict__["_cache"]
        columns = cache.get(word)
        if columns is None:
            columns = self._known(_word_keys(word))
            if len(cache) < _CACHED_WORDS:
                cache[word] = columns
        return columns

    def _known(self, keys: Iterable[Key]) -> list[int]:
        find = self.vocabulary.get
        return [column for key in keys if (column := find(key)) is not None]

    def _weighted(self, matrix: csr_matrix) -> csr_matrix:
        count = matrix.shape[0] * len(BLOCKS)
        blocks = self.__dict__["_blocks"][matrix.indices]
        groups = np.repeat(np.arange(matrix.shape[0]) * len(BLOCKS), np.diff(matrix.indptr)) + blocks
        data = (1 + np.log(matrix.data)) * self.idf[matrix.indices]
        lengths = np.sqrt(np.bincount(groups, weights=data**2, minlength=count))
        matrix.data = (data / lengths[groups] * np.array(self.weights)[blocks]).astype(np.float32)
        return matrix


def fit_encoder(
    notes: Sequence[Extraction], *, concepts: frozenset[str], weights: Mapping[str, float], min_count: int
) -> Encoder:
    """Collect the vocabulary and inverse document frequencies.

    Args:
        notes: Training notes.
        concepts: Names of the concepts to use.
        weights: Weight of each of `BLOCKS`.
        min_count: Sentences that must hold a feature.
    """
    counts: Counter[Key] = Counter()
    rows = 0
    for note in notes:
        names = [_concept_names(sentence, concepts) for sentence in note.sentences]
        for index, sentence in enumerate(note.sentences):
            rows += 1
            counts.update(_keys(sentence, names, index))
    kept = sorted(key for key, count in counts.items() if count >= min_count)
    frequency = np.array([counts[key] for key in kept])
    return Encoder(
        concepts=concepts,
        vocabulary={key: column for column, key in enumerate(kept)},
        idf=(np.log((1 + rows) / (1 + frequency)) + 1).astype(np.float32),
        weights=tuple(weights[name] for name in BLOCKS),
    )


def _keys(sentence: Sentence, names: Sequence[Sequence[str]], index: int) -> set[Key]:
    words = [fold(word) for word in sentence.words]
    keys = {key for word in set(words) for key in _word_keys(word)}
    keys.update(_pair_keys(words))
    keys.update((_CONCEPTS, name) for name in names[index])
    keys.update(_neighbour_keys(names, index))
    return keys


def _word_keys(word: str) -> Iterator[Key]:
    if word == IDENTITY:
        return
    yield _WORDS, word
    padded = f" {word} "
    for size in range(SHORTEST, LONGEST + 1):
        for start in range(len(padded) - size + 1):
            yield _CHARACTERS, padded[start : start + size]


def _pair_keys(words: Sequence[str]) -> Iterator[Key]:
    """Yield pairs of neighbouring words, over words of identity as if they were not there."""
    for left, right in pairwise([word for word in words if word != IDENTITY]):
        yield _WORDS, f"{left} {right}"


def _neighbour_keys(names: Sequence[Sequence[str]], index: int) -> Iterator[Key]:
    for side, other in (("<", index - 1), (">", index + 1)):
        if 0 <= other < len(names):
            for name in names[other]:
                yield _NEIGHBOURS, f"{side}{name}"


def _concept_names(sentence: Sentence, used: frozenset[str]) -> list[str]:
    return sorted({name for name, _, _ in sentence.concepts} & used)
