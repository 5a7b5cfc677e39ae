import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from triage.review.recall import Stratum, exact_interval, measure


@pytest.mark.parametrize(
    ("missed", "sample", "recall", "low", "high"), [(2, 500, 0.82, 0.56, 0.97), (6, 1500, 0.82, 0.68, 0.93)]
)
def test_published_planning_figures(missed, sample, recall, low, high):
    """10,000 notes of which 300 are flagged and 180 confirmed, with a sample of the rest."""
    found = measure(None, confirmed=180, seen=0, strata=[Stratum(9700, sample, missed)])
    assert (found.recall, found.low, found.high) == pytest.approx((recall, low, high), abs=0.006)


def test_nothing_missed_in_a_sample_still_has_a_ceiling():
    assert exact_interval(0, 300, confidence=0.90)[1] == pytest.approx(0.0099, abs=1e-4)
    found = measure(None, confirmed=10, seen=0, strata=[Stratum(1000, 100, 0)])
    assert found.recall == 1.0 and found.low is not None and found.low < 0.3 and found.high == 1.0
    assert found.unknown


@given(st.integers(1, 200), st.data())
def test_the_interval_is_exact(trials, data):
    hits = data.draw(st.integers(0, trials))
    low, high = exact_interval(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    if hits:
        assert binom.sf(hits - 1, trials, low) == pytest.approx(0.025, rel=1e-6)
    if hits < trials:
        assert binom.cdf(hits, trials, high) == pytest.approx(0.025, rel=1e-6)


@given(
    st.integers(0, 500),
    st.integers(0, 20),
    st.lists(st.tuples(st.integers(1, 50), st.integers(1, 30), st.integers(0, 30)), min_size=1, max_size=3),
)
def test_the_estimate_lies_in_its_interval(confirmed, seen, parts):
    strata = [Stratum(read * times, read, min(missed, read)) for read, times, missed in parts]
    found = measure(None, confirmed=confirmed, seen=seen, strata=strata)
    if found.recall is None:
        assert found.refusal
    else:
        assert found.low is not None and found.high is not None
        assert 0 <= found.low <= found.recall + 1e-12 and found.recall <= found.high + 1e-12 <= 1 + 1e-9


def test_rates_weigh_what_was_missed():
    found = measure(None, confirmed=90, seen=0, strata=[Stratum(1000, 100, 1), Stratum(100, 100, 1)])
    assert found.estimated == pytest.approx(10 + 1)
    assert found.recall == pytest.approx(90 / 101)


@pytest.mark.parametrize("strata", [[], [Stratum(500, 0, 0)], [Stratum(500, 100, 0), Stratum(500, 0, 0)]])
def test_without_a_read_sample_there_is_no_figure(strata):
    found = measure("sextortion", confirmed=100, seen=0, strata=strata)
    assert found.recall is None and found.refusal and "sample" in found.refusal


def test_few_findings_of_an_indicator_are_not_shown():
    found = measure("sextortion", confirmed=2, seen=0, strata=[Stratum(500, 100, 1)])
    assert (found.recall, found.confirmed, found.missed) == (None, None, None)
    assert measure(None, confirmed=0, seen=0, strata=[Stratum(500, 100, 0)]).recall is None
