"""Sends requests over a fixed number of connections for a while and prints what came back, as one line of JSON.

Run by `bench.api` in a process of its own, because Locust replaces the standard library's sockets.
"""

from locust import FastHttpUser, constant, task  # isort: skip  (patches the standard library first)
import argparse
import itertools
import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment


class Caller(FastHttpUser):
    """One connection that sends the next body as soon as it has its answer.

    Attributes:
        path: Where to.
        bodies: What to send, in turn, shared by all callers.
        statuses: How often each status came back; 503 with Retry-After is counted as `told to wait`.
        milliseconds: Time to each answer that was not told to wait.
    """

    wait_time = constant(0)
    path = ""
    bodies: "itertools.cycle[bytes]"
    statuses: Counter[str]
    milliseconds: list[float]

    @task
    def call(self) -> None:
        """Send one request."""
        body = next(self.bodies)
        headers = {"Content-Type": "application/json"}
        with self.client.post(self.path, data=body, headers=headers, catch_response=True) as response:
            wait = response.headers.get("Retry-After") if response.headers else None
            told_to_wait = response.status_code == 503 and wait is not None
            self.statuses["told to wait" if told_to_wait else str(response.status_code)] += 1
            if not told_to_wait:
                self.milliseconds.append(response.request_meta["response_time"])
            response.success()
        if told_to_wait:
            gevent.sleep(float(wait))


def main() -> None:
    """Run as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("host")
    parser.add_argument("path")
    parser.add_argument("bodies", type=Path, help="file of bodies, one a line")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--requests", type=int, default=1_000_000, help="stop after so many, if that is sooner")
    parser.add_argument("--skip", type=int, default=0, help="begin behind so many bodies")
    options = parser.parse_args()
    os.write(1, json.dumps(run(options)).encode() + b"\n")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return the rate, the percentiles and the statuses of one run."""
    Caller.host, Caller.path = options.host, options.path
    bodies = options.bodies.read_bytes().splitlines()
    Caller.bodies = itertools.cycle(bodies[options.skip :] + bodies[: options.skip])
    Caller.statuses, Caller.milliseconds = Counter(), []
    runner = Environment(user_classes=[Caller]).create_local_runner()
    runner.start(options.connections, spawn_rate=options.connections)
    gevent.sleep(1)
    # What was measured while connections were still being opened does not count.
    opening = sum(Caller.statuses.values())
    Caller.statuses.clear()
    Caller.milliseconds.clear()
    began = time.perf_counter()
    while time.perf_counter() - began < options.seconds and sum(Caller.statuses.values()) < options.requests:
        gevent.sleep(0.05)
    elapsed = time.perf_counter() - began
    milliseconds, statuses = sorted(Caller.milliseconds), dict(Caller.statuses)
    runner.quit()
    return {
        "requests_per_second": len(milliseconds) / elapsed,
        "p50": milliseconds[len(milliseconds) // 2],
        "p99": milliseconds[len(milliseconds) * 99 // 100],
        "statuses": statuses,
        "all_requests": opening + sum(Caller.statuses.values()),
    }


if __name__ == "__main__":
    main()
