"""The shape of Label Studio's exports."""

import json

import pytest

from triage.errors import DatasetError
from triage.training.exchange.drafts import DraftSpan
from triage.training.exchange.label_studio import read_label_studio

TEXT = "She has a second phone."
LABELS = {
    "id": "a1",
    "from_name": "label",
    "to_name": "text",
    "type": "labels",
    "origin": "manual",
    "value": {"start": 10, "end": 22, "text": "second phone", "labels": ["new_phones", "sextortion|denied"]},
}
CHOICES = {"id": "a2", "from_name": "note", "to_name": "text", "type": "choices", "value": {"choices": ["new_phones"]}}


def annotation(*results, **fields):
    return {
        "id": 11,
        "completed_by": 4,
        "was_cancelled": False,
        "ground_truth": False,
        "result": list(results),
    } | fields


def read(*annotations, **fields):
    task = {"id": 1, "data": {"text": TEXT, "note_ref": "N-1"}, "annotations": list(annotations)} | fields
    return read_label_studio(json.dumps([task]).encode(), "export.json")


def test_labels_choices_words_and_annotator_are_read():
    draft = read(annotation(LABELS, CHOICES)).drafts[0]
    assert (draft.id, draft.text, draft.where) == ("1", TEXT, "export.json: task 1")
    assert draft.spans == (
        DraftSpan(10, 22, "new_phones", "second phone"),
        DraftSpan(10, 22, "sextortion|denied", "second phone"),
    )
    assert (draft.note_labels, draft.annotator, draft.meta) == (("new_phones",), "4", {"note_ref": "N-1"})


@pytest.mark.parametrize(
    ("given", "name"), [(4, "4"), ({"id": 4}, "4"), ({"id": 4, "email": "a@b.example"}, "a@b.example"), (None, None)]
)
def test_the_annotator_is_a_number_or_an_object(given, name):
    assert read(annotation(completed_by=given)).drafts[0].annotator == name


def test_a_cancelled_annotation_is_no_answer():
    assert len(read(annotation(LABELS, was_cancelled=True), annotation()).drafts) == 1
    assert "skipped" in read(annotation(LABELS, was_cancelled=True)).refused[0].reason
    assert "not annotated" in read(predictions=[{"result": [LABELS]}]).refused[0].reason


def test_ground_truth_outweighs_the_others():
    drafts = read(annotation(LABELS), annotation(ground_truth=True, completed_by=9)).drafts
    assert [draft.annotator for draft in drafts] == ["9"]


def test_other_results_are_counted():
    comment = {"type": "textarea", "value": {"text": ["check"]}}
    assert read(annotation(LABELS, comment, comment)).notices == (
        "2 result(s) of kind 'textarea' say nothing of labels and were left out",
    )


@pytest.mark.parametrize(
    "result",
    [
        {"type": "hypertextlabels", "value": {"start": "/div[1]", "end": "/div[1]", "hypertextlabels": ["new_phones"]}},
        {"type": "labels"},
        {"type": "labels", "value": {"start": 1, "end": None, "labels": ["new_phones"]}},
        {"type": "labels", "value": {"start": 1, "end": 2, "labels": [1]}},
    ],
)
def test_a_result_that_cannot_be_used_refuses_the_task(result):
    found = read(annotation(LABELS), annotation(result))
    assert (found.drafts, len(found.refused)) == ((), 1)


def test_a_task_without_text_is_refused():
    assert "'data'" in read(data=None).refused[0].reason
    assert "'text'" in read(annotation(), data={"note": "x"}).refused[0].reason
    assert "'result'" in read(annotation(result={"a": 1})).refused[0].reason


@pytest.mark.parametrize("raw", [b'{"id": 1}', b"id,text\n", b"", b"[" * 100_000])
def test_a_file_that_is_no_list_of_tasks_is_refused_as_a_whole(raw):
    with pytest.raises(DatasetError, match=r"export\.json:1: .*JSON list"):
        read_label_studio(raw, "export.json")
