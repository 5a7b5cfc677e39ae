"""All figures of one system from its predictions."""

from collections.abc import Mapping, Sequence

import numpy as np

from triage.training.checks import ENOUGH_POSITIVES
from triage.training.evaluation.bootstrap import estimate, estimate_share
from triage.training.evaluation.calibration import brier, calibration_error, reliability
from triage.training.evaluation.evidence import Tally, evidence_on_marks, marks_overlapped
from triage.training.evaluation.matrices import Matrices, Weights, make_matrices, ratio
from triage.training.evaluation.metrics import (
    any_flag,
    average_precision,
    average_precisions,
    count,
    f1,
    macro,
    precision,
    precision_recall_curve,
    recall,
)
from triage.training.evaluation.mistakes import mistakes
from triage.training.evaluation.predictions import Prediction, System
from triage.training.evaluation.results import Estimate, IndicatorFigures, Overall, StatusFigures, SystemFigures
from triage.training.evaluation.slices import slices
from triage.training.evaluation.status import FoundMark, confusion, found_marks
from triage.training.evaluation.swaps import Swap, Swapped, compare_swapped
from triage.training.evaluation.workload import workload
from triage.training.records import Record


def system_figures(
    system: System,
    records: Sequence[Record],
    predictions: Sequence[Prediction],
    weights: Weights,
    *,
    indicators: Sequence[str],
    volume: int,
    swapped: Mapping[Swap, Swapped],
) -> SystemFigures:
    """Return all figures of a system.

    Args:
        system: Its name and description.
        records: The notes it was tried on.
        predictions: What it said, one a note.
        weights: Resamples of the notes.
        indicators: In the order of the figures.
        volume: Notes a week.
        swapped: What it said of notes whose words were exchanged.
    """
    matrices = make_matrices(records, predictions, indicators)
    return SystemFigures(
        name=system.name,
        description=system.description,
        overall=_overall(matrices, weights, records, predictions),
        indicators={
            indicator: _indicator(matrices.column(index), weights) for index, indicator in enumerate(indicators)
        },
        reliability=reliability(matrices),
        curve=precision_recall_curve(matrices.truth.ravel(), matrices.probabilities.ravel()),
        status=_status(found_marks(records, predictions), weights),
        workload=workload(matrices, weights, volume=volume),
        slices=slices(records, matrices, weights),
        swaps=tuple(compare_swapped(swap, records, predictions, said, weights) for swap, said in swapped.items()),
        mistakes=mistakes(records, predictions),
    )


def _overall(
    matrices: Matrices, weights: Weights, records: Sequence[Record], predictions: Sequence[Prediction]
) -> Overall:
    each = count(matrices, weights)
    micro, notes = each.summed(), len(records)
    anything = any_flag(matrices, weights)
    return Overall(
        precision=estimate_share(precision(micro), int(micro.flagged[0])),
        recall=estimate_share(recall(micro), int(micro.labelled[0])),
        f1=estimate(f1(micro), notes),
        macro_precision=estimate(macro(precision(each), each), notes),
        macro_recall=estimate(macro(recall(each), each), notes),
        macro_f1=estimate(macro(f1(each), each), notes),
        mean_average_precision=estimate(macro(average_precisions(matrices, weights), each), notes),
        brier=estimate(brier(matrices, weights), notes),
        calibration_error=estimate(calibration_error(matrices, weights), notes),
        any_flag_recall=estimate_share(recall(anything), int(anything.labelled[0])),
        any_flag_precision=estimate_share(precision(anything), int(anything.flagged[0])),
        evidence_recall=_share(marks_overlapped(records, predictions), weights),
        evidence_precision=_share(evidence_on_marks(records, predictions), weights),
    )


def _indicator(matrices: Matrices, weights: Weights) -> IndicatorFigures:
    counts = count(matrices, weights).summed()
    labelled, flagged = int(counts.labelled[0]), int(counts.flagged[0])
    truth, scores = matrices.truth[:, 0], matrices.probabilities[:, 0]
    notes = len(truth)
    return IndicatorFigures(
        labelled=labelled,
        flagged=flagged,
        enough=labelled >= ENOUGH_POSITIVES,
        precision=estimate_share(precision(counts), flagged),
        recall=estimate_share(recall(counts), labelled),
        f1=estimate(f1(counts), notes),
        average_precision=estimate(average_precision(truth, scores, weights), notes),
        brier=estimate(brier(matrices, weights), notes),
        calibration_error=estimate(calibration_error(matrices, weights), notes),
        reliability=reliability(matrices),
        curve=precision_recall_curve(truth, scores),
    )


def _share(tally: Tally, weights: Weights) -> Estimate:
    met, total = tally
    return estimate_share(ratio(weights @ met, weights @ total), int(total.sum()))


def _status(found: Sequence[FoundMark], weights: Weights) -> StatusFigures | None:
    if not found:
        return None
    notes = weights.shape[1]
    of_note = np.array([mark.note for mark in found])
    total = np.bincount(of_note, minlength=notes)
    right = np.bincount(of_note, weights=[mark.given is mark.marked for mark in found], minlength=notes)
    naive = np.bincount(of_note, weights=[mark.baseline is mark.marked for mark in found], minlength=notes)
    return StatusFigures(
        accuracy=_share(np.array([right, total]), weights),
        baseline_accuracy=_share(np.array([naive, total]), weights),
        confusion=confusion(found),
    )
