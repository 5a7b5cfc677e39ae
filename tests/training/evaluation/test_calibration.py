import numpy as np
import pytest

from triage.training.evaluation.calibration import brier, calibration_error, reliability
from triage.training.evaluation.matrices import Matrices


def one(truth: list[int], probabilities: list[float]) -> Matrices:
    column = np.array(truth, bool)[:, None]
    return Matrices(("a",), column, column, np.array(probabilities)[:, None])


SMALL = one([1, 0, 1, 0], [0.95, 0.85, 0.15, 0.15])


def test_brier_by_hand() -> None:
    expected = (0.05**2 + 0.85**2 + 0.85**2 + 0.15**2) / 4
    assert brier(SMALL, np.ones((1, 4))) == pytest.approx([expected])


def test_calibration_error_by_hand() -> None:
    # Bins: .95 holds one label of one; .85 none of one; .15 one of two.
    expected = (1 * 0.05 + 1 * 0.85 + 2 * abs(0.15 - 0.5)) / 4
    assert calibration_error(SMALL, np.ones((1, 4))) == pytest.approx([expected])


def test_calibration_error_of_a_resample_is_that_of_its_notes() -> None:
    drawn = one([1, 1, 1, 0], [0.95, 0.95, 0.15, 0.15])
    weights = np.array([[2.0, 0.0, 1.0, 1.0]])
    assert calibration_error(SMALL, weights) == pytest.approx(calibration_error(drawn, np.ones((1, 4))))
    assert brier(SMALL, weights) == pytest.approx(brier(drawn, np.ones((1, 4))))


def test_reliability_has_ten_bins_and_one_belongs_to_the_last() -> None:
    bins = reliability(one([1, 0], [1.0, 0.0]))
    assert len(bins) == 10
    assert [(b.count, b.mean_probability, b.share_labelled) for b in (bins[0], bins[5], bins[9])] == [
        (1, 0.0, 0.0),
        (0, None, None),
        (1, 1.0, 1.0),
    ]
