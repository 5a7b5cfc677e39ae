import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from triage.scoring.evidence import LONGEST, SHARE, SHORTEST, telling_stretch


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=60))
def test_the_stretch_is_short_and_keeps_most_of_the_best_score(scores):
    first, last = telling_stretch(np.array(scores))
    assert 0 <= first < last <= len(scores)
    assert min(SHORTEST, len(scores)) <= last - first <= LONGEST
    best = max(
        sum(scores[a:b])
        for a in range(len(scores))
        for b in range(a + min(SHORTEST, len(scores)), min(a + LONGEST, len(scores)) + 1)
    )
    assert sum(scores[first:last]) >= SHARE * best - 1e-9 or last - first == min(LONGEST, len(scores))


def test_the_telling_words_are_found():
    scores = np.array([0.0, 0.1, 2.0, 3.0, 1.5, 0.0, 0.0, -1.0])
    assert telling_stretch(scores) == (2, 5)
