"""Runs the service: where it may listen, worker processes, timeouts, and the directory that the workers share."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.keys import read_keys
from api.logs import LOG_CONFIG
from api.metrics import MULTIPROCESS_DIR
from api.security import is_loopback
from api.settings import ServiceSettings
from triage.errors import SettingsError

APP = "api.app:create_app"
KEEP_ALIVE_SECONDS = 75
"""Longer than reverse proxies keep an idle connection, so that they never reuse one that is just being closed."""
START_SECONDS = 120
"""Loading knowledge whose cached form is not there yet takes a while."""


def serve(settings: ServiceSettings, *, app: str = APP) -> None:
    """Serve until told to stop.

    Args:
        settings: Address and limits; the workers read the same from the environment.
        app: Import path of the factory that every worker calls.

    Raises:
        SettingsError: Listening beyond this machine without API keys.
    """
    check_exposure(settings)
    with _shared_directory(settings.workers):
        uvicorn.run(
            app,
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            access_log=False,
            log_config=LOG_CONFIG,
            server_header=False,
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=settings.graceful_seconds,
            timeout_worker_healthcheck=START_SECONDS,
        )


@contextmanager
def _shared_directory(workers: int) -> Iterator[None]:
    """Make the directory that the workers share, and remove it however the service is told to end."""
    # The server finishes what it accepted, then raises SIGTERM again: by default the process would end right there.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        # One worker alone; a parent of several replaces them instead.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="triage-") as directory:
        os.environ["TRIAGE_SHARED_DIR"] = directory
        if workers > 1:
            # prometheus-client reads this when it is imported: too late in this process, in time for new ones.
            os.environ.setdefault(MULTIPROCESS_DIR, directory)
        yield


def check_exposure(settings: ServiceSettings) -> bool:
    """Return whether only this machine is let in, as there are no API keys.

    Raises:
        SettingsError: The address is beyond this machine, and there are no keys.
    """
    if read_keys(settings.keys_file):
        return False
    if settings.host != "localhost" and not is_loopback(settings.host):
        raise SettingsError(
            "without API keys only this machine may be served; create one with `triage keys create`, "
            "or leave TRIAGE_HOST at 127.0.0.1",
            code="no_keys",
            where=settings.host,
        )
    return True
