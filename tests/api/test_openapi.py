"""The OpenAPI document: the service does what it says, its examples work, and the typed client agrees with it."""

import json
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import Phase, settings
from schemathesis.specs.openapi.checks import negative_data_rejection

from api.client import ServiceError, TriageClient
from api.openapi import document, read_examples
from api.review.app import create_review_app
from api.review.settings import PageSettings, SignIn
from api.review.wire import DecisionIn, ReviewIn
from api.settings import ServiceSettings
from api.submission import submission_of
from api.wire import CaseNoteIn, NoteIn, parse_note_in

TEXT = "YP has a second phone and will not say who bought it."

pages = PageSettings(sign_in=SignIn.PROXY, session_secret="s" * 32, proxy_secret="p" * 32)
whole_document = document(create_review_app(ServiceSettings(), pages=pages))
schema = schemathesis.openapi.from_dict(whole_document)


@schema.parametrize()
@settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.generate])
def test_service_does_what_its_document_says(case, live) -> None:
    # In a batch a faulty note is answered by its own problem; a batch that is faulty itself must be refused.
    faulty_notes = case.path.endswith("/batch") and is_list_of_notes(case.body)
    excluded = [negative_data_rejection] if faulty_notes else []
    answer = case.call_and_validate(base_url=live.url, headers=live.headers, excluded_checks=excluded)
    if faulty_notes and case.meta.generation.mode.is_negative and answer.status_code == 200:
        assert any(result["problem"] for result in answer.json()["results"])


def is_list_of_notes(body: Any) -> bool:
    return (
        isinstance(body, dict) and body.keys() == {"notes"} and isinstance(body["notes"], list) and bool(body["notes"])
    )


def test_document_is_valid_and_names_every_problem(client) -> None:
    from api.problems import Problem

    written = document(client.app)
    assert client.get("/openapi.json").json() == json.loads(json.dumps(written))
    for path, operations in written["paths"].items():
        for operation in operations.values():
            codes = set(operation["responses"])
            assert not path.startswith("/v1/") or {"401", "422", "429", "503"} <= codes
    assert written["components"]["schemas"]["Problem"]["properties"].keys() == Problem.model_fields.keys()


@pytest.mark.parametrize("name", read_examples("note"))
def test_example_notes_have_their_example_answers(client, name: str) -> None:
    note = read_examples("note")[name]["value"]
    answer = client.post("/v1/assess", json=note).json()
    example = read_examples("assessment")[name]["value"]
    # Versions change with every edit of the knowledge; what the example is about does not.
    for key in ("note_id", "case_id", "outcome"):
        assert answer[key] == example[key]
    assert [_gist(flag) for flag in answer["flags"]] == [_gist(flag) for flag in example["flags"]]


def _gist(flag: dict[str, Any]) -> Any:
    places = [(item.get("field"), item["start"], item["end"], item["quote"]) for item in flag["evidence"]]
    return flag["indicator"], flag["status"], flag["level"], places


def test_example_answers_fit_their_schema(client) -> None:
    written = document(client.app)
    content = written["paths"]["/v1/assess"]["post"]["responses"]["200"]["content"]["application/json"]
    validator = jsonschema_rs.validator_for({**content["schema"], "components": written["components"]})
    for example in content["examples"].values():
        assert [error.message for error in validator.iter_errors(example["value"])] == []


def test_example_batch_is_answered(client) -> None:
    for example in read_examples("batch").values():
        results = client.post("/v1/assess/batch", json=example["value"]).json()["results"]
        assert [result["note_id"] for result in results] == [note["id"] for note in example["value"]["notes"]]


