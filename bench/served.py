"""Runs the service as a process of its own for a benchmark, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def served(
    code: str, environment: Mapping[str, str], *, log: Path, is_ready: Callable[[str], bool]
) -> Iterator[tuple[str, int]]:
    """Run Python code that serves, with the port in its environment; yield the address and the process id.

    Args:
        code: What the process runs.
        environment: Settings besides this process's own.
        log: Where its output goes.
        is_ready: Asks the service at an address; an error of the connection counts as no.

    Raises:
        SystemExit: It ended, or does not become ready.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = os.environ | environment | {"TRIAGE_PORT": str(port)}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", code], env=settings, stdout=output, stderr=output)  # noqa: S603
    try:
        _wait(process, url, is_ready)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(process: "subprocess.Popen[bytes]", url: str, is_ready: Callable[[str], bool]) -> None:
    for _ in range(1200):
        try:
            if is_ready(url):
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("The service did not become ready; `triage serve` says why.")
