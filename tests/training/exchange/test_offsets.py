"""The unit of a file's offsets is found out by evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.offsets import Quoter
from triage.training.exchange.drafts import DraftSpan
from triage.training.exchange.offsets import Text, Unit, choose_unit, is_on_words, is_telling, points, trim

VECTOR = "👨🏻‍🚒 firemen drive firetrucks at work"


def spans(*found, quote=None):
    return tuple(DraftSpan(start, end, "new_phones", quote) for start, end in found)


def test_the_known_vector_in_both_units():
    assert (points(VECTOR, Unit.CODE_POINTS)[19], points(VECTOR, Unit.CODE_POINTS)[29]) == (19, 29)
    assert (points(VECTOR, Unit.UTF16)[22], points(VECTOR, Unit.UTF16)[32]) == (19, 29)


def test_an_offset_amid_a_character_or_a_line_end_has_no_code_point():
    assert 1 not in points("😀a", Unit.UTF16)
    assert points("a\r\nb", Unit.CODE_POINTS_BROWSER) == {0: 0, 1: 1, 2: 3, 3: 4}
    assert points("\r\n😀", Unit.UTF16_BROWSER) == {0: 0, 1: 2, 3: 3}


@given(st.text(alphabet=st.sampled_from("ab😀é\r\n ")))
def test_utf16_offsets_are_those_of_the_wire_format(text):
    quoter = Quoter(text)
    where = points(text, Unit.UTF16)
    assert [where[quoter.quote(index, index).start_utf16] for index in range(len(text) + 1)] == [*range(len(text) + 1)]


@given(st.text(alphabet=st.sampled_from("ab😀é\r\n ")))
def test_units_agree_exactly_where_a_text_tells_nothing(text):
    plain = points(text, Unit.CODE_POINTS)
    assert is_telling(text) == any(points(text, unit) != plain for unit in Unit)


@pytest.mark.parametrize(
    ("span", "unit"), [((19, 29), Unit.CODE_POINTS), ((22, 32), Unit.UTF16)], ids=["code points", "UTF-16"]
)
@pytest.mark.parametrize("default", [Unit.CODE_POINTS, Unit.UTF16])
def test_the_unit_whose_spans_fall_on_words_wins_over_the_usual_one(span, unit, default):
    choice = choose_unit([Text(VECTOR, spans(span), None)], default=default)
    assert choice.unit is unit
    assert "of 1 spans" in choice.evidence


def test_words_that_the_tool_gives_outweigh_word_ends():
    # Both readings begin and end with a word.
    text = "😀 ab cd ef"
    assert choose_unit([Text(text, spans((5, 7), quote="cd"), None)], default=Unit.UTF16).unit is Unit.CODE_POINTS
    assert choose_unit([Text(text, spans((6, 8), quote="cd"), None)], default=Unit.CODE_POINTS).unit is Unit.UTF16


def test_a_crlf_that_the_browser_counts_as_one_is_found_out():
    text = "One.\r\nTwo.\r\nA second phone was found."
    start = text.index("second") - 2
    choice = choose_unit([Text(text, spans((start, start + 12)), None)], default=Unit.UTF16)
    assert choice.unit.is_browser


def test_texts_without_emoji_or_crlf_tell_nothing():
    choice = choose_unit([Text("A second phone", spans((1, 3)), None)], default=Unit.UTF16)
    assert (choice.unit, "every unit" in choice.evidence) == (Unit.UTF16, True)


def test_a_stated_unit_holds_unless_the_spans_lie_off_the_text():
    stated = Text(VECTOR, spans((20, 30)), Unit.CODE_POINTS)
    assert choose_unit([stated], default=Unit.UTF16).unit is Unit.CODE_POINTS
    impossible = Text(VECTOR, spans((33, 40)), Unit.CODE_POINTS)
    assert len(VECTOR) < 40
    assert choose_unit([impossible], default=Unit.CODE_POINTS).unit is Unit.UTF16


def test_spans_on_words_and_trimming():
    assert is_on_words("a second phone", 2, 8)
    assert not is_on_words("a second phone", 3, 8)
    assert not is_on_words("a second phone", 1, 8)
    assert not is_on_words("a", 0, 0)
    assert trim("a  b ", 1, 5) == (3, 4)
    assert trim("   ", 0, 3) == (3, 3)
