"""Turns the sentences of notes into one sparse matrix: words, characters, concepts, cue hits and the neighbours.

The module path is part of the artefact's format: pickled estimators name it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin

from triage.extraction import Extraction, Sentence
from triage.flag import CURRENT

BLOCKS = ("words", "characters", "concepts", "pairs", "cues", "neighbours")
SHORTEST, LONGEST = 3, 5
"""Lengths of character n-grams, within padded words."""
_DIGITS = str.maketrans("0123456789", "0" * 10)


class SentenceFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Sentence-level features of notes.

    Each block is TF-IDF weighted and scaled to unit length by itself, so that long blocks do not drown short ones.

    Args:
        weights: Weight of each block; a block of weight 0 is left out.
        min_count: Sentences that must hold a word, pair or n-gram for it to become a feature.
        concepts: Names of the concepts to use.
    """

    def __init__(self, *, weights: Mapping[str, float], min_count: int, concepts: frozenset[str]) -> None:
        self.weights = weights
        self.min_count = min_count
        self.concepts = concepts

    def fit(self, X: Sequence[Extraction], y: object = None) -> Self:
        """Collect the vocabulary and inverse document frequencies.

        Args:
            X: Notes.
            y: Not used.
        """
        counts: Counter[tuple[int, str]] = Counter()
        rows = 0
        for sentence in self._sentences(X):
            rows += 1
            counts.update(set(sentence))
        kept = sorted(key for key, count in counts.items() if count >= self.min_count)
        self.vocabulary_ = {key: index for index, key in enumerate(kept)}
        self.block_ = np.array([block for block, _ in kept], dtype=np.int8)
        frequency = np.array([counts[key] for key in kept], dtype=float)
        self.idf_ = np.log((1 + rows) / (1 + frequency)) + 1
        return self

    def transform(self, X: Sequence[Extraction]) -> csr_matrix:
        """Return one row a sentence, of all notes in order; shape `(sentences, features)`."""
        columns: list[int] = []
        ends = [0]
        find = self.vocabulary_.get
        for sentence in self._sentences(X):
            columns += [index for key in sentence if (index := find(key)) is not None]
            ends.append(len(columns))
        shape = (len(ends) - 1, len(self.vocabulary_))
        matrix = csr_matrix((np.ones(len(columns)), np.array(columns, dtype=np.int32), np.array(ends)), shape=shape)
        matrix.sum_duplicates()
        return self._weighted(matrix)

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray[Any, Any]:
        """Return `block:feature` for each column."""
        return np.array([f"{BLOCKS[block]}:{name}" for block, name in self.vocabulary_], dtype=object)

    def _weighted(self, matrix: csr_matrix) -> csr_matrix:
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        data = (1 + np.log(matrix.data)) * self.idf_[matrix.indices]
        groups = rows * len(BLOCKS) + self.block_[matrix.indices]
        lengths = np.sqrt(np.bincount(groups, weights=data**2, minlength=matrix.shape[0] * len(BLOCKS)))
        weights = np.array([self.weights[name] for name in BLOCKS])
        matrix.data = data / lengths[groups] * weights[self.block_[matrix.indices]]
        return matrix

    def _sentences(self, notes: Iterable[Extraction]) -> Iterator[list[tuple[int, str]]]:
        used = {name: index for index, name in enumerate(BLOCKS) if self.weights[name]}
        cache: dict[str, list[tuple[int, str]]] = {}
        for note in notes:
            signs = [self._signs(note, index) for index in range(len(note.sentences))]
            for index, sentence in enumerate(note.sentences):
                yield list(self._features(sentence, signs, index, used, cache))

    def _features(
        self,
        sentence: Sentence,
        signs: list[tuple[list[str], list[str]]],
        index: int,
        used: Mapping[str, int],
        cache: dict[str, list[tuple[int, str]]],
    ) -> Iterator[tuple[int, str]]:
        words = [word.translate(_DIGITS) for word in sentence.words]
        for word in words:
            if word not in cache:
                cache[word] = list(_word_features(word, used))
            yield from cache[word]
        if (block := used.get("words")) is not None:
            for left, right in zip(words, words[1:], strict=False):
                yield block, f"{left} {right}"
        concepts, cues = signs[index]
        if (block := used.get("concepts")) is not None:
            for name in concepts:
                yield block, name
        if (block := used.get("pairs")) is not None:
            for position, left in enumerate(concepts):
                for right in concepts[position + 1 :]:
                    yield block, f"{left}+{right}"
        if (block := used.get("cues")) is not None:
            for cue in cues:
                yield block, cue
        if (block := used.get("neighbours")) is not None:
            for side, other in (("<", index - 1), (">", index + 1)):
                if 0 <= other < len(signs):
                    for name in (*signs[other][0], *signs[other][1]):
                        yield block, f"{side}{name}"

    def _signs(self, note: Extraction, index: int) -> tuple[list[str], list[str]]:
        """Return the distinct concepts of a sentence, and its cue hits."""
        concepts = sorted({name for name, _, _ in note.sentences[index].concepts if name in self.concepts})
        cues = set()
        for mention in note.mentions:
            if mention.sentence == index:
                cues.add(f"{mention.indicator}!")
                cues.add(f"{mention.indicator}:{mention.level}")
                current = mention.context.status in CURRENT
                cues.add(f"{mention.indicator}:{'current' if current else mention.context.status}")
        return concepts, sorted(cues)


def _word_features(word: str, used: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    if (block := used.get("words")) is not None:
        yield block, word
    if (block := used.get("characters")) is not None:
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            for start in range(len(padded) - size + 1):
                yield block, padded[start : start + size]
