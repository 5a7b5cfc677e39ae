import numpy as np
import pytest

from triage.training.evaluation.bootstrap import estimate, estimate_share, resample


def test_first_row_is_the_sample_itself(record) -> None:
    notes = [record(str(number), "Visit went well.") for number in range(5)]
    weights = resample(notes, resamples=20)
    assert weights.shape == (21, 5)
    assert weights[0].tolist() == [1] * 5
    assert (weights.sum(axis=1) == 5).all()


def test_notes_of_a_case_are_drawn_together(record) -> None:
    notes = [record(str(number), "Visit went well.", case_id=f"C-{number // 2}") for number in range(6)]
    weights = resample(notes, resamples=50)
    assert (weights[:, 0::2] == weights[:, 1::2]).all()
    assert len(np.unique(weights[1:, 0])) > 1


def test_same_seed_same_resamples(record) -> None:
    notes = [record(str(number), "Visit went well.") for number in range(9)]
    assert (resample(notes, resamples=10) == resample(notes, resamples=10)).all()


def test_estimate_is_the_first_value_with_the_middle_of_the_others() -> None:
    values = np.concatenate([[0.5], np.linspace(0, 1, 1001), [np.nan]])
    found = estimate(values, 7)
    assert (found.value, found.count) == (0.5, 7)
    assert (found.low, found.high) == pytest.approx((0.025, 0.975), abs=0.001)


def test_undefined_figure_has_no_interval() -> None:
    found = estimate(np.array([np.nan, 0.2]), 0)
    assert (found.value, found.low, found.high) == (None, None, None)


def test_five_of_five_is_no_proof_of_a_hundred_per_cent() -> None:
    found = estimate_share(np.ones(100), 5)
    assert found.high == 1
    assert found.low == pytest.approx(0.025 ** (1 / 5))


def test_none_of_five_is_no_proof_of_zero() -> None:
    found = estimate_share(np.zeros(100), 5)
    assert found.low == 0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 5))


def test_interval_of_a_share_of_many_notes_covers_the_true_one(record) -> None:
    random = np.random.default_rng(3)
    notes = [record(str(number), "Visit went well.") for number in range(400)]
    weights = resample(notes)
    covered = 0
    for _ in range(60):
        found = estimate_share(weights @ (random.random(400) < 0.3) / 400, 400)
        covered += found.low <= 0.3 <= found.high
    assert covered >= 51
