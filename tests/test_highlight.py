import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.highlight import pieces


@given(st.text(min_size=1), st.data())
def test_pieces_join_to_the_text_and_carry_their_spans(text, data):
    spans = []
    for label in range(data.draw(st.integers(0, 5))):
        start = data.draw(st.integers(0, len(text) - 1))
        spans.append((start, data.draw(st.integers(start + 1, len(text))), label))
    cut = pieces(text, spans)
    assert "".join(piece.text for piece in cut) == text
    for start, end, label in spans:
        assert "".join(piece.text for piece in cut if label in piece.labels) == text[start:end]
        assert sum(label in piece.first for piece in cut) == 1


@pytest.mark.parametrize("span", [(2, 2), (-1, 2), (0, 99)])
def test_spans_off_the_text_are_refused(span):
    with pytest.raises(ValueError, match="off a text of 5 characters"):
        pieces("short", [(*span, "x")])