def test_client_understands_every_answer(live, triager) -> None:
    case_note = CaseNoteIn(caseNoteId=5, caseNoteTitle="Home visit", caseNoteContent=TEXT)
    with TriageClient(live.url, key=live.key) as client:
        assert client.is_ready()
        assert client.assess(NoteIn(text=TEXT)) == triager.assess(TEXT)
        assert client.assess_case_note(case_note).flags[0].evidence[0].field == "caseNoteContent"
        assert "<mark" in client.fragment(NoteIn(text=TEXT))
        results = client.assess_batch([NoteIn(text=TEXT, id="a"), case_note]).results
        assert [result.note_id for result in results] == ["a", "5"]
        known = {item.id for item in triager.knowledge.indicators}
        assert {item.id for item in client.indicators().indicators} == known
        assert client.model().versions == triager.versions
        stored = client.store(NoteIn(text=TEXT, id="client"), source="cms", idempotency_key="k-1")
        assert stored == client.store(NoteIn(text=TEXT, id="client"), source="cms", idempotency_key="k-1")
        decisions = tuple(DecisionIn(indicator=flag.indicator, verdict="agree") for flag in stored.assessment.flags)
        review = ReviewIn(source="cms", reviewer="s-1", decisions=decisions, outcome="act")
        assert [client.review(stored.item_id, review).created for _ in range(2)] == [True, False]


def test_client_raises_problems(live) -> None:
    with TriageClient(live.url, key="cnt_0_0") as client, pytest.raises(ServiceError, match="valid API key") as caught:
        client.model()
    assert caught.value.problem is not None and caught.value.problem.type.endswith(":unauthenticated")


def test_client_comes_back_when_asked_to() -> None:
    answers = iter([httpx.Response(status, headers={"Retry-After": "0"}) for status in (503, 429)])
    last = httpx.Response(502, html="<p>Bad gateway</p>")
    transport = httpx.MockTransport(lambda request: next(answers, last))
    with TriageClient("http://service", transport=transport) as client, pytest.raises(ServiceError) as caught:
        client.model()
    assert (caught.value.status, caught.value.problem) == (502, None)


def test_client_sends_again_what_a_stopping_worker_cut_off() -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        if len(calls) == 1:
            raise httpx.ReadError("reset", request=request)
        return httpx.Response(500)

    with TriageClient("http://service", transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(ServiceError):
            client.model()
        assert len(calls) == 2
    calls.clear()
    with (
        TriageClient("http://service", retries=0, transport=httpx.MockTransport(answer)) as client,
        pytest.raises(httpx.ReadError),
    ):
        client.model()


def test_client_sends_what_the_document_asks_for() -> None:
    written = whole_document
    sent: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(400)

    note = NoteIn(text=TEXT, id=1, recorded_at="2026-03-31")
    case_note = CaseNoteIn(caseNoteContent=TEXT, createdOn="2026-03-31T10:00:00Z")
    decision = DecisionIn(indicator="new_phones", verdict="added", words="second phone", corrected_status="possible")
    review = ReviewIn(source="cms", reviewer="s-1", decisions=(decision,), outcome="act")
    with TriageClient("http://service", transport=httpx.MockTransport(record)) as caller:
        calls = [
            lambda: caller.assess(note),
            lambda: caller.assess_case_note(case_note),
            lambda: caller.fragment(case_note),
            lambda: caller.assess_batch([note, case_note]),
            lambda: caller.store(note, source="cms", team="east", idempotency_key="k-1"),
            lambda: caller.store(case_note.model_copy(update={"case_note_id": "5"}), source="cms"),
            lambda: caller.review("0" * 32, review),
            caller.indicators,
            caller.model,
        ]
        for call in calls:
            with pytest.raises(ServiceError):
                call()
    called = {"/health/ready"}
    for request in sent:
        path = request.url.path.replace("0" * 32, "{item_id}")
        called.add(path)
        operation = written["paths"][path][request.method.lower()]
        assert set(request.url.params) <= {item["name"] for item in operation.get("parameters", ())}
        if "requestBody" in operation:
            body = operation["requestBody"]["content"][request.headers["content-type"]]["schema"]
            validator = jsonschema_rs.validator_for({**body, "components": written["components"]})
            assert validator.is_valid(json.loads(request.content))
    assert called == set(written["paths"]) - {"/health/live", "/metrics"}


def test_notes_survive_the_way_through_the_client() -> None:
    note = CaseNoteIn(
        caseNoteId=5, caseNoteTitle="t", caseNoteContent="c", createdOn="2026-03-31", contentType="text/html"
    )
    again = parse_note_in(json.loads(json.dumps(note.model_dump(mode="json", by_alias=True, exclude_none=True))))
    assert submission_of(again, max_characters=9) == submission_of(note, max_characters=9)
