"""Marked text as a person writes it."""

import pytest

from triage.flag import Status
from triage.training.exchange.drafts import DraftSpan
from triage.training.exchange.marked import read_marked, write_marked
from triage.training.records import Mark, make_record

NOTE = """=== A001 | style=home_visit | age=14 | sex=F

HV 16:15. Says she {{online_only_contact|affirmed: met someone on a quiz app}}, mum 100% unaware.
- {{new_phones!|negated: No second handset}} seen.

"""


def read(text):
    return read_marked(text.encode(), "notes.txt")


def test_a_note_is_read_without_its_marks():
    draft = read(NOTE).drafts[0]
    assert draft.text == "HV 16:15. Says she met someone on a quiz app, mum 100% unaware.\n- No second handset seen."
    assert draft.spans == (
        DraftSpan(19, 44, "online_only_contact|affirmed"),
        DraftSpan(66, 83, "new_phones|negated|harm"),
    )
    assert draft.meta == {"style": "home_visit", "age": "14", "sex": "F"}
    assert (draft.id, draft.where) == ("A001", "notes.txt:1")


def test_several_notes_are_named_by_the_line_of_their_header():
    drafts = read(f"\n{NOTE}{NOTE.replace('A001', 'A002 | source=amina | case_id=C-7')}").drafts
    assert [(draft.id, draft.where) for draft in drafts] == [("A001", "notes.txt:2"), ("A002", "notes.txt:7")]
    assert (drafts[1].carried["source"], drafts[1].carried["case_id"]) == ("amina", "C-7")
    assert "source" not in drafts[1].meta


def test_a_file_from_another_editor_reads_the_same():
    assert read(NOTE.replace("\n", "\r\n")).drafts == read(NOTE).drafts
    assert read_marked(b"\xef\xbb\xbf" + NOTE.encode(), "notes.txt").drafts == read(NOTE).drafts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("=== A1 | age\nText.", "name=value"),
        ("=== A1\nA {{new_phones: second phone}}.", "braces"),
        ("=== A1\nA {{new_phones|denied: second phone.", "braces"),
        ("=== A1\nA {{new_phones|denied: second {{sextortion|denied: phone}} }}.", "braces"),
        ("A note.\n=== A1\nText.", "before the first line"),
        ("A note.", "before the first line"),
    ],
)
def test_what_is_not_in_the_format_is_refused(text, reason):
    found = read(text)
    assert reason in found.refused[0].reason
    assert "second" not in found.refused[0].reason


def test_many_openings_take_linear_time():
    assert "braces" in read("=== A1\n" + "{{a|b: " * 20_000).refused[0].reason


def test_a_plain_record_is_written_as_a_person_would():
    mark = Mark(start=2, end=14, indicator="new_phones", status=Status.DENIED, harm=True)
    record = make_record(
        id="A1", source="amina", case_id="C-7", text="A second phone.", marks=[mark], meta={"age": "9"}
    )
    assert write_marked([record]).decode() == (
        "=== A1 | source=amina | case_id=C-7 | age=9\nA {{new_phones!|denied: second phone}}.\n"
    )


def test_marks_that_overlap_stand_by_their_offsets():
    marks = [
        Mark(start=2, end=14, indicator="new_phones", status=Status.DENIED, harm=False),
        Mark(start=9, end=14, indicator="sextortion", status=Status.POSSIBLE, harm=True),
    ]
    record = make_record(id="A1", source="amina", text="A second phone.", marks=marks)
    assert write_marked([record]).decode() == (
        "=== A1 | source=amina\n==+ sextortion!|possible 9-14\nA {{new_phones|denied: second phone}}.\n"
    )


def test_what_a_person_could_not_write_is_escaped():
    record = make_record(id="A|1", source="amina", text="One\r\n=== {{x}} ")
    raw = write_marked([record]).decode()
    assert raw == "=== A%7C1 | escaped=percent | source=amina\nOne%0D\n%3D%3D= %7B%7Bx%7D%7D%20\n"
    assert read(raw).drafts[0].text == record.text
