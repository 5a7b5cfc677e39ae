import pytest

from triage.errors import NoteError
from triage.note import decode_text, note_from_record, parse_note

SECRET = "the aunt's canary"


def test_a_json_line_becomes_a_note():
    note = parse_note('{"text": "Seen at home.", "id": 7, "case_id": "C-1", "recorded_at": "2026-03-31"}')
    assert (note.text, note.id, note.case_id) == ("Seen at home.", "7", "C-1")
    assert note.recorded_at is not None
    assert note.recorded_at.year == 2026


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f'{{"text": "{SECRET}"', "invalid_json"),
        (f'["{SECRET}"]', "invalid_json"),
        ("[" * 100_000, "invalid_json"),
        (f'{{"note": "{SECRET}"}}', "missing_text"),
        (f'{{"text": "{SECRET}", "id": ["x"]}}', "invalid_field"),
        (f'{{"text": "{SECRET}", "recorded_at": "yesterday"}}', "invalid_field"),
        (f'{{"text": "{SECRET}", "recorded_at": 5}}', "invalid_field"),
    ],
)
def test_bad_lines_say_what_and_where_but_never_the_text(line, code):
    with pytest.raises(NoteError) as caught:
        parse_note(line, where="notes.jsonl:3")
    assert caught.value.code == code
    assert str(caught.value).startswith("notes.jsonl:3: ")
    assert "canary" not in str(caught.value)


def test_bytes_are_strict_utf8():
    with pytest.raises(NoteError, match="byte 4") as caught:
        decode_text(b"Mum \xff", where="x.txt:1")
    assert caught.value.code == "invalid_utf8"


def test_text_is_never_altered():
    text = "\ufeffline one\r\nline\u00a0two \u200b"
    assert note_from_record({"text": text}).text == text
