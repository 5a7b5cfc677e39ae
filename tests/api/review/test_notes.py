"""POST /v1/notes: stores and queues, safely repeated."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.keys import Scope, create_key
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
    first, again = client.post("/v1/notes", json=sent), client.post("/v1/notes", json=sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"created": False}
    changed = client.post("/v1/notes", json=body(texts["flagged"] + " Police told.", team="east"))
    assert (changed.status_code, changed.json()["note_version"]) == (201, 2)
    assert store.queue(people["reviewer"], filters=QueueFilter(team="east")).total == 1


def test_a_request_with_a_key_gets_its_first_answer_again(client, texts):
    note = {"caseNoteId": 7, "caseNoteTitle": "Visit", "caseNoteContent": texts["flagged"]}
    sent = {"source": "cms", "note": note}
    first = client.post("/v1/notes", json=sent, headers={"Idempotency-Key": "k-1"})
    client.post("/v1/notes", json={"source": "cms", "note": note | {"caseNoteContent": texts["ordinary"]}})
    # The same fields in another order, written with other spaces, are the same body.
    reordered = json.dumps({"note": dict(reversed(note.items())), "source": "cms"}, indent=2)
    again = client.post("/v1/notes", content=reordered, headers=JSON | {"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"] == "k-1"
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")


def test_a_key_with_another_body_is_refused_and_nothing_is_stored(client, store, people, texts):
    client.post("/v1/notes", json=body(texts["flagged"]), headers={"Idempotency-Key": "k-1"})
    for other in (body(texts["flagged"] + CANARY), body(texts["flagged"], team="east")):
        answer = client.post("/v1/notes", json=other, headers={"Idempotency-Key": "k-1"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (409, "application/problem+json")
        assert answer.json()["type"].endswith(":idempotency-key-reused") and CANARY not in answer.text
    assert [row.item.version for row in store.queue(people["reviewer"]).rows] == [1]


def test_a_key_belongs_to_one_api_key_and_one_source(client, tmp_path, texts):
    keys = [create_key(tmp_path / "keys.json", name=name, scopes=(Scope.REVIEW,))[0] for name in ("east", "west")]
    for number, (key, source) in enumerate([(keys[0], "cms"), (keys[1], "cms"), (keys[0], "other")]):
        sent = body(f"{texts['flagged']} {number}") | {"source": source}
        headers = {"Idempotency-Key": "k-1", "Authorization": f"Bearer {key}"}
        assert client.post("/v1/notes", json=sent, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_named(client, texts, key):
    answer = client.post("/v1/notes", json=body(texts["flagged"]), headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "idempotency-key")


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
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/note/id"]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"note": {"id": "a\nb", "text": CANARY}}, "#/note/id"),
        ({"note": {"id": "", "text": CANARY}}, "#/note/id"),
        ({"note": {"caseNoteId": 1, "caseNoteContent": CANARY, "caseId": "\x00"}}, "#/note/caseId"),
        ({"note": {"id": 1, "text": CANARY, "author_role": "\u202e"}}, "#/note/author_role"),
        ({"note": {"id": 1, "text": CANARY}, "source": "\t"}, "#/source"),
        ({"note": {"id": 1, "text": CANARY}, "team": ""}, "#/team"),
    ],
)
def test_a_name_that_cannot_be_stored_is_pointed_at(client, sent, pointer):
    answer = client.post("/v1/notes", json={"source": "cms", **sent})
    assert (answer.status_code, CANARY in answer.text) == (422, False)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_without_a_store_the_sender_is_told_to_come_back(client, texts):
    client.app.state.desk.service = None
    answer = client.post("/v1/notes", json=body(texts["flagged"]))
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


def test_pages_and_api_share_what_they_have_loaded(tmp_path, pages, store_settings, triager):
    app = create_review_app(
        ServiceSettings(keys_file=tmp_path / "keys.json", models_dir=tmp_path), pages=pages, store=store_settings
    )
    with TestClient(app):
        assert app.state.desk.service._intake._triager is app.state.serving.triager
        assert app.state.desk.knowledge is app.state.serving.triager.knowledge
    assert app.state.desk.service is None


def test_the_address_is_documented_and_the_pages_are_not(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert "/v1/notes" in paths and not any(path.startswith("/review") for path in paths)
    assert client.get("/", follow_redirects=False).headers["location"] == "/review/"
