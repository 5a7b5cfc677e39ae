"""The scikit-learn side of the model: one-vs-rest logistic regression over sentences, and the note-level regression.

The module path is part of the artefact's format: pickled pipelines name it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression

from triage.extraction import Extraction
from triage.scoring.combination import OWN, SHARED, Combination, design, from_coefficients
from triage.scoring.encoder import EncoderBlock
from triage.scoring.encoding import fit_encoder
from triage.scoring.identity import Folding

_FEW = 200_000
"""Up to so many values, starting a second process takes longer than the fits."""
_NEVER = -6.0
"""Log-odds of an indicator that no sentence, or every one, is marked with."""


@dataclass(frozen=True)
class Parameters:
    """Everything that shapes a model besides data and knowledge.

    Attributes:
        block_weights: Weight of each feature block; 0 leaves it out.
        min_count: Sentences that must hold a feature.
        balanced: Weigh the two classes of an indicator alike.
        any_status: Learn sentences from marks of every status, not only from current ones.
        cues: Let the note model see cue mentions.
        sentence_c: Inverse regularisation of the sentence model.
        combination_c: Inverse regularisation of the note model.
        deviation: How far indicators may deviate from the shared note model.
        folds: Groups of authors for out-of-fold scores.
        recall_target: Recall that a threshold aims at.
        urgent_recall_target: The same for indicators of critical and strong base strength.
        threshold_range: Lowest and highest threshold.
        min_positives: Notes an indicator needs for its figures to count as validated.
    """

    block_weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "words": 1.0,
            "characters": 1.0,
            "concepts": 0.7,
            "concept_pairs": 0.0,
            "neighbours": 0.4,
        }
    )
    min_count: int = 3
    balanced: bool = True
    any_status: bool = False
    cues: bool = True
    sentence_c: float = 10.0
    combination_c: float = 0.1
    deviation: float = 0.5
    folds: int = 3
    recall_target: float = 0.75
    urgent_recall_target: float = 0.8
    threshold_range: tuple[float, float] = (0.28, 0.42)
    min_positives: int = 20

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters for a manifest."""
        return asdict(self)


class SentenceEncoding(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fits an `Encoder` inside a scikit-learn pipeline.

    Args:
        folding: How words are read.
        concepts: Names of the concepts to use.
        block_weights: Weight of each feature block.
        min_count: Sentences that must hold a feature.
    """

    def __init__(
        self, *, folding: Folding, concepts: frozenset[str], block_weights: Mapping[str, float], min_count: int
    ) -> None:
        self.folding = folding
        self.concepts = concepts
        self.block_weights = block_weights
        self.min_count = min_count

    def fit(self, X: Sequence[Extraction], y: object = None) -> Self:  # noqa: ARG002
        """Collect the vocabulary of notes."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Sequence[Extraction], y: object = None) -> csr_matrix:  # noqa: ARG002
        """Collect the vocabulary of notes and encode their sentences, reading them once."""
        self.encoder_, encoded = fit_encoder(
            X,
            folding=self.folding,
            concepts=self.concepts,
            weights=self.block_weights,
            min_count=self.min_count,
        )
        return encoded.matrix()

    def transform(self, X: Sequence[Extraction]) -> csr_matrix:
        """Encode the sentences of notes."""
        return self.encoder_.encode(X).matrix()


class SentenceVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Adds the vectors of a local encoder as a block of features; there is nothing to fit.

    Args:
        block: What makes the vectors.
    """

    def __init__(self, *, block: EncoderBlock) -> None:
        self.block = block

    def fit(self, X: Sequence[Extraction], y: object = None) -> Self:  # noqa: ARG002
        """Return itself."""
        return self

    def transform(self, X: Sequence[Extraction]) -> csr_matrix:
        """Encode the sentences of notes."""
        return csr_matrix(self.block.encode(X))

    def __sklearn_is_fitted__(self) -> bool:
        return True


class SentenceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One-vs-rest logistic regression, its coefficients in one matrix.

    Args:
        C: Inverse regularisation.
        balanced: Weigh the two classes of an indicator alike.
    """

    def __init__(self, *, C: float, balanced: bool = True) -> None:
        self.C = C
        self.balanced = balanced

    def fit(self, X: csr_matrix, y: NDArray[np.int8]) -> Self:
        """Fit one regression a column of `y`; a column without both classes gets a constant low score."""
        rows = X.astype(np.float64).tocsr()
        rows.sum_duplicates()
        # Processes, not threads: the solver draws from one random state of its process.
        fitted = Parallel(n_jobs=2 if rows.nnz > _FEW else 1)(
            delayed(self._fit_one)(rows, y[:, column]) for column in range(y.shape[1])
        )
        self.coef_ = np.array([coefficients for coefficients, _ in fitted], dtype=np.float32)
        self.intercept_ = np.array([intercept for _, intercept in fitted], dtype=np.float32)
        self.classes_ = np.arange(y.shape[1])
        return self

    def decision_function(self, X: csr_matrix) -> NDArray[np.float64]:
        """Return log-odds, shape `(sentences, indicators)`."""
        return np.asarray(X @ self.coef_.T + self.intercept_, dtype=np.float64)

    def _fit_one(self, rows: csr_matrix, target: NDArray[np.int8]) -> tuple[NDArray[np.float64], float]:
        if target.min() == target.max():
            return np.zeros(rows.shape[1]), _NEVER
        # The dual problem has the same solution and is four times quicker with more features than sentences.
        model = LogisticRegression(
            C=self.C,
            solver="liblinear",
            dual=True,
            class_weight="balanced" if self.balanced else None,
            tol=0.2,
            max_iter=1000,
            random_state=0,
        )
        model.fit(rows, target)
        return model.coef_[0], float(model.intercept_[0])


def fit_combination(features: NDArray[np.float64], labels: NDArray[np.int8], parameters: Parameters) -> Combination:
    """Fit the note model.

    Args:
        features: Shape `(notes, indicators, len(SHARED))`, from out-of-fold sentence scores.
        labels: Shape `(notes, indicators)`.
        parameters: Regularisation.
    """
    indicators, first = labels.shape[1], bool(labels.flat[0])
    if (labels == first).all():
        # Labels that are all alike teach nothing.
        bias = -_NEVER if first else _NEVER
        return Combination(np.zeros(len(SHARED)), np.zeros((indicators, len(OWN))), bias)
    model = LogisticRegression(C=parameters.combination_c, max_iter=300)
    model.fit(design(features, deviation=parameters.deviation), labels.ravel())
    return from_coefficients(
        model.coef_[0], float(model.intercept_[0]), indicators=indicators, deviation=parameters.deviation
    )
