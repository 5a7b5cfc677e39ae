"""Labels and predictions of many notes as matrices (notes, indicators), which every figure is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.training.evaluation.predictions import Prediction
from triage.training.records import Record

Weights = NDArray[np.float64]
"""Shape (resamples, notes): how often each note stands in a resample. The first row is all ones, the sample itself."""
Values = NDArray[np.float64]
"""One figure a resample, or a row of them; NaN where it is undefined."""


@dataclass(frozen=True, slots=True)
class Matrices:
    """Current labels and current flags.

    Attributes:
        indicators: The columns.
        truth: Marked as current; shape (notes, indicators).
        flagged: Flagged as current; same shape.
        probabilities: Same shape.
    """

    indicators: tuple[str, ...]
    truth: NDArray[np.bool_]
    flagged: NDArray[np.bool_]
    probabilities: NDArray[np.float64]

    def of(self, notes: NDArray[np.bool_]) -> "Matrices":
        """Return the rows of some notes."""
        return Matrices(self.indicators, self.truth[notes], self.flagged[notes], self.probabilities[notes])

    def column(self, index: int) -> "Matrices":
        """Return one indicator alone."""
        only = slice(index, index + 1)
        return Matrices(self.indicators[only], self.truth[:, only], self.flagged[:, only], self.probabilities[:, only])


def make_matrices(records: Sequence[Record], predictions: Sequence[Prediction], indicators: Sequence[str]) -> Matrices:
    """Lay out labels and predictions, one row a note."""
    shape = (len(records), len(indicators))
    return Matrices(
        indicators=tuple(indicators),
        truth=np.array([[name in record.labels for name in indicators] for record in records]).reshape(shape),
        flagged=np.array([[name in said.flagged for name in indicators] for said in predictions]).reshape(shape),
        probabilities=np.array(
            [[said.probabilities.get(name, 0.0) for name in indicators] for said in predictions], dtype=np.float64
        ).reshape(shape),
    )


def ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> Values:
    """Divide, NaN where the denominator is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)
