import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.review.quoting import find_words
from triage.errors import InvalidTransition

TEXT = (
    "Year 9.\r\nShe said \u2018he will post it\u2019 \u2013 tonight. "
    "She has\u00a0two phones \N{MOBILE PHONE}. She said no more."
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("two phones", "two phones"),
        ("has two phones", "has\u00a0two phones"),
        ("'he will post it' - tonight", "\u2018he will post it\u2019 \u2013 tonight"),
        ("YEAR 9.\nshe said", "Year 9.\r\nShe said"),
        ("phones \N{MOBILE PHONE}", "phones \N{MOBILE PHONE}"),
    ],
)
def test_typed_words_are_found_however_they_are_typed(typed: str, found: str) -> None:
    start, end = find_words(TEXT, typed)
    assert TEXT[start:end] == found


@pytest.mark.parametrize(
    ("typed", "message"), [("", "write"), (" \n", "write"), ("three phones", "not in"), ("she said", "2 times")]
)
def test_words_that_cannot_be_placed_are_refused(typed: str, message: str) -> None:
    with pytest.raises(InvalidTransition, match=message) as refusal:
        find_words(TEXT, typed)
    assert (refusal.value.code, refusal.value.where) == ("bad_decision", "words")


@given(st.text(min_size=1), st.data())
def test_a_copied_stretch_is_found_where_it_stands_or_called_ambiguous(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    words = text[start : data.draw(st.integers(start + 1, len(text)))]
    try:
        first, last = find_words(text, words)
    except InvalidTransition as refusal:
        assert not words.split() or "times" in refusal.message
    else:
        assert text[first:last].split() == words.split()
