"""Chooses the probability from which each indicator is raised, for a recall target with a lower confidence bound."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from triage.scoring.estimator import Parameters

CONFIDENCE = 0.8
"""One-sided confidence of the bound on recall."""


def recall_lower_bound(found: int, positives: int) -> float:
    """Return the one-sided Clopper-Pearson lower bound of recall."""
    return float(beta.ppf(1 - CONFIDENCE, found, positives - found + 1)) if found else 0.0


def choose_thresholds(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    *,
    indicators: Sequence[str],
    urgent: frozenset[str],
    parameters: Parameters,
) -> NDArray[np.float64]:
    """Return the highest threshold whose bound on recall meets the target, kept within the allowed range.

    Args:
        labels: Shape `(notes, indicators)`.
        probabilities: Out-of-fold, same shape.
        indicators: Order of the columns.
        urgent: Indicators with the higher recall target.
        parameters: Targets and range.
    """
    lowest, highest = parameters.threshold_range
    thresholds = np.full(len(indicators), (lowest + highest) / 2)
    for column, name in enumerate(indicators):
        target = parameters.urgent_recall_target if name in urgent else parameters.recall_target
        positive = np.sort(probabilities[labels[:, column] == 1, column])[::-1]
        for found in range(1, len(positive) + 1):
            if recall_lower_bound(found, len(positive)) >= target:
                thresholds[column] = positive[found - 1]
                break
        else:
            thresholds[column] = lowest
    return np.asarray(np.round(np.clip(thresholds, lowest, highest), 4))
