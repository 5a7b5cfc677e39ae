"""Token buckets: how many notes a caller may send."""

from collections.abc import Callable
from time import monotonic


class RateLimiter:
    """One token bucket a caller.

    A caller is admitted while its bucket holds anything, and what it sends is taken afterwards, if need be on credit:
    so a large batch is let in whole, and its sender waits longer before the next.

    Args:
        rate: Tokens a second.
        burst: Size of a bucket.
        clock: Seconds that only grow.
    """

    def __init__(self, *, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def seconds_to_wait(self, caller: str) -> float:
        """Return 0 if the caller is admitted now, or else after how many seconds it will be."""
        level = self._level(caller)
        return 0.0 if level >= 1 else (1 - level) / self._rate

    def take(self, caller: str, tokens: int) -> None:
        """Take tokens from the caller's bucket."""
        self._buckets[caller] = (self._level(caller) - tokens, self._clock())

    def _level(self, caller: str) -> float:
        now = self._clock()
        level, since = self._buckets.get(caller, (float(self._burst), now))
        return min(self._burst, level + (now - since) * self._rate)
