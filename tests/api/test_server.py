"""Where the service may listen: without keys only on this machine; that it needs no writable place, and leaves nothing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from api.keys import Scope, create_key
from api.server import check_exposure
from api.settings import ServiceSettings, read_settings
from triage.errors import SettingsError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_this_machine_may_be_served_without_keys(tmp_path: Path, host: str) -> None:
    assert check_exposure(ServiceSettings(host=host, keys_file=tmp_path / "keys.json"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "triage.example"])
def test_others_need_keys(tmp_path: Path, host: str) -> None:
    settings = ServiceSettings(host=host, keys_file=tmp_path / "keys.json")
    with pytest.raises(SettingsError, match="triage keys create"):
        check_exposure(settings)
    create_key(tmp_path / "keys.json", name="case system", scopes=(Scope.ASSESS,))
    assert not check_exposure(settings)


def test_faulty_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_PORT", "no port")
    with pytest.raises(SettingsError, match="TRIAGE_PORT"):
        read_settings()


@pytest.mark.parametrize(("workers", "ending"), [("1", "TERM"), ("1", "INT"), ("1", "HUP"), ("2", "TERM")])
def test_what_workers_share_is_removed_at_the_end(tmp_path: Path, workers: str, ending: str) -> None:
    code = "from api.server import serve; from api.settings import read_settings; serve(read_settings(), app={!r})"
    environment = os.environ | {
        "TMPDIR": str(tmp_path),
        "TRIAGE_KEYS_FILE": str(tmp_path / "keys.json"),
        "TRIAGE_PORT": "0",
        "TRIAGE_WORKERS": workers,
    }
    command = [sys.executable, "-c", code.format("fastapi:FastAPI")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        started = iter(process.stdout.readline, "")
        assert any("Application startup complete" in line for line in started)
        assert any(path.name.startswith("triage-") for path in tmp_path.iterdir())
        process.send_signal(signal.Signals[f"SIG{ending}"])
        process.stdout.read()
        assert process.wait(timeout=60) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """One worker without privileges, in a directory that it cannot write to: its address and process."""
    directory, temporary = tmp_path / "read_only", tmp_path / "temporary"
    directory.mkdir()
    temporary.mkdir()
    directory.chmod(0o555)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    unprivileged = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIAGE_", "XDG_"))}
    environment = kept | {
        "HOME": str(directory),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(temporary),
        "TRIAGE_PORT": str(port),
        "TRIAGE_WORKERS": "1",
    }
    command = [*unprivileged, sys.executable, "-c", "from triage.cli import main; main()", "serve"]
    with subprocess.Popen(command, cwd=directory, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(f"http://127.0.0.1:{port}/health/ready", process)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            status = process.wait(timeout=60)
    assert status == 0
    assert list(temporary.iterdir()) == list(directory.iterdir()) == []


def wait_until(url: str, process: "subprocess.Popen[bytes]", *, says: str = "") -> None:
    for _ in range(1200):
        assert process.poll() is None
        try:
            answer = httpx.get(url)
            if answer.is_success and says in answer.text:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{url} did not say so in time")


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root can write everywhere")
def test_nothing_is_written_but_to_a_temporary_directory_and_what_was_accepted_is_finished(alone) -> None:
    url, process = alone
    notes = [{"id": str(n), "text": "YP has a second phone. " * 40} for n in range(300)]
    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(httpx.post, f"{url}/v1/assess/batch", json={"notes": notes}, timeout=60)
        wait_until(f"{url}/metrics", process, says="triage_notes_total")
        process.terminate()
        results = batch.result().json()["results"]
    # Told once: a second signal in the last moments of an interpreter would end it by that signal.
    assert process.wait(timeout=60) == 0
    assert [result["assessment"]["outcome"] for result in results] == ["assessed"] * 300
