"""Who is let in: keys with scopes, and only this machine while there are none."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.keys import Scope, create_key
from api.settings import ServiceSettings

LOCAL = ("127.0.0.1", 50_000)


def make_client(tmp_path: Path, *, base_url: str = "http://127.0.0.1", client: tuple[str, int] = LOCAL) -> TestClient:
    # Without its lifespan the service has nothing loaded: whoever is let in is told that it is not ready.
    settings = ServiceSettings(keys_file=tmp_path / "keys.json", rate_notes=2, rate_burst=10)
    return TestClient(create_app(settings), base_url=base_url, client=client)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "[::1]:8000"])
def test_this_machine_is_let_in_while_there_are_no_keys(tmp_path: Path, host: str) -> None:
    assert make_client(tmp_path, base_url=f"http://{host}").get("/v1/model").status_code == 503


@pytest.mark.parametrize(
    ("base_url", "client", "headers"),
    [
        ("http://127.0.0.1", ("192.0.2.7", 5), {}),
        ("http://127.0.0.1", ("testclient", 5), {}),
        ("http://rebound.example", LOCAL, {}),
        ("http://127.0.0.1", LOCAL, {"X-Forwarded-For": "192.0.2.7"}),
        ("http://127.0.0.1", LOCAL, {"Authorization": "Bearer cnt_0_0"}),
    ],
)
def test_nobody_else_is(tmp_path: Path, base_url: str, client: tuple[str, int], headers: dict[str, str]) -> None:
    answer = make_client(tmp_path, base_url=base_url, client=client).get("/v1/model", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:case-note-triage:problem:unauthenticated"


def test_first_key_closes_a_running_service_and_revoking_it_does_not_open_it(tmp_path: Path) -> None:
    from api.keys import revoke_key

    client = make_client(tmp_path)
    key, kept = create_key(tmp_path / "keys.json", name="case system", scopes=(Scope.ASSESS,))
    assert client.get("/v1/model").status_code == 401
    assert client.get("/v1/model", headers=bearer(key)).status_code == 503
    revoke_key(tmp_path / "keys.json", kept.id)
    assert client.get("/v1/model", headers=bearer(key)).status_code == 401
    assert client.get("/v1/model").status_code == 401


def test_scope_is_needed(tmp_path: Path) -> None:
    key, _ = create_key(tmp_path / "keys.json", name="auditor", scopes=(Scope.AUDIT,))
    answer = make_client(tmp_path).post("/v1/assess", json={"text": "x"}, headers=bearer(key))
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:case-note-triage:problem:insufficient-scope"


def test_damaged_key_file_is_the_operators_problem(tmp_path: Path) -> None:
    key, _ = create_key(tmp_path / "keys.json", name="case system", scopes=(Scope.ASSESS,))
    (tmp_path / "keys.json").write_text("{")
    answer = make_client(tmp_path).get("/v1/model", headers=bearer(key))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["type"] == "urn:case-note-triage:problem:keys-unreadable"


def test_caller_beyond_its_rate_waits_and_others_do_not(tmp_path: Path) -> None:
    first, kept = create_key(tmp_path / "keys.json", name="one", scopes=(Scope.ASSESS,))
    other, _ = create_key(tmp_path / "keys.json", name="two", scopes=(Scope.ASSESS,))
    client = make_client(tmp_path)
    client.app.state.gate._limiter.take(kept.id, 500)  # type: ignore[attr-defined]
    answer = client.get("/v1/model", headers=bearer(first))
    assert answer.status_code == 429
    assert answer.json()["type"] == "urn:case-note-triage:problem:rate-limited"
    assert 200 < int(answer.headers["Retry-After"]) <= 246
    assert client.get("/v1/model", headers=bearer(other)).status_code == 503
