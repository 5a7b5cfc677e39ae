"""The shapes of Prodigy's answers, and which of them say something of every label."""

import json

import pytest

from triage.training.exchange.drafts import DraftSpan
from triage.training.exchange.prodigy import read_prodigy

TEXT = "She has a second phone."


def read(**fields):
    return read_prodigy((json.dumps({"text": TEXT, "answer": "accept"} | fields) + "\n").encode(), "db.jsonl")


def test_an_accepted_task_is_read_with_its_exclusive_end():
    span = {"start": 10, "end": 22, "token_start": 3, "token_end": 4, "label": "new_phones"}
    draft = read(spans=[span], _input_hash=-5, _annotator_id="amina", meta={"note_ref": "N-1"}).drafts[0]
    assert draft.spans == (DraftSpan(10, 22, "new_phones"),)
    assert (draft.id, draft.annotator, draft.meta) == ("-5", "amina", {"note_ref": "N-1"})


def test_chosen_options_are_labels_of_the_whole_text():
    draft = read(options=[{"id": "new_phones", "text": "New phone"}], accept=["new_phones"], label="x").drafts[0]
    assert draft.note_labels == ("new_phones",)
    assert draft.id == "db-1"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"answer": "ignore"}, "ignored"),
        ({"answer": "reject"}, "rejected"),
        ({"answer": None}, "rejected"),
        ({"label": "new_phones", "answer": "reject"}, "one label only"),
        ({"label": "new_phones", "spans": []}, "one label only"),
        ({"spans": {"a": 1}}, "'spans'"),
        ({"spans": ["a"]}, "'spans'"),
        ({"spans": [{"start": 1}]}, "offsets"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(fields, reason):
    found = read(**fields)
    assert found.drafts == ()
    assert reason in found.refused[0].reason
