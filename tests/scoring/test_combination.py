import numpy as np
import pytest

from triage.extraction import Context, CueMention, Extraction, Sentence
from triage.flag import Level, Status
from triage.scoring.combination import OWN, SHARED, design, from_coefficients, note_features

INDICATORS = ("a", "b")


def note(*statuses):
    sentences = tuple(Sentence(n, n + 1, ("x",), ((n, n + 1),), ()) for n in range(3))
    mentions = tuple(
        CueMention("a", f"c{n}", Level.HARM_DESCRIBED, n, n + 1, n, Context(status, ()), None)
        for n, status in enumerate(statuses)
    )
    return Extraction(sentences, mentions, (), ())


SCORES = np.array([[1.0, -2.0], [3.0, 0.5], [-9.0, 0.0]])


def column(features, name):
    return features[:, SHARED.index(name)].tolist()


def test_sentence_scores_are_clipped_and_ranked():
    features = note_features(note(), SCORES, INDICATORS)
    assert column(features, "best_sentence") == [3.0, 0.5]
    assert column(features, "second_sentence") == [1.0, 0.0]
    assert column(features, "rival") == [0.5, 3.0]
    assert not any(column(features, "cue_current"))


@pytest.mark.parametrize(
    ("status", "current", "soft", "other"),
    [(Status.AFFIRMED, 1, 0, 0), (Status.DENIED, 1, 1, 0), (Status.NEGATED, 0, 0, 1), (Status.HISTORICAL, 0, 0, 1)],
)
def test_cues_count_by_their_status(status, current, soft, other):
    features = note_features(note(status), SCORES, INDICATORS)
    assert column(features, "cue_current") == [current, 0]
    assert column(features, "cue_possible_or_denied") == [soft, 0]
    assert column(features, "cue_not_current") == [other, 0]


def test_unpacked_coefficients_give_the_regression_on_the_design_matrix():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(5, 2, len(SHARED)))
    coefficients = rng.normal(size=len(SHARED) + 2 * len(OWN))
    expected = (design(features, deviation=0.5) @ coefficients + 0.3).reshape(5, 2)
    combination = from_coefficients(coefficients, 0.3, indicators=2, deviation=0.5)
    actual = np.array([combination.log_odds(one) for one in features])
    np.testing.assert_allclose(actual, expected)
