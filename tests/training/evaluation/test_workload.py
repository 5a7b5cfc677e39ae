import numpy as np
import pytest

from triage.training.evaluation.matrices import Matrices
from triage.training.evaluation.workload import workload


def test_notes_to_read_by_hand() -> None:
    # Three of four notes with a sign are flagged, and one of five without.
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0], bool)[:, None]
    flagged = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0], bool)[:, None]
    found = workload(Matrices(("a",), truth, flagged, flagged.astype(float)), np.ones((1, 9)), volume=1000)
    row = next(row for row in found.rows if row.prevalence == 0.1)
    assert row.with_sign.value == pytest.approx(1000 * 0.1 * 3 / 4)
    assert row.to_read.value == pytest.approx(75 + 1000 * 0.9 / 5)
    assert row.missed.value == pytest.approx(25)
