"""Turns the sentences of notes into weighted sparse rows, each block of features of unit length times its weight.

Plain numpy and scipy, so that scoring needs neither scikit-learn nor a pickle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from triage.extraction import Extraction
from triage.scoring.features import BLOCKS, Counts, FeatureReader, FixedVocabulary, GrowingVocabulary, Key
from triage.scoring.identity import Folding


@dataclass(frozen=True, slots=True)
class Encoded:
    """Weighted features of sentences; both of shape `(sentences, columns)`, and their sum is what the model sees.

    Attributes:
        tokens: Features that belong to one token.
        others: Word pairs, concepts and neighbours.
        places: Tokens that each stored value of `tokens` is shared between.
    """

    tokens: csr_matrix
    others: csr_matrix
    places: NDArray[np.float32]

    def times(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product with weights of shape `(columns, n)`."""
        product: NDArray[np.float32] = self.tokens @ weights + self.others @ weights
        return product

    def matrix(self) -> csr_matrix:
        """Return what the model sees as one matrix."""
        return self.tokens + self.others


@dataclass(frozen=True)
class Encoder:
    """A fitted encoder.

    Attributes:
        folding: How words are read.
        vocabulary: Block and feature to column.
        idf: Inverse document frequency of each column.
        weights: Weight of each block; each block is scaled to unit length by itself first.
        reader: Looks up the features of sentences.
    """

    folding: Folding
    vocabulary: Mapping[Key, int]
    idf: NDArray[np.float32]
    weights: tuple[float, ...]
    reader: FeatureReader = field(init=False, repr=False, compare=False)
    _blocks: NDArray[np.int8] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        blocks = np.fromiter((block for block, _ in self.vocabulary), dtype=np.int8, count=len(self.vocabulary))
        object.__setattr__(self, "_blocks", blocks)
        object.__setattr__(self, "reader", FeatureReader(FixedVocabulary(self.vocabulary), self.folding))

    def encode(self, notes: Iterable[Extraction]) -> Encoded:
        """Return one row a sentence, of all notes in order."""
        return self.weigh(self.reader.count(notes))

    def weigh(self, counts: Counts) -> Encoded:
        """Return the weighted rows of counted features."""
        size = counts.tokens.shape[0] * len(BLOCKS)
        parts = [(part, self._values(part), self._groups(part)) for part in (counts.tokens, counts.others)]
        squares = np.zeros(size)
        for _, values, groups in parts:
            squares += np.bincount(groups, weights=values**2, minlength=size)
        with np.errstate(divide="ignore", invalid="ignore"):
            scales = (np.tile(self.weights, counts.tokens.shape[0]) / np.sqrt(squares)).astype(np.float32)
        tokens, others = (
            csr_matrix((values * scales[groups], part.indices, part.indptr), shape=part.shape)
            for part, values, groups in parts
        )
        return Encoded(tokens, others, counts.tokens.data)

    def _values(self, counts: csr_matrix) -> NDArray[np.float32]:
        values: NDArray[np.float32] = (1 + np.log(counts.data)) * self.idf[counts.indices]
        return values

    def _groups(self, counts: csr_matrix) -> NDArray[np.intp]:
        """Return sentence and block, as one number, of each stored value."""
        sentences = np.repeat(np.arange(counts.shape[0]) * len(BLOCKS), np.diff(counts.indptr))
        groups: NDArray[np.intp] = sentences + self._blocks[counts.indices]
        return groups


def fit_encoder(
    notes: Sequence[Extraction],
    *,
    folding: Folding,
    concepts: frozenset[str],
    weights: Mapping[str, float],
    min_count: int,
) -> tuple[Encoder, Encoded]:
    """Collect the vocabulary and inverse document frequencies.

    Args:
        notes: Training notes.
        folding: How words are read.
        concepts: Names of the concepts to use.
        weights: Weight of each of `BLOCKS`; a block of weight 0 is left out.
        min_count: Sentences that must hold a feature.

    Returns:
        The encoder, and what it makes of the notes.
    """
    met = GrowingVocabulary(
        blocks=frozenset(block for block, name in enumerate(BLOCKS) if weights[name]), concepts=concepts
    )
    counts = FeatureReader(met, folding).count(notes)
    rows = counts.tokens.shape[0]
    frequency = np.bincount(np.concatenate([counts.tokens.indices, counts.others.indices]), minlength=len(met))
    kept = sorted(key for key, column in met.items() if frequency[column] >= min_count)
    columns = np.array([met[key] for key in kept], dtype=np.intp)
    encoder = Encoder(
        folding=folding,
        vocabulary={key: column for column, key in enumerate(kept)},
        idf=(np.log((1 + rows) / (1 + frequency[columns])) + 1).astype(np.float32),
        weights=tuple(weights[name] for name in BLOCKS),
    )
    return encoder, encoder.weigh(Counts(counts.tokens[:, columns], counts.others[:, columns]))
