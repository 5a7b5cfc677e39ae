"""Finds texts that are the same but for a few characters, among thousands, in seconds."""

from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

SIMILARITY = 90.0
"""Per cent of characters in common, in order, from which two texts count as near-duplicates."""

_SHARED_SHINGLES = 0.3
_COMMON = 200
_ROWS = 1024


def normalise(text: str) -> str:
    """Return the text without differences of case, punctuation and white space."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def near_duplicates(texts: Sequence[str], *, similarity: float = SIMILARITY) -> Iterator[tuple[int, int]]:
    """Yield pairs `(i, j)`, i < j, of near-duplicate texts.

    Runs of three words in common nominate a pair, and its characters decide. Runs that hundreds of texts share, such
    as the headings of a form, nominate nobody.
    """
    if not texts:
        return
    normalised = [normalise(text) for text in texts]
    shingles = _shingles(normalised)
    sizes = np.asarray(shingles.sum(axis=1)).ravel()
    for first in range(0, shingles.shape[0], _ROWS):
        shared = (shingles[first : first + _ROWS] @ shingles.T).tocoo()
        rows = shared.row + first
        enough = (rows < shared.col) & (shared.data >= _SHARED_SHINGLES * np.minimum(sizes[rows], sizes[shared.col]))
        for one, other in sorted(zip(rows[enough].tolist(), shared.col[enough].tolist(), strict=True)):
            if fuzz.ratio(normalised[one], normalised[other], score_cutoff=similarity):
                yield one, other


def _shingles(normalised: Sequence[str]) -> csr_matrix:
    vectorizer = HashingVectorizer(
        analyzer="word",
        tokenizer=str.split,
        token_pattern=None,
        lowercase=False,
        ngram_range=(3, 3),
        n_features=2**22,
        binary=True,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    # The borders let texts of one or two words have a run too.
    matrix = vectorizer.transform([f"^ {text} $" for text in normalised]).tocsc()
    counts = np.diff(matrix.indptr)
    return matrix[:, (counts > 1) & (counts <= _COMMON)].tocsr()
