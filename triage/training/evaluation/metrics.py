"""Precision, recall, F1, average precision and any-flag figures, for all resamples at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.training.evaluation.matrices import Matrices, Values, Weights, ratio
from triage.training.evaluation.results import CurvePoint

CURVE_POINTS = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """Notes of each resample and indicator, or of each resample where the indicators are summed.

    Attributes:
        hits: Labelled and flagged.
        flagged: Flagged.
        labelled: Labelled.
    """

    hits: Values
    flagged: Values
    labelled: Values

    def summed(self) -> "Counts":
        """Return the counts over all indicators, for micro averages."""
        return Counts(self.hits.sum(axis=1), self.flagged.sum(axis=1), self.labelled.sum(axis=1))


def count(matrices: Matrices, weights: Weights) -> Counts:
    """Count current labels and flags; shapes (resamples, indicators)."""
    return Counts(
        hits=weights @ (matrices.truth & matrices.flagged),
        flagged=weights @ matrices.flagged,
        labelled=weights @ matrices.truth,
    )


def precision(counts: Counts) -> Values:
    """Return the share of flags that are labels; NaN where nothing is flagged."""
    return ratio(counts.hits, counts.flagged)


def recall(counts: Counts) -> Values:
    """Return the share of labels that are flagged; NaN where nothing is labelled."""
    return ratio(counts.hits, counts.labelled)


def f1(counts: Counts) -> Values:
    """Return the harmonic mean of precision and recall, 0 where there are labels and no flag is right."""
    return ratio(2 * counts.hits, counts.flagged + counts.labelled)


def macro(values: Values, counts: Counts) -> Values:
    """Return the mean over indicators that have labels in the resample.

    Args:
        values: Shape (resamples, indicators); NaN is left out.
        counts: Of the same shape.
    """
    usable = (counts.labelled > 0) & ~np.isnan(values)
    return ratio(np.where(usable, values, 0).sum(axis=1), usable.sum(axis=1).astype(np.float64))


def average_precision(truth: NDArray[np.bool_], scores: NDArray[np.float64], weights: Weights) -> Values:
    """Return the sum over distinct scores of precision times the recall gained, as scikit-learn defines it.

    Args:
        truth: Shape (notes,).
        scores: Shape (notes,); notes of one score count together.
        weights: Shape (resamples, notes).

    Returns:
        Shape (resamples,); NaN where a resample has no label.
    """
    order, last = _ranking(scores)
    drawn = weights[:, order]
    hits = np.cumsum(drawn * truth[order], axis=1)[:, last]
    flagged = np.cumsum(drawn, axis=1)[:, last]
    gained = np.diff(hits, axis=1, prepend=0)
    weighted = gained * np.nan_to_num(ratio(hits, flagged))
    return ratio(weighted.sum(axis=1), hits[:, -1])


def average_precisions(matrices: Matrices, weights: Weights) -> Values:
    """Return the average precision of each indicator; shape (resamples, indicators)."""
    columns = zip(matrices.truth.T, matrices.probabilities.T, strict=True)
    return np.column_stack([average_precision(truth, scores, weights) for truth, scores in columns])


def any_flag(matrices: Matrices, weights: Weights) -> Counts:
    """Count notes with any current label and with any current flag; shapes (resamples,)."""
    labelled, flagged = matrices.truth.any(axis=1), matrices.flagged.any(axis=1)
    return Counts(hits=weights @ (labelled & flagged), flagged=weights @ flagged, labelled=weights @ labelled)


def precision_recall_curve(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[CurvePoint, ...]:
    """Return some fifty points of the curve, the highest threshold first; none without a label.

    Args:
        truth: Shape (n,).
        scores: Shape (n,).
    """
    if not truth.any():
        return ()
    order, last = _ranking(scores)
    hits = np.cumsum(truth[order])[last]
    # Steps of recall are what a reader sees; of the thresholds that share one, the first has the best precision.
    steps = np.unique(np.round(hits / truth.sum() * CURVE_POINTS), return_index=True)[1]
    return tuple(
        CurvePoint(
            threshold=float(scores[order][last[step]]),
            precision=float(hits[step] / (last[step] + 1)),
            recall=float(hits[step] / truth.sum()),
        )
        for step in steps
    )


def _ranking(scores: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the order from the highest score, and where each distinct score ends in it."""
    order = np.argsort(-scores, kind="stable")
    return order, np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
