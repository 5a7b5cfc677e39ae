"""Figures of a fitted model for its manifest, from cross-fitted probabilities of authors it had not seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

BINS = 10


def figures_of(
    labels: NDArray[np.int8],
    probabilities: NDArray[np.float64],
    flagged: NDArray[np.bool_],
    *,
    indicators: Sequence[str],
) -> dict[str, Any]:
    """Return overall and per-indicator figures of notes, by what models said that saw none of their authors.

    Args:
        labels: Shape `(notes, indicators)`.
        probabilities: Same shape.
        flagged: Same shape.
        indicators: Order of the columns.
    """
    truth = labels == 1
    any_labelled = np.asarray(truth.any(axis=1))
    any_flagged = np.asarray(flagged.any(axis=1))
    figures = {
        name: _one(truth[:, column], flagged[:, column], probabilities[:, column])
        for column, name in enumerate(indicators)
    }
    measured = [figure for figure in figures.values() if figure["positives"]]
    return {
        "basis": f"{len(labels)} whole notes, each scored and flagged by models that saw none of its author",
        "mean_average_precision": _mean([figure["average_precision"] for figure in measured]),
        "micro_f1": _f1(truth, flagged),
        "macro_f1": _mean([figure["f1"] for figure in measured]),
        "any_flag_recall": _share(any_flagged, any_labelled),
        "any_flag_precision": _share(any_labelled, any_flagged),
        "calibration_error": calibration_error(truth, probabilities),
        "indicators": figures,
    }


def calibration_error(labels: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> float:
    """Return the expected calibration error over all (note, indicator) pairs, in ten bins of equal width."""
    truth, scores = labels.ravel(), probabilities.ravel()
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [abs(truth[bins == b].mean() - scores[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    return round(float(sum(gaps)), 4)


def _one(truth: NDArray[np.bool_], flagged: NDArray[np.bool_], scores: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "positives": int(truth.sum()),
        "precision": _share(truth, flagged),
        "recall": _share(flagged, truth),
        "f1": _f1(truth, flagged),
        "average_precision": round(float(average_precision_score(truth, scores)), 4) if truth.any() else None,
    }


def _f1(truth: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> float:
    both = int((truth & flagged).sum())
    total = int(truth.sum()) + int(flagged.sum())
    return round(2 * both / total, 4) if total else 0.0


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float | None:
    return round(float(part[whole].mean()), 4) if whole.any() else None


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 4) if values else 0.0
