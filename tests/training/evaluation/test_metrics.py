import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from triage.training.evaluation.matrices import Matrices
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

ONES = np.ones((1, 4))


def matrices(truth: list[list[int]], flagged: list[list[int]]) -> Matrices:
    width = len(truth[0])
    return Matrices(tuple("abc"[:width]), np.array(truth, bool), np.array(flagged, bool), np.array(flagged, np.float64))


@pytest.fixture
def small() -> Matrices:
    """Indicator a: 1 hit, 1 miss, 1 false alarm. b: 2 hits, 1 false alarm. c: never labelled, 1 false alarm."""
    return matrices([[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]], [[1, 1, 0], [0, 1, 0], [1, 1, 1], [0, 0, 0]])


def test_precision_recall_and_f1_by_indicator(small: Matrices) -> None:
    counts = count(small, ONES)
    assert precision(counts)[0].tolist() == pytest.approx([1 / 2, 2 / 3, 0])
    assert recall(counts)[0, :2].tolist() == pytest.approx([1 / 2, 1])
    assert np.isnan(recall(counts)[0, 2])
    assert f1(counts)[0].tolist() == pytest.approx([1 / 2, 4 / 5, 0])


def test_micro_average_counts_each_note_and_indicator_once(small: Matrices) -> None:
    counts = count(small, ONES).summed()
    assert precision(counts) == pytest.approx([3 / 6])
    assert recall(counts) == pytest.approx([3 / 4])
    assert f1(counts) == pytest.approx([6 / 10])


def test_macro_average_is_over_indicators_with_labels(small: Matrices) -> None:
    counts = count(small, ONES)
    assert macro(f1(counts), counts) == pytest.approx([(1 / 2 + 4 / 5) / 2])


def test_weights_stand_for_repeated_notes(small: Matrices) -> None:
    weights = np.array([[2.0, 0.0, 1.0, 3.0]])
    rows = [0, 0, 2, 3, 3, 3]
    expected = f1_score(small.truth[rows].ravel(), small.flagged[rows].ravel())
    assert f1(count(small, weights).summed()) == pytest.approx([expected])


def test_any_flag_counts_notes_whatever_the_indicator() -> None:
    counts = any_flag(matrices([[1, 0], [0, 0], [0, 1], [0, 0]], [[0, 1], [1, 1], [0, 0], [0, 0]]), ONES)
    assert (counts.hits[0], counts.flagged[0], counts.labelled[0]) == (1, 2, 2)


def test_average_precision_by_hand() -> None:
    # Order: hit, miss, hit, so (1/1 + 2/3) / 2.
    value = average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]), np.ones((1, 3)))
    assert value == pytest.approx([5 / 6])


def test_average_precision_takes_equal_scores_together() -> None:
    value = average_precision(np.array([True, False]), np.array([0.5, 0.5]), np.ones((1, 2)))
    assert value == pytest.approx([1 / 2])


def test_average_precision_without_labels_is_undefined() -> None:
    assert np.isnan(average_precision(np.array([False]), np.array([0.5]), np.ones((1, 1)))).all()


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_agrees_with_scikit_learn_in_every_resample(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, scores = random.random(60) < 0.3, random.integers(0, 12, 60) / 12
    weights = random.integers(0, 4, (7, 60)).astype(np.float64)
    expected = [average_precision_score(truth, scores, sample_weight=row) for row in weights]
    assert average_precision(truth, scores, weights).tolist() == pytest.approx(expected)


def test_average_precisions_have_one_column_an_indicator(small: Matrices) -> None:
    values = average_precisions(small, np.ones((3, 4)))
    assert values.shape == (3, 3)
    assert np.isnan(values[:, 2]).all()


def test_curve_ends_with_all_labels_found() -> None:
    truth, scores = np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1])
    curve = precision_recall_curve(truth, scores)
    assert [(point.threshold, point.recall) for point in curve] == [(0.9, 0.5), (0.7, 1.0)]
    assert [point.precision for point in curve] == pytest.approx([1, 2 / 3])


def test_curve_without_labels_is_empty() -> None:
    assert precision_recall_curve(np.array([False]), np.array([0.4])) == ()
