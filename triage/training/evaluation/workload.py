"""How many notes a week a team would read, at its own volume and at several prevalences."""

from triage.training.evaluation.bootstrap import estimate
from triage.training.evaluation.matrices import Matrices, Values, Weights, ratio
from triage.training.evaluation.metrics import any_flag
from triage.training.evaluation.results import Workload, WorkloadRow

PREVALENCES = (0.01, 0.03, 0.05, 0.1, 0.2)
"""Shares of notes with a true sign. A corpus written to teach has far more than a team's week of notes."""


def workload(matrices: Matrices, weights: Weights, *, volume: int) -> Workload:
    """Return the notes to read a week.

    Args:
        matrices: Labels and flags.
        weights: Resamples.
        volume: Notes a week.
    """
    counts = any_flag(matrices, weights)
    found = ratio(counts.hits, counts.labelled)
    alarms = ratio(counts.flagged - counts.hits, weights.sum(axis=1) - counts.labelled)
    notes = len(matrices.truth)
    return Workload(
        volume=volume, rows=tuple(_row(found, alarms, volume, prevalence, notes) for prevalence in PREVALENCES)
    )


def _row(found: Values, alarms: Values, volume: int, prevalence: float, notes: int) -> WorkloadRow:
    with_sign = volume * prevalence * found
    return WorkloadRow(
        prevalence=prevalence,
        to_read=estimate(with_sign + volume * (1 - prevalence) * alarms, notes),
        with_sign=estimate(with_sign, notes),
        missed=estimate(volume * prevalence - with_sign, notes),
    )
