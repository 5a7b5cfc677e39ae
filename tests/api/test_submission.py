"""Offsets of every quote count in exactly what the caller sent, in both units, per field and through HTML."""

import html
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.html_text import read_html
from api.submission import submission_of
from api.wire import CaseNoteIn, NoteIn
from triage.triager import Triager

LIMIT = 100_000
PHRASES = [
    "YP has a second phone.",
    "Mum &amp; Dad said he sent a picture. ",
    "He met her on Discord.",
    "She denied it.",
]
PHRASES += ["an unknown man gave him £50 ", "👨🏻\u200d🚒 ", "e\u0301", "\u00a0", "\r\n"]
PHRASES += ["<b>", "</b>", "<br>", "<p>", "</p>", "<!-- x -->"]
TEXT = st.lists(st.sampled_from(PHRASES), max_size=12).map("".join)


def quotes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "start_utf16" in value:
            yield value
        for item in value.values():
            yield from quotes(item)
    elif isinstance(value, list):
        for item in value:
            yield from quotes(item)


def utf16(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


@settings(max_examples=40, deadline=None)
@given(text=TEXT, title=TEXT, as_html=st.booleans(), in_fields=st.booleans())
def test_offsets_count_in_what_was_sent(
    triager: Triager, text: str, title: str, as_html: bool, in_fields: bool
) -> None:
    kind = "text/html" if as_html else "text/plain"
    received: NoteIn | CaseNoteIn
    if in_fields:
        received = CaseNoteIn(caseNoteTitle=title, caseNoteContent=text, contentType=kind)
    else:
        received = NoteIn(text=text, content_type=kind)
    submission = submission_of(received, max_characters=LIMIT)
    answer = submission.answer(triager.assess(submission.note)).model_dump(mode="json")
    sources = {"caseNoteTitle": title, "caseNoteContent": text, None: text}
    for quote in quotes(answer):
        source = sources[quote.get("field")]
        assert ("field" in quote) == in_fields
        written = source[quote["start"] : quote["end"]]
        assert written == utf16(source, quote["start_utf16"], quote["end_utf16"])
        parsed = as_html and quote.get("field") != "caseNoteTitle"
        assert quote["quote"] == (read_html(written).text if parsed else written)
        if "sentence" in quote:
            assert quote["sentence"][0] <= quote["start"] < quote["end"] <= quote["sentence"][1] <= len(source)


def test_title_and_content_are_assessed_together(triager: Triager) -> None:
    received = CaseNoteIn(caseNoteTitle="Second phone found", caseNoteContent="He would not say who gave it to him.")
    submission = submission_of(received, max_characters=LIMIT)
    assert submission.note.text == "Second phone found\n\nHe would not say who gave it to him."
    answer = submission.answer(triager.assess(submission.note)).model_dump(mode="json")
    assert {quote["field"] for quote in quotes(answer["flags"])} >= {"caseNoteTitle"}


def test_html_far_beyond_the_limit_is_too_long_without_being_parsed(triager: Triager) -> None:
    submission = submission_of(NoteIn(text="<b>" * 300_000, content_type="text/html"), max_characters=LIMIT)
    assert triager.assess(submission.note).cause == "too_long"


def test_markup_counts_for_nothing(triager: Triager) -> None:
    plain = "YP has a second phone & will not say who bought it."
    marked = f"<p><i>{html.escape(plain)}</i></p>"
    flags = [
        [(flag.indicator, flag.status, [e.quote for e in flag.evidence]) for flag in triager.assess(note).flags]
        for note in (
            submission_of(NoteIn(text=plain), max_characters=LIMIT).note,
            submission_of(NoteIn(text=marked, content_type="text/html"), max_characters=LIMIT).note,
        )
    ]
    assert flags[0] == flags[1] != []
