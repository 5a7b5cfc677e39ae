"""Token buckets: nobody sends more than the rate and one burst, and a wait is as long as it must be."""

from hypothesis import given
from hypothesis import strategies as st

from api.rate import RateLimiter


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    rate=st.floats(0.5, 500),
    burst=st.integers(1, 500),
    steps=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 100)), max_size=40),
)
def test_what_is_admitted_stays_within_rate_burst_and_one_credit(rate, burst, steps) -> None:
    clock = Clock()
    limiter = RateLimiter(rate=rate, burst=burst, clock=clock)
    admitted = 0
    for seconds, tokens in steps:
        clock.now += seconds
        if limiter.seconds_to_wait("a") == 0:
            limiter.take("a", tokens)
            admitted += tokens
    assert admitted <= burst + rate * clock.now + 100


@given(rate=st.floats(0.5, 500), burst=st.integers(1, 50), tokens=st.integers(1, 500))
def test_after_the_wait_the_caller_is_admitted(rate, burst, tokens) -> None:
    clock = Clock()
    limiter = RateLimiter(rate=rate, burst=burst, clock=clock)
    limiter.take("a", tokens)
    wait = limiter.seconds_to_wait("a")
    assert (wait > 0) == (tokens > burst - 1)
    clock.now += wait * 1.000001
    assert limiter.seconds_to_wait("a") < 1e-6
    assert limiter.seconds_to_wait("b") == 0
