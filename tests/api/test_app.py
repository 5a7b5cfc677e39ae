"""The service in one process: the answer contract, problems, and what it says while it is not ready."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.middleware import SECURITY_HEADERS
from api.settings import ServiceSettings
from triage.flag import Assessment
from triage.triager import Triager

TEXT = "YP has a second phone and will not say who bought it."
JSON = {"Content-Type": "application/json"}
CANARY = "zanzibar marmalade"


def problem(answer: Any) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert CANARY not in answer.text
    return body["type"].removeprefix("urn:case-note-triage:problem:")


def test_answer_is_the_library_answer_and_the_same_each_time(client: TestClient, triager: Triager) -> None:
    from triage.note import Note

    answers = [client.post("/v1/assess", json={"id": "N-1", "text": TEXT}) for _ in range(3)]
    assert {answer.text for answer in answers} == {triager.assess(Note(TEXT, id="N-1")).model_dump_json()}


@pytest.mark.parametrize(("text", "cause"), [("", "empty"), ("\ud800", "lone_surrogate"), ("x" * 100_001, "too_long")])
def test_text_that_cannot_be_assessed_goes_to_a_person(client: TestClient, text: str, cause: str) -> None:
    answer = client.post("/v1/assess", content=json.dumps({"text": text}), headers=JSON)
    assessment = Assessment.model_validate_json(answer.content)
    assert (answer.status_code, assessment.outcome, assessment.cause) == (200, "not_assessed", cause)
    assert assessment.reading_order.band == "next_working_day"


def test_fragment_marks_the_evidence_and_escapes_the_note(client: TestClient) -> None:
    answer = client.post("/v1/assess?format=html", json={"text": f"<script>x</script> {TEXT}"})
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<script>" not in answer.text
    assert "<mark" in answer.text and "second phone" in answer.text


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "#/text", "missing"),
        ({"text": 5}, "#/text", "value_error"),
        ({"text": None}, "#/text", "value_error"),
        ({"text": CANARY, "id": "x" * 201}, "#/id", "value_error"),
        ({"text": CANARY, "id": "\ud800"}, "#/id", "value_error"),
        ({"text": CANARY, "id": True}, "#/id", "value_error"),
        ({"text": CANARY, "recorded_at": CANARY}, "#/recorded_at", "value_error"),
        ({"text": CANARY, "recorded_at": 5}, "#/recorded_at", "value_error"),
        ({"text": CANARY, "content_type": CANARY}, "#/content_type", "literal_error"),
        ({"text": CANARY, CANARY: CANARY}, "#", "extra_forbidden"),
        ({"caseNoteId": CANARY}, "#/caseNoteContent", "missing"),
        ([CANARY], "#", "model_type"),
        (CANARY, "#", "model_type"),
    ],
)
def test_faulty_field_is_named_and_not_repeated(client: TestClient, body: Any, pointer: str, code: str) -> None:
    answer = client.post("/v1/assess", content=json.dumps(body), headers=JSON)
    assert (answer.status_code, problem(answer)) == (422, "invalid-field")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


def test_faulty_parameter_is_named(client: TestClient) -> None:
    answer = client.post(f"/v1/assess?format={CANARY}", json={"text": TEXT})
    assert (answer.status_code, problem(answer)) == (422, "invalid-field")
    assert answer.json()["errors"][0]["parameter"] == "format"


def test_unknown_parameter_is_refused_and_not_repeated(client: TestClient) -> None:
    answer = client.post(f"/v1/assess?{CANARY}=html", json={"text": TEXT})
    assert (answer.status_code, problem(answer)) == (422, "invalid-field")
    assert [error["code"] for error in answer.json()["errors"]] == ["extra_forbidden"]


@pytest.mark.parametrize(
    ("content", "headers", "status", "slug"),
    [
        (b"{", JSON, 400, "malformed-json"),
        (b"\xff", JSON, 400, "invalid-utf8"),
        (b"[" * 1000, JSON, 400, "malformed-json"),
        (b"{}", {}, 415, "unsupported-media-type"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported-media-type"),
        (b"{}", {"Content-Type": "application/json; charset=utf-16"}, 415, "unsupported-media-type"),
        (b"x", JSON | {"Content-Encoding": "gzip"}, 415, "unsupported-content-encoding"),
        (b"x" * (1024 * 1024 + 1), JSON, 413, "body-too-large"),
    ],
)
def test_body_that_is_not_read(
    client: TestClient, content: bytes, headers: dict[str, str], status: int, slug: str
) -> None:
    answer = client.post("/v1/assess", content=content, headers=headers)
    assert (answer.status_code, problem(answer)) == (status, slug)


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_by_any_of_its_names_is_read(client: TestClient, content_type: str) -> None:
    answer = client.post("/v1/assess", content=json.dumps({"text": TEXT}), headers={"Content-Type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [("GET", "/none", 404, "not-found"), ("PUT", "/v1/assess", 405, "method-not-allowed")],
)
def test_unknown_address_and_method(client: TestClient, method: str, path: str, status: int, slug: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, problem(answer)) == (status, slug)
    assert (answer.headers.get("Allow") == "POST") == (status == 405)


def test_batch_gives_each_note_its_own_answer_in_order(client: TestClient) -> None:
    items = [
        {"id": "a", "text": TEXT},
        {"id": "b"},
        {"caseNoteId": 3, "caseNoteTitle": "Home visit", "caseNoteContent": TEXT},
        {"id": "d", "text": CANARY, "case_id": {"x": CANARY}},
        CANARY,
        {"id": "f", "text": ""},
    ]
    results = client.post("/v1/assess/batch", json={"notes": items}).json()["results"]
    assert [result["index"] for result in results] == list(range(6))
    assert [result["note_id"] for result in results] == ["a", "b", "3", "d", None, "f"]
    assert [bool(result["assessment"]) for result in results] == [True, False, True, False, False, True]
    pointers = [[error["pointer"] for error in result["problem"]["errors"]] for result in results if result["problem"]]
    assert pointers == [["#/notes/1/text"], ["#/notes/3/case_id"], ["#/notes/4"]]
    assert results[2]["assessment"]["flags"][0]["evidence"][0]["field"] == "caseNoteContent"
    assert results[5]["assessment"]["cause"] == "empty"
    assert CANARY not in json.dumps([result["problem"] for result in results])


def test_batch_of_500_is_taken_and_501_are_not(client: TestClient, triager: Triager) -> None:
    notes = [{"id": str(n), "text": f"{TEXT} {n}"} for n in range(500)]
    results = client.post("/v1/assess/batch", json={"notes": notes}).json()["results"]
    assert [result["note_id"] for result in results] == [note["id"] for note in notes]
    assert (
        results[499]["assessment"]["flags"] == json.loads(triager.assess(notes[499]["text"]).model_dump_json())["flags"]
    )
    answer = client.post("/v1/assess/batch", json={"notes": [{"text": "x"}] * 10_000})
    assert (answer.status_code, problem(answer)) == (413, "too-many-notes")


@pytest.mark.parametrize("body", [{}, {"notes": []}, {"notes": {}}, {"notes": [{"text": "x"}], CANARY: 1}, []])
def test_what_is_no_batch(client: TestClient, body: Any) -> None:
    answer = client.post("/v1/assess/batch", json=body)
    assert (answer.status_code, problem(answer)) == (422, "invalid-field")


@pytest.mark.parametrize("path", ["/v1/indicators", "/v1/model"])
def test_knowledge_is_not_sent_twice(client: TestClient, path: str) -> None:
    first = client.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    for tag in (first.headers["ETag"], f"W/{first.headers['ETag']}", f'"x", {first.headers["ETag"]}', "*"):
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"x"'}).content == first.content


def test_indicators_are_those_of_the_knowledge(client: TestClient, triager: Triager) -> None:
    listed = client.get("/v1/indicators").json()
    assert [item["id"] for item in listed["indicators"]] == [item.id for item in triager.knowledge.indicators]
    assert listed["versions"] == json.loads(triager.versions.model_dump_json())
    assert "patterns" not in json.dumps(listed)


def test_model_says_what_it_must_not_be_used_for(client: TestClient) -> None:
    answer = client.get("/v1/model").json()
    assert answer["served"] == ("knowledge and model" if answer["versions"]["model"] else "knowledge only")
    assert any("no risk" in use for use in answer["must_not_be_used_for"])


@pytest.mark.parametrize(("sent", "kept"), [("case-7:A_b.c", True), ("x" * 101, False), ("a b", False), ("", False)])
def test_correlation_id_is_given_back(client: TestClient, sent: str, kept: bool) -> None:
    answers = [client.get("/health/live", headers={"X-Request-ID": sent}).headers["X-Request-ID"] for _ in range(2)]
    assert (answers == [sent, sent]) == kept
    assert kept or answers[0] != answers[1]


@pytest.mark.parametrize("path", ["/v1/model", "/none", "/health/live"])
def test_every_answer_is_closed_to_browsers(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://elsewhere.example"})
    assert all(name in answer.headers for name in SECURITY_HEADERS)
    assert not any(name.lower().startswith("access-control") for name in answer.headers)
    assert "server" not in answer.headers


def test_metrics_count_flags_causes_and_routes(client: TestClient) -> None:
    client.post("/v1/assess", json={"text": TEXT})
    client.post("/v1/assess", json={"text": ""})
    text = client.get("/metrics").text
    assert 'triage_flags_total{indicator="new_phones",status="affirmed"}' in text
    assert 'triage_not_assessed_total{cause="empty"}' in text
    assert 'triage_requests_total{method="POST",route="/v1/assess",status="200"}' in text
    assert "triage_ready_workers 1.0" in text
    assert "triage_queue_notes 0.0" in text


def test_further_routers_find_the_parts_of_the_service(tmp_path: Path) -> None:
    from fastapi import APIRouter, Request

    router = APIRouter()

    @router.get("/further")
    async def further(request: Request) -> dict[str, bool]:
        return {"ready": request.app.state.serving is not None}

    app = create_app(ServiceSettings(keys_file=tmp_path / "keys.json"), routers=[router])
    assert TestClient(app).get("/further").json() == {"ready": False}


def test_unexpected_error_is_a_problem_and_its_message_stays_unsaid(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/broken")
    async def broken() -> None:
        raise ValueError(CANARY)

    client = TestClient(create_app(ServiceSettings(keys_file=tmp_path / "k"), routers=[router]))
    with caplog.at_level("INFO"):
        answer = client.get("/broken")
    assert (answer.status_code, problem(answer)) == (500, "internal-error")
    assert CANARY not in caplog.text
    assert "ValueError" in caplog.text and "test_app.py" in caplog.text


def spoil_knowledge(directory: Path) -> ServiceSettings:
    (directory / "indicators").mkdir()
    (directory / "indicators" / "phones.yaml").write_text("id: [")
    return ServiceSettings(knowledge_dir=directory, keys_file=directory / "keys.json")


def spoil_model(directory: Path) -> ServiceSettings:
    (directory / "2026.01.01-0").mkdir()
    (directory / "2026.01.01-0" / "manifest.json").write_text('{"files": {"scoring.npz": "sha256:0"}}')
    (directory / "current").write_text("2026.01.01-0")
    return ServiceSettings(models_dir=directory, keys_file=directory / "keys.json")


@pytest.mark.parametrize("spoil", [spoil_knowledge, spoil_model])
def test_what_cannot_be_loaded_leaves_the_service_alive_and_not_ready(tmp_path: Path, spoil) -> None:
    with TestClient(create_app(spoil(tmp_path)), base_url="http://127.0.0.1", client=("127.0.0.1", 5)) as client:
        assert client.get("/health/live").status_code == 200
        for answer in (client.get("/health/ready"), client.post("/v1/assess", json={"text": TEXT})):
            assert (answer.status_code, problem(answer)) == (503, "not-ready")
            assert answer.headers["Retry-After"] == "30"
        assert "triage_ready_workers 0.0" in client.get("/metrics").text
