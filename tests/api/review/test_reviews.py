"""POST /v1/notes/{item_id}/reviews: a supervisor's review from a case system, whole or not at all, safely repeated."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.keys import Scope, create_key
from api.openapi import read_examples
from api.review.app import create_review_app
from api.review.settings import PageSettings
from api.settings import ServiceSettings
from triage.flag import Level, Status
from triage.review.vocabulary import Reason, Verdict

JSON = {"Content-Type": "application/json"}
CANARY = "zanzibar marmalade"
TEXT = "YP has a second phone and will not say who bought it."
AGREE = {"indicator": "new_phones", "verdict": "agree"}


@pytest.fixture
def client(tmp_path: Path, pages: PageSettings, store, triager) -> TestClient:
    """The service without its start-up, on the store of the test."""
    app = create_review_app(ServiceSettings(keys_file=tmp_path / "keys.json"), pages=pages)
    app.state.desk.service, app.state.desk.knowledge = store, triager.knowledge
    return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000))


def stored(client: TestClient, text: str = TEXT, **fields: Any) -> str:
    """Store a note and return its item."""
    note = {"id": "N-1", "case_id": "C-1", "text": text}
    answer = client.post("/v1/notes", json={"source": "cms", "note": note, **fields})
    return str(answer.json()["item_id"])


def review(*decisions: dict[str, Any], reviewer: str = "s-1", **fields: Any) -> dict[str, Any]:
    return {"source": "cms", "reviewer": reviewer, "outcome": "supervision", "decisions": [*decisions], **fields}


def send(client: TestClient, item: str, body: Any) -> tuple[int, Any]:
    answer = client.post(f"/v1/notes/{item}/reviews", content=json.dumps(body), headers=JSON)
    assert CANARY not in answer.text
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()


def faults(problem: Any) -> list[tuple[str | None, str]]:
    return [(error.get("pointer"), error["code"]) for error in problem["errors"]]


def test_a_review_settles_the_note_once(client, store, people):
    item = stored(client)
    sent = review(
        {"indicator": "new_phones", "verdict": "disagree", "reason": "benign_explanation", "comment": "Birthday."},
        {"indicator": "secrecy_withdrawal", "verdict": "added", "words": "will not say  who bought it"},
        comment="Discussed with the worker.",
    )
    assert send(client, item, sent) == (201, {"item_id": item, "state": "agreed", "created": True})
    assert send(client, item, sent) == (200, {"item_id": item, "state": "agreed", "created": False})
    page = store.note_page(people["lead"], item)
    by_indicator = {vote.decision.indicator: vote for vote in page.votes}
    dismissed, added = by_indicator["new_phones"].decision, by_indicator["secrecy_withdrawal"].decision
    assert (dismissed.verdict, dismissed.reason, dismissed.comment) == (
        Verdict.DISAGREE,
        Reason.BENIGN_EXPLANATION,
        "Birthday.",
    )
    assert TEXT[added.start : added.end] == "will not say who bought it"
    assert {vote.reviewer for vote in page.votes} == {"system:cms:s-1"}
    assert [(review.outcome, review.comment) for review in page.reviews] == [
        ("supervision", "Discussed with the worker.")
    ]
    assert store.reports.verify_audit(people["auditor"]).broken is None


def test_the_audit_log_names_person_and_key(client, store, people, tmp_path):
    item = stored(client)
    key, kept = create_key(tmp_path / "keys.json", name="case system", scopes=(Scope.REVIEW,))
    answer = client.post(f"/v1/notes/{item}/reviews", json=review(AGREE), headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 201
    entry = next(line for line in store.reports.all_audit_entries(people["auditor"]) if line.action == "complete")
    assert (entry.actor, entry.detail["through"]) == ("system:cms:s-1", f"key:{kept.id}")
    assert entry.detail["decisions"] == [AGREE]


def test_another_review_of_the_same_person_is_refused(client):
    item = stored(client)
    assert send(client, item, review(AGREE))[0] == 201
    for other in (review(AGREE, outcome="no_action"), review(AGREE, comment="x"), review(AGREE | {"comment": "x"})):
        status, problem = send(client, item, other)
        assert (status, problem["type"].rpartition(":")[2]) == (409, "review-conflict")
        assert faults(problem) == [(None, "already_reviewed")]


@pytest.mark.parametrize("store", [{"second_review_bands": ["note", "next_supervision"]}], indirect=True)
def test_a_second_reader_is_another_person_and_may_differ(client):
    item = stored(client)
    assert send(client, item, review(AGREE))[1]["state"] == "waiting_second"
    assert send(client, item, review(AGREE)) == (200, {"item_id": item, "state": "waiting_second", "created": False})
    other = {"indicator": "new_phones", "verdict": "disagree", "reason": "not_said"}
    assert send(client, item, review(other, reviewer="s-2"))[1]["state"] == "conflicted"
    assert faults(send(client, item, review(AGREE, reviewer="s-3"))[1]) == [(None, "wrong_state")]


@pytest.mark.parametrize("store", [{"blind_share": 1}], indirect=True)
def test_a_note_to_be_read_without_its_flags_is_not_decided_here(client, store, people):
    item = stored(client)
    status, problem = send(client, item, review(AGREE))
    assert (status, faults(problem)) == (409, [(None, "judge_first")])
    assert store.glance(people["reviewer"], item).state == "waiting"


def test_a_note_that_somebody_reads_is_left_to_them(client, store, people):
    item = stored(client)
    store.claim(people["reviewer"], item)
    status, problem = send(client, item, review(AGREE))
    assert (status, faults(problem)) == (409, [(None, "claimed")])


def test_a_replaced_text_is_not_reviewed(client):
    item = stored(client)
    stored(client, f"{TEXT} Police told.")
    status, problem = send(client, item, review(AGREE))
    assert (status, faults(problem)) == (409, [(None, "newer_note")])


def test_an_unknown_or_restricted_note_is_not_there(client):
    for item in ("0" * 32, "x", stored(client, restricted=True)):
        status, problem = send(client, item, review(AGREE))
        assert (status, problem["type"].rpartition(":")[2]) == (404, "not-found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (review(), "#/decisions"),
        (review(AGREE, AGREE), "#/decisions/1/indicator"),
        (review(AGREE, {"indicator": CANARY, "verdict": "added", "words": "phone"}), "#/decisions/1/indicator"),
        (review({"indicator": "new_phones", "verdict": "disagree"}), "#/decisions/0/reason"),
        (review(AGREE, {"indicator": "sextortion", "verdict": "agree"}), "#/decisions/1/indicator"),
        (review(AGREE, {"indicator": "sextortion", "verdict": "added"}), "#/decisions/1/words"),
        (review(AGREE, {"indicator": "sextortion", "verdict": "added", "words": CANARY}), "#/decisions/1/words"),
        (review({"indicator": "new_phones", "verdict": CANARY}), "#/decisions/0/verdict"),
        (review({"indicator": "new_phones", "verdict": "withdrawn"}), "#/decisions/0/verdict"),
        (review(AGREE | {CANARY: 1}), "#/decisions/0"),
        (review(AGREE, reviewer="\x00"), "#/reviewer"),
        (review(AGREE, reviewer="\ud800"), "#/reviewer"),
        (review(AGREE, outcome=CANARY), "#/outcome"),
        (CANARY, "#"),
    ],
)
def test_a_faulty_review_is_refused_whole(client, store, people, body, pointer):
    item = stored(client)
    status, problem = send(client, item, body)
    assert (status, [error["pointer"] for error in problem["errors"]]) == (422, [pointer])
    assert store.glance(people["reviewer"], item).state == "waiting"
    assert send(client, item, review(AGREE))[0] == 201


def test_words_marked_again_keep_status_and_level(client, store, people):
    item = stored(client)
    added = {"indicator": "secrecy_withdrawal", "verdict": "added", "words": "will not say who bought it"}
    said = added | {"corrected_status": "possible", "corrected_level": "warning_sign"}
    wrong = {"indicator": "new_phones", "verdict": "disagree", "reason": "wrong_words", "words": "a second phone"}
    assert send(client, item, review(wrong, said))[0] == 201
    votes = {vote.decision.indicator: vote.decision for vote in store.note_page(people["lead"], item).votes}
    kept = votes["secrecy_withdrawal"]
    assert (kept.corrected_status, kept.corrected_level) == (Status.POSSIBLE, Level.WARNING_SIGN)
    assert TEXT[votes["new_phones"].start : votes["new_phones"].end] == "a second phone"


def test_examples_work_one_after_the_other(client):
    (sent,) = read_examples("store").values()
    (said,) = read_examples("review").values()
    item = client.post("/v1/notes", json=sent["value"]).json()["item_id"]
    assert send(client, item, said["value"])[0] == 201


def test_the_scope_is_needed(client, tmp_path):
    key, _ = create_key(tmp_path / "keys.json", name="case system", scopes=(Scope.ASSESS,))
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.post(f"/v1/notes/{'0' * 32}/reviews", json=review(AGREE), headers=headers)
    assert answer.status_code == 403
