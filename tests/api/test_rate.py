"""Token buckets: nobody sends more than the rate and one burst, and a wait is as long as it must be."""

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

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
    steps=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 100), st.integers(0, 1)), max_size=40),
    shared=st.booleans(),
)
def test_what_is_admitted_stays_within_rate_burst_and_one_credit(rate, burst, steps, shared) -> None:
    clock = Clock()
    with buckets(shared) as directory:
        limiters = [RateLimiter(rate=rate, burst=burst, directory=directory, clock=clock) for _ in range(2)]
        admitted = 0
        for seconds, tokens, worker in steps:
            clock.now += seconds
            limiter = limiters[worker if shared else 0]
            if limiter.seconds_to_wait("a") == 0:
                limiter.take("a", tokens)
                admitted += tokens
    assert admitted <= burst + rate * clock.now + 100


@contextmanager
def buckets(shared: bool):
    """Yield a directory for buckets that two workers share, or None."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) if shared else None


def test_workers_take_from_one_bucket_at_the_same_time(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from api.rate import RateLimiter
limiter = RateLimiter(rate=1, burst=10, directory=Path({str(tmp_path)!r}), clock=lambda: 0.0)
for _ in range(2000):
    limiter.take("a", 1)
"""
    workers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0]
    clock = Clock()
    limiter = RateLimiter(rate=1, burst=10, directory=tmp_path, clock=clock)
    assert limiter.seconds_to_wait("a") == 1 - (10 - 6000)
    assert limiter.seconds_to_wait("b") == 0


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
