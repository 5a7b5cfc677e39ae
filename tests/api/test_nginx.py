"""The nginx configuration of docs/operations.md, run as it stands there before the live service."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
NAME = "triage.example.gov.uk"
NOTE = {"id": "N-1", "text": "YP has a second phone and will not say who bought it."}

pytestmark = pytest.mark.skipif(NGINX is None or shutil.which("openssl") is None, reason="nginx is not installed")


@dataclass(frozen=True)
class Proxy:
    client: httpx.Client
    port: int
    directory: Path


def documented_configuration() -> str:
    (block,) = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


def configuration(directory: Path, port: int, service: int) -> str:
    """Return what the document shows with this test's ports and certificate, as a main file would include it."""
    text = documented_configuration()
    for shown, here in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{service};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/ssl/triage.", f"{directory}/triage."),
    ):
        assert shown in text
        text = text.replace(shown, here)
    paths = "".join(
        f"{name}_temp_path {directory}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"pid {directory}/pid; error_log {directory}/error.log warn; events {{}} http {{ {paths} {text} }}"


@pytest.fixture(scope="module")
def proxy(live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    directory = tmp_path_factory.mktemp("nginx")
    # Its unprivileged worker must reach its directories, whoever runs the tests.
    for path in (directory, *directory.parents[:2]):
        path.chmod(0o755)
    make_certificate = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-keyout",
        "triage.key",
        "-out",
        "triage.pem",
    ]
    named = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run(["openssl", *make_certificate, *named], cwd=directory, check=True, capture_output=True)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    (directory / "nginx.conf").write_text(configuration(directory, port, live.port))
    command = [
        str(NGINX),
        "-p",
        str(directory),
        "-e",
        str(directory / "error.log"),
        "-c",
        str(directory / "nginx.conf"),
    ]
    with subprocess.Popen([*command, "-g", "daemon off;"]) as process:
        try:
            _wait_for(port, process)
            trust = ssl.create_default_context(cafile=directory / "triage.pem")
            # The certificate is for the service's name, the connection goes to this machine.
            transport = httpx.HTTPTransport(verify=trust)
            headers = {"Host": NAME, "Authorization": f"Bearer {live.key}"}
            with httpx.Client(
                base_url=f"https://127.0.0.1:{port}", headers=headers, transport=transport, timeout=20
            ) as client:
                client.event_hooks["request"] = [lambda request: request.extensions.update(sni_hostname=NAME)]
                yield Proxy(client, port, directory)
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("nginx did not start")


def test_notes_are_assessed_over_tls(proxy) -> None:
    answer = proxy.client.post("/v1/assess", json=NOTE)
    assert (answer.status_code, answer.json()["flags"][0]["indicator"]) == (200, "new_phones")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert proxy.client.get("/openapi.json").json()["info"]["title"] == "Case-note triage"


def test_a_full_batch_passes(proxy) -> None:
    text = NOTE["text"] + " Contact went well." * 1500
    answer = proxy.client.post("/v1/assess/batch", json={"notes": [{"text": text}] * 300 + [NOTE]})
    assert answer.status_code == 200
    assert answer.json()["results"][-1]["note_id"] == "N-1"


def test_problems_come_through_whole(proxy) -> None:
    answer = proxy.client.post("/v1/assess", json={"id": "N-1"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    too_large = proxy.client.post("/v1/assess", content=b" " * 1_100_000, headers={"Content-Type": "application/json"})
    assert too_large.json()["type"].endswith(":body-too-large")


def test_a_correlation_id_is_passed_on_or_made(proxy) -> None:
    assert proxy.client.get("/v1/model", headers={"X-Request-ID": "save-8812"}).headers["X-Request-ID"] == "save-8812"
    assert re.fullmatch("[0-9a-f]{32}", proxy.client.get("/v1/model").headers["X-Request-ID"])


def test_nobody_is_let_in_without_a_key(proxy) -> None:
    assert proxy.client.get("/v1/model", headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/health/live", "/", "/docs"])
def test_what_is_for_the_operator_stays_inside(proxy, path: str) -> None:
    assert proxy.client.get(path).status_code == 404


def test_review_pages_are_reached(proxy) -> None:
    answer = proxy.client.get("/review/")
    # Nobody is signed in here by the proxy; the page says so.
    assert answer.status_code == 403
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_body_beyond_any_limit_is_refused(proxy) -> None:
    answer = proxy.client.post("/v1/assess/batch", content=b" " * (16 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_nothing_of_a_note_is_left_on_disk(proxy) -> None:
    words = "quince lantern"
    note = {"text": f"{words} " * 5000}
    answer = proxy.client.post("/v1/assess/batch", json={"notes": [note] * 60})
    assert answer.status_code == 200
    for path in proxy.directory.rglob("*"):
        assert not path.is_file() or words not in path.read_text(errors="replace")
    assert "temporary file" not in (proxy.directory / "error.log").read_text()


def test_old_tls_is_refused(proxy) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection, pytest.raises(ssl.SSLError):
        context.wrap_socket(connection)
