"""Token buckets: how many notes a caller may send, to all workers together."""

import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from time import monotonic

_BUCKET = struct.Struct("=dd")


class RateLimiter:
    """One token bucket a caller.

    A caller is admitted while its bucket holds anything, and what it sends is taken afterwards, if need be on credit:
    so a large batch is let in whole, and its sender waits longer before the next.

    Args:
        rate: Tokens a second.
        burst: Size of a bucket.
        directory: Where the buckets are that several processes share; without it they are this process's own.
        clock: Seconds that only grow, the same in every process.
    """

    def __init__(
        self, *, rate: float, burst: int, directory: Path | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._directory = directory
        self._own: dict[str, tuple[float, float]] = {}
        self._files: dict[str, int] = {}

    def seconds_to_wait(self, caller: str) -> float:
        """Return 0 if the caller is admitted now, or else after how many seconds it will be."""
        level = self._change(caller, 0)
        return 0.0 if level >= 1 else (1 - level) / self._rate

    def take(self, caller: str, tokens: int) -> None:
        """Take tokens from the caller's bucket."""
        self._change(caller, tokens)

    def _change(self, caller: str, tokens: int) -> float:
        """Take tokens and return what the bucket then holds."""
        if self._directory is None:
            bucket = self._own[caller] = self._after(self._own.get(caller), tokens)
            return bucket[0]
        import fcntl

        file = self._file(caller)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            kept = os.pread(file, _BUCKET.size, 0)
            bucket = self._after(_BUCKET.unpack(kept) if len(kept) == _BUCKET.size else None, tokens)
            os.pwrite(file, _BUCKET.pack(*bucket), 0)
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
        return bucket[0]

    def _after(self, bucket: tuple[float, ...] | None, tokens: int) -> tuple[float, float]:
        now = self._clock()
        level, since = bucket or (float(self._burst), now)
        return min(self._burst, level + (now - since) * self._rate) - tokens, now

    def _file(self, caller: str) -> int:
        """Return the open file of a bucket; callers are admitted keys, so there are few."""
        if caller not in self._files:
            assert self._directory is not None
            name = f"bucket-{hashlib.sha256(caller.encode()).hexdigest()[:32]}"
            self._files[caller] = os.open(self._directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._files[caller]
