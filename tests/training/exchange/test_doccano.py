"""The shapes of doccano's exports."""

import io
import json
import zipfile

import pytest

from triage.errors import DatasetError
from triage.training.exchange.doccano import read_doccano
from triage.training.exchange.drafts import DraftSpan

TEXT = "She has a second phone."


def lines(*rows):
    return "".join(json.dumps({"id": 7, "text": TEXT, "note_ref": "N-1", **row}) + "\n" for row in rows).encode()


def read_one(**row):
    found = read_doccano(lines(row), "all.jsonl")
    assert found.refused == ()
    return found.drafts[0]


SPAN = (DraftSpan(10, 22, "new_phones"),)


@pytest.mark.parametrize(
    ("row", "spans", "note_labels"),
    [
        ({"label": [[10, 22, "new_phones"]], "Comments": ["check who paid"]}, SPAN, ()),
        ({"label": ["new_phones"], "Comments": []}, (), ("new_phones",)),
        ({"label": "new_phones"}, (), ("new_phones",)),
        ({"labels": [[10, 22, "new_phones"]]}, SPAN, ()),
        ({"entities": [[10, 22, "new_phones"]], "cats": ["sextortion"]}, SPAN, ("sextortion",)),
        (
            {
                "entities": [{"id": 3, "label": "new_phones", "start_offset": 10, "end_offset": 22}],
                "relations": [{"id": 1, "from_id": 3, "to_id": 4, "type": "given_by"}],
                "Comments": [{"id": 2, "comment": "check"}],
            },
            SPAN,
            (),
        ),
        ({"label": []}, (), ()),
        ({}, (), ()),
    ],
    ids=["sequence", "classes", "one class", "labels", "slots", "relations", "empty", "no labels"],
)
def test_every_shape_is_read(row, spans, note_labels):
    draft = read_one(**row)
    assert (draft.id, draft.text, draft.spans, draft.note_labels) == ("7", TEXT, spans, note_labels)
    assert draft.meta == {"note_ref": "N-1"}
    assert draft.annotator is None


def test_notes_without_labels_are_pointed_out():
    found = read_doccano(lines({"label": []}, {"label": [[10, 22, "new_phones"]]}), "all.jsonl")
    assert "1 note(s) bear no label" in found.notices[0]
    assert read_doccano(lines({"label": ["new_phones"]}), "all.jsonl").notices == ()


def test_a_zip_holds_a_file_for_each_annotator():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("amina.jsonl", lines({"label": []}))
        archive.writestr("ben.jsonl", lines({"label": [[10, 22, "new_phones"]]}))
        archive.writestr("readme.txt", "not labels")
    drafts = read_doccano(buffer.getvalue(), "export.zip").drafts
    assert [(draft.annotator, draft.where) for draft in drafts] == [("amina", "amina.jsonl:1"), ("ben", "ben.jsonl:1")]
    with pytest.raises(DatasetError, match=r"export\.zip"):
        read_doccano(buffer.getvalue()[:-30], "export.zip")


@pytest.mark.parametrize(
    "row",
    [
        {"label": [[10, 22]]},
        {"label": [[10, "22", "new_phones"]]},
        {"label": [[True, 22, "new_phones"]]},
        {"label": [[10, 22, 5]]},
        {"label": [5]},
        {"label": {"a": 1}},
        {"entities": "x"},
        {"entities": ["x"]},
        {"text": None},
    ],
)
def test_a_faulty_row_is_refused_and_the_others_are_read(row):
    found = read_doccano(lines({"label": []}, row, {"label": []}), "all.jsonl")
    assert len(found.drafts) == 2
    assert [remark.where for remark in found.refused] == ["all.jsonl:2"]


def test_lines_that_are_no_objects_are_refused():
    found = read_doccano(b'{"text": \n[]\n\n' + b"[" * 100_000, "all.jsonl")
    assert [remark.where for remark in found.refused] == ["all.jsonl:1", "all.jsonl:2", "all.jsonl:4"]


def test_bytes_that_are_not_utf8_are_named_by_line():
    with pytest.raises(DatasetError, match=r"all\.jsonl:2: .*UTF-8"):
        read_doccano(b"{}\n\xff", "all.jsonl")
