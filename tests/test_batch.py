import json

import pytest

from triage.batch import (
    Columns,
    FileKind,
    Recipe,
    assess_entries,
    assess_in_parallel,
    kind_of,
    make_triager,
    read_entries,
)
from triage.errors import NoteError
from triage.flag import Cause

KNOWLEDGE_ALONE = Recipe()


def test_the_ending_tells_the_kind(tmp_path):
    assert kind_of(tmp_path / "a.JSONL") is FileKind.JSONL
    assert kind_of(tmp_path / "a.csv") is FileKind.CSV
    assert kind_of(tmp_path / "a.docx") is FileKind.TEXT


def test_bad_lines_keep_their_place_and_lose_nothing():
    lines = [
        b'{"id": "a", "text": "YP has a second phone and will not say who bought it."}',
        b"\xff\xfe",
        b"",
        b'{"id": "c"}',
        b'{"id": "d", "text": ""}',
        b'{"id": "e", "text": "\\ud800"}',
        b'{"id": "f", "text": "nul \\u0000 here"}',
        b'{"id": "g", "text": "School visit, all well."}',
    ]
    entries = read_entries(b"\n".join(lines), name="n.jsonl", kind=FileKind.JSONL)
    results = list(assess_entries(make_triager(KNOWLEDGE_ALONE), entries))
    assert [result.entry.where for result in results] == [f"n.jsonl:{n}" for n in (1, 2, 4, 5, 6, 7, 8)]
    assert [result.assessment.cause for result in results] == [
        None,
        Cause.INVALID_UTF8,
        Cause.UNREADABLE,
        Cause.EMPTY,
        Cause.LONE_SURROGATE,
        Cause.BINARY,
        None,
    ]
    assert [flag.indicator for flag in results[0].assessment.flags] == ["new_phones"]


def test_csv_columns_can_be_chosen_and_one_bad_row_spares_the_others():
    raw = b'ref,body\n1,School visit.\n2,caf\xe9\n3,"Second line\nof a note."\n'
    entries = list(read_entries(raw, name="n.csv", kind=FileKind.CSV, columns=Columns(text="body", id="ref")))
    assert [entry.note.id for entry in entries] == ["1", None, "3"]
    assert [entry.error.code if entry.error else None for entry in entries] == [None, "invalid_utf8", None]


def test_csv_without_the_column_says_how_to_choose_one():
    with pytest.raises(NoteError, match="--text-column"):
        list(read_entries(b"a,b\n1,2\n", name="n.csv", kind=FileKind.CSV))


def test_several_processes_give_the_same_answers_in_order():
    notes = [{"id": str(n), "text": f"Visit {n}. A second phone was found in his bag."} for n in range(600)]
    raw = "\n".join(map(json.dumps, notes)).encode()
    entries = list(read_entries(raw, name="n.jsonl", kind=FileKind.JSONL))
    alone = [result.assessment for result in assess_entries(make_triager(KNOWLEDGE_ALONE), entries)]
    together = [result.assessment for result in assess_in_parallel(KNOWLEDGE_ALONE, entries, workers=2)]
    assert together == alone
