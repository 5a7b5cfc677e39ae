"""Whether probabilities mean what they say: Brier score, expected calibration error, reliability."""

import numpy as np
from numpy.typing import NDArray

from triage.training.evaluation.matrices import Matrices, Values, Weights, ratio
from triage.training.evaluation.results import ReliabilityBin

BINS = 10


def brier(matrices: Matrices, weights: Weights) -> Values:
    """Return the mean squared error of the probabilities over notes and indicators; shape (resamples,)."""
    squares = np.square(matrices.probabilities - matrices.truth).sum(axis=1)
    return ratio(weights @ squares, weights.sum(axis=1) * len(matrices.indicators))


def calibration_error(matrices: Matrices, weights: Weights) -> Values:
    """Return the expected calibration error over notes and indicators; shape (resamples,).

    Ten bins of equal width; in each, the distance between the mean probability and the share of labels, weighted by
    the bin's share of all probabilities (Guo and others 2017).
    """
    counts, predicted, labelled = (weights @ sums for sums in _sums(matrices))
    return ratio(np.abs(predicted - labelled).sum(axis=1), counts.sum(axis=1))


def reliability(matrices: Matrices) -> tuple[ReliabilityBin, ...]:
    """Return the ten bins over notes and indicators."""
    counts, predicted, labelled = (sums.sum(axis=0) for sums in _sums(matrices))
    return tuple(
        ReliabilityBin(
            low=index / BINS,
            high=(index + 1) / BINS,
            count=int(counts[index]),
            mean_probability=float(predicted[index] / counts[index]) if counts[index] else None,
            share_labelled=float(labelled[index] / counts[index]) if counts[index] else None,
        )
        for index in range(BINS)
    )


def _sums(matrices: Matrices) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return number, sum of probabilities and number of labels, each of shape (notes, bins)."""
    bins = np.minimum((matrices.probabilities * BINS).astype(np.intp), BINS - 1)
    inside = bins[:, :, None] == np.arange(BINS)
    return (
        inside.sum(axis=1).astype(np.float64),
        (inside * matrices.probabilities[:, :, None]).sum(axis=1),
        (inside & matrices.truth[:, :, None]).sum(axis=1).astype(np.float64),
    )
