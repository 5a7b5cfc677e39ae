"""POST /v1/notes: stores and queues, safely repeated."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.review.app import create_review_app
from api.review.settings import PageSettings
from api.settings import ServiceSettings
from triage.review.records import QueueFilter

JSON = {"Content-Type": "application/json"}
CANARY = "zanzibar marmalade"


@pytest.fixture
def client(tmp_path: Path, pages: PageSettings, store, triager) -> TestClient:
    """The service without its start-up, on the store of the test."""
    app = create_review_app(ServiceSettings(keys_file=tmp_path / "keys.json"), pages=pages)
    app.state.desk.service, app.state.desk.knowledge = store, triager.knowledge
    return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000))


def body(text: str, **fields: Any) -> dict[str, Any]:
    return {"source": "cms", "note": {"id": "N-1", "case_id": "C-1", "text": text}, **fields}


def test_a_note_is_stored_once_and_a_changed_text_is_a_new_version(client, store, people, texts):
    sent = body(texts["flagged"], team="east")
    first = client.post("/v1/notes", json=sent, headers={"Idempotency-Key": "k-1"})
    again = client.post("/v1/notes", json=sent, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Idempotency-Key"] == "k-1"
    assert again.json() == first.json() | {"created": False}
    changed = client.post("/v1/notes", json=body(texts["flagged"] + " Police told.", team="east"))
    assert (changed.status_code, changed.json()["note_version"]) == (201, 2)
    assert store.queue(people["reviewer"], filters=QueueFilter(team="east")).total == 1


def test_the_assessment_counts_in_what_was_sent(client, texts):
    note = {"caseNoteId": 7, "caseNoteTitle": "Visit", "caseNoteContent": texts["flagged"]}
    answer = client.post("/v1/notes", json={"source": "cms", "note": note}).json()
    evidence = answer["assessment"]["flags"][0]["evidence"][0]
    assert evidence["field"] == "caseNoteContent"
    assert texts["flagged"][evidence["start"] : evidence["end"]] == evidence["quote"]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"note": {"text": CANARY}}, "#/source"),
        ({"source": "cms", "note": {"text": 5}}, "#/note/text"),
        ({"source": "cms", "note": {"text": CANARY, CANARY: 1}}, "#/note"),
        ({"source": "cms", "note": CANARY}, "#/note"),
        ({"source": "cms", "note": {"text": CANARY}, CANARY: 1}, "#"),
        ({"source": "cms", "note": {"text": CANARY}, "consent": CANARY}, "#/consent"),
    ],
)
def test_a_faulty_field_is_named_and_not_repeated(client, sent, pointer):
    answer = client.post("/v1/notes", content=json.dumps(sent), headers=JSON)
    assert answer.status_code == 422 and CANARY not in answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_note_without_an_id_is_refused(client):
    answer = client.post("/v1/notes", json={"source": "cms", "note": {"text": CANARY}})
    assert (answer.status_code, CANARY in answer.text) == (422, False)
    assert "id" in answer.json()["detail"]


def test_without_a_store_the_sender_is_told_to_come_back(client, texts):
    client.app.state.desk.service = None
    answer = client.post("/v1/notes", json=body(texts["flagged"]))
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


def test_the_address_is_documented_and_the_pages_are_not(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert "/v1/notes" in paths and not any(path.startswith("/review") for path in paths)
    assert client.get("/", follow_redirects=False).headers["location"] == "/review/"
