"""A store that cannot be used makes the service not ready, with the reason, and it recovers by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from api.review.app import create_review_app
from api.review.settings import PageSettings
from api.settings import ServiceSettings
from triage.review.keys import add_key, create_key_ring
from triage.review.people import Person, Role
from triage.review.settings import ReviewSettings
from triage.service import ReviewService, prepare_store

NOTE = {"source": "cms", "note": {"id": "N-1", "text": "YP has a second phone and will not say who bought it."}}


@pytest.fixture
def store(tmp_path: Path) -> ReviewSettings:
    return ReviewSettings(database_url=f"sqlite:///{tmp_path}/review.sqlite3", key_ring=tmp_path / "ring.json")


@pytest.fixture
def client(tmp_path: Path, pages: PageSettings, store: ReviewSettings) -> Iterator[TestClient]:
    """The service with its start-up, on a store that need not be there."""
    settings = ServiceSettings(keys_file=tmp_path / "keys.json", models_dir=tmp_path)
    app = create_review_app(settings, pages=pages, store=store)
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        yield client


def fault(client: TestClient) -> str:
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "10"
    assert answer.json()["type"] == "urn:case-note-triage:problem:store-unavailable"
    stored = client.post("/v1/notes", json=NOTE)
    assert (stored.status_code, stored.json()["type"]) == (503, answer.json()["type"])
    assert client.get("/health/live").status_code == 200
    return str(answer.json()["detail"])


def is_well(client: TestClient) -> bool:
    ready, stored = client.get("/health/ready"), client.post("/v1/notes", json=NOTE)
    return (ready.status_code, stored.status_code) in ((200, 200), (200, 201))


def test_a_store_that_is_not_there_yet_is_opened_once_it_is(client, store):
    assert "triage store key create" in fault(client)
    create_key_ring(store.key_ring)
    assert "triage store init" in fault(client)
    prepare_store(store)
    assert is_well(client)


def test_a_database_that_is_removed_and_restored(client, store, tmp_path):
    prepare_store(store)
    assert is_well(client)
    kept = (tmp_path / "review.sqlite3").read_bytes()
    for path in tmp_path.glob("review.sqlite3*"):
        path.unlink()
    assert "triage store init" in fault(client)
    (tmp_path / "restored").write_bytes(kept)
    (tmp_path / "restored").replace(tmp_path / "review.sqlite3")
    assert is_well(client)


def test_tables_of_another_version(client, store):
    prepare_store(store)
    assert is_well(client)
    engine = create_engine(store.database_url)
    with engine.begin() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "triage store upgrade" in fault(client)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    engine.dispose()
    assert is_well(client)


def test_a_key_ring_that_was_changed_is_read_again(client, store, triager):
    prepare_store(store)
    assert is_well(client)
    add_key(store.key_ring)
    operator = ReviewService.open(store, triager)
    assert sum(operator.upkeep.rekey(Person("operator", "Operator", frozenset({Role.SYSTEM})))) > 0
    operator.close()
    assert is_well(client)


def test_what_the_service_alone_serves_goes_on(client):
    assert client.get("/health/ready").status_code == 503
    assert client.post("/v1/assess", json=NOTE["note"]).status_code == 200


@pytest.mark.postgres
def test_a_database_server_that_stops_and_starts(cluster, postgres_template, key_ring, tmp_path, pages):
    url = cluster.create("stops_and_starts", template=postgres_template)
    settings = ServiceSettings(keys_file=tmp_path / "keys.json", models_dir=tmp_path)
    app = create_review_app(settings, pages=pages, store=ReviewSettings(database_url=url, key_ring=key_ring))
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000)) as client:
        assert is_well(client)
        cluster.stop()
        try:
            assert "cannot be reached" in fault(client)
        finally:
            cluster.start()
        assert is_well(client)
