"""One service in this process and one as its users run it, both shared by all tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.keys import Scope, create_key
from api.settings import ServiceSettings
from triage.review.settings import ReviewSettings
from triage.service import prepare_store
from triage.triager import Triager

LOCAL = ("127.0.0.1", 50_000)


@dataclass(frozen=True)
class Live:
    """A running `triage serve` with two workers and a review store."""

    url: str
    port: int
    key: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def reload(self) -> None:
        """Replace the workers one by one."""
        self.process.send_signal(signal.SIGHUP)


@pytest.fixture(scope="session")
def triager() -> Triager:
    """The assessment without a model, so that what tests expect does not depend on what was trained here."""
    return Triager.load(knowledge_dir=ServiceSettings().knowledge_dir)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service in this process, without keys, called from this machine."""
    directory = tmp_path_factory.mktemp("in_process")
    settings = ServiceSettings(
        keys_file=directory / "keys.json", models_dir=directory, rate_notes=1e6, rate_burst=1_000_000
    )
    with TestClient(create_app(settings), base_url="http://127.0.0.1", client=LOCAL) as client:
        yield client


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    directory = tmp_path_factory.mktemp("service")
    key, _ = create_key(directory / "keys.json", name="tests", scopes=tuple(Scope))
    port = _free_port()
    store = ReviewSettings(database_url=f"sqlite:///{directory}/review.sqlite3", key_ring=directory / "ring.json")
    prepare_store(store)
    environment = os.environ | {
        "TRIAGE_DATABASE_URL": store.database_url,
        "TRIAGE_KEY_RING": str(store.key_ring),
        "TRIAGE_BLIND_SHARE": "0",
        "TRIAGE_SIGN_IN": "proxy",
        "TRIAGE_PROXY_SECRET": "s" * 32,
        "TRIAGE_KEYS_FILE": str(directory / "keys.json"),
        "TRIAGE_MODELS_DIR": str(directory),
        "TRIAGE_PORT": str(port),
        "TRIAGE_WORKERS": "2",
        "TRIAGE_RATE_NOTES": "1e6",
        "TRIAGE_RATE_BURST": "1000000",
        "TRIAGE_BODY_SECONDS": "1",
    }
    with (directory / "log.jsonl").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "from triage.cli import main; main()", "serve"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    service = Live(f"http://127.0.0.1:{port}", port, key, directory / "log.jsonl", process)
    try:
        _wait_until_ready(service)
        yield service
    finally:
        process.terminate()
        process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(service: Live) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{service.url}/health/ready").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(service.log.read_text())
