import numpy as np

from triage.scoring.estimator import Parameters
from triage.training.thresholds import choose_thresholds, recall_lower_bound


def test_the_bound_is_below_the_observed_recall():
    assert recall_lower_bound(45, 50) < 0.9
    assert recall_lower_bound(0, 50) == 0


def test_more_recall_asks_for_a_lower_threshold_within_the_range():
    rng = np.random.default_rng(1)
    labels = np.repeat([[1, 1], [0, 0]], 100, axis=0).astype(np.int8)
    probabilities = np.clip(labels * 0.4 + rng.uniform(0, 0.5, labels.shape), 0, 1)
    parameters = Parameters(recall_target=0.5, urgent_recall_target=0.95, threshold_range=(0.1, 0.9))
    calm, urgent = choose_thresholds(
        labels, probabilities, indicators=("calm", "urgent"), urgent=frozenset(["urgent"]), parameters=parameters
    )
    assert 0.1 <= urgent < calm <= 0.9
    found = (probabilities[:100, 1] >= urgent).mean()
    assert found >= 0.95
