import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from triage.extraction import Extraction, Sentence
from triage.scoring.encoding import fit_encoder
from triage.scoring.evidence import LONGEST, SHARE, SHORTEST, Attribution, telling_stretch
from triage.scoring.identity import IDENTITY, Folding


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


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(0, 99))
def test_the_shares_of_tokens_and_concepts_are_those_of_the_score(tokens, seed):
    words = [("phone", "photo", "he", "polish")[number] for number in tokens]
    spans = (("device", 0, 1), ("device", len(words) - 1, len(words)), ("secret", 0, len(words)))
    sentence = Sentence(0, 1, tuple(words), tuple((0, 1) for _ in words), spans)
    note = Extraction((sentence,), (), (), ())
    weights = {"words": 1.0, "characters": 0.5, "concepts": 0.7, "concept_pairs": 0.0, "neighbours": 0.0}
    folding = Folding({"he": "they", "polish": IDENTITY})
    known = frozenset({"device", "secret"})
    encoder, encoded = fit_encoder([note], folding=folding, concepts=known, weights=weights, min_count=1)
    values = np.random.default_rng(seed).normal(size=(len(encoder.vocabulary), 3)).astype(np.float32)
    shares = Attribution(encoder, encoded, values, None).contributions(sentence, 0, [2, 0])
    pairs = [column for (block, name), column in encoder.vocabulary.items() if block == 0 and " " in name]
    values[pairs] = 0  # Pairs of words belong to no token.
    np.testing.assert_allclose(shares.sum(axis=1), encoded.times(values)[0, [2, 0]], atol=1e-4)
    assert shares.shape == (2, len(words))
