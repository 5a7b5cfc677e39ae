from hypothesis import given
from hypothesis import strategies as st

from triage.offsets import Quoter

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(TEXTS, st.data())
def test_both_units_name_the_same_words(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = Quoter(text).quote(start, end)
    assert text[quote.start : quote.end] == quote.quote
    units = text.encode("utf-16-le")
    assert units[2 * quote.start_utf16 : 2 * quote.end_utf16].decode("utf-16-le") == quote.quote


def test_the_vector_that_breaks_most_tools():
    text = "👨🏻\u200d🚒 firemen drive firetrucks at work"
    start = text.index("firetrucks")
    quote = Quoter(text).quote(start, start + len("firetrucks"))
    assert (quote.start, quote.end) == (19, 29)
    assert (quote.start_utf16, quote.end_utf16) == (22, 32)
