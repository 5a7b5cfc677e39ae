"""Intervals by resampling whole cases, or notes where no case is given, with a fixed seed."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest

from triage.training.evaluation.matrices import Values, Weights
from triage.training.evaluation.results import Estimate
from triage.training.records import Record

RESAMPLES = 1000
LEVEL = 0.95
SEED = 20260101


def resample(records: Sequence[Record], *, resamples: int = RESAMPLES, seed: int = SEED) -> Weights:
    """Draw cases with replacement, as often as there are cases.

    Returns:
        Shape (1 + resamples, notes): how often each note was drawn. The first row is the sample itself.
    """
    names, group = np.unique([record.case_id or record.id for record in records], return_inverse=True)
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    return np.vstack([np.ones(len(records)), drawn[:, group].astype(np.float64)])


def estimate(values: Values, count: int) -> Estimate:
    """Return a figure with the percentile interval of its resamples.

    Args:
        values: Shape (1 + resamples,), the figure itself first.
        count: What the figure counts over.
    """
    if np.isnan(values[0]):
        return Estimate(value=None, low=None, high=None, count=count)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values[~np.isnan(values)], [tail, 1 - tail])
    return Estimate(value=float(values[0]), low=float(low), high=float(high), count=count)


def estimate_share(values: Values, count: int) -> Estimate:
    """Return a share with its interval, by the exact binomial one where it is 0 or 1.

    Resampling cannot tell how far a share is from 0 or 1 that was never seen off it: 5 of 5 is no proof of 100 %.

    Args:
        values: Shape (1 + resamples,), the share itself first.
        count: What the share is of.
    """
    found = estimate(values, count)
    if found.value not in (0.0, 1.0) or count == 0:
        return found
    exact = binomtest(round(found.value * count), count).proportion_ci(LEVEL, method="exact")
    return found.model_copy(update={"low": float(exact.low), "high": float(exact.high)})
