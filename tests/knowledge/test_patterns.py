"""The pattern language: what each form expands to, and what is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.knowledge.inflection import Inflector
from triage.knowledge.patterns import (
    MAX_GAP,
    Concepts,
    PatternError,
    Words,
    expand_term,
    parse_pattern,
    parse_term,
)

INFLECTOR = Inflector({"send": ["sends", "sent", "sending"]})


def readable(source: str) -> list[list[list[object]]]:
    """Return alternatives, their sides, and each side as phrases, concept names and gaps in order."""
    alternatives = []
    for pattern in parse_pattern(source, INFLECTOR):
        sides = []
        for part in pattern.parts:
            side: list[object] = []
            for index, element in enumerate(part.elements):
                if index:
                    side.append(part.gaps[index - 1])
                side.append(set(element.phrases) if isinstance(element, Words) else element.names)
            sides.append(side)
        alternatives.append(sides)
    return alternatives


@pytest.mark.parametrize(
    ("source", "meaning"),
    [
        ("threatening to post", [[[{"threatening to post"}]]]),
        ("Threatening TO post", [[[{"threatening to post"}]]]),
        ("<send>", [[[{"send", "sends", "sent", "sending"}]]]),
        ("<send> it", [[[{"send it", "sends it", "sent it", "sending it"}]]]),
        ("{threaten}", [[[("threaten",)]]]),
        ("{share|post}", [[[("share", "post")]]]),
        ("(his|her own) phone", [[[{"his phone", "her own phone"}]]]),
        ("(his (first|second)|her) phone", [[[{"his first phone", "his second phone", "her phone"}]]]),
        ("new? handset", [[[{"new handset"}]], [[{"handset"}]]]),
        ("(his|her)? phone", [[[{"his phone", "her phone"}]], [[{"phone"}]]]),
        ("{threaten} ...6 {image}", [[[("threaten",), 6, ("image",)]]]),
        ("{threaten} ... {image}", [[[("threaten",), 3, ("image",)]]]),
        ("will post ...2 {image}", [[[{"will post"}, 2, ("image",)]]]),
        ("{threaten} & {image}", [[[("threaten",)], [("image",)]]]),
        ("£ & {loot}", [[[{"£"}], [("loot",)]]]),
        ("what? phone", [[[{"what phone"}]], [[{"phone"}]]]),
        ("w/app", [[[{"w/app"}]]]),
    ],
)
def test_a_pattern_means(source: str, meaning: list[object]) -> None:
    assert readable(source) == meaning


def test_a_lone_question_mark_is_a_word() -> None:
    assert readable("?") == [[[{"?"}]]]


def test_long_alternatives_stay_apart() -> None:
    (pattern,) = parse_pattern("(a|b|c|d|e) (f|g|h|i|j)", INFLECTOR)
    assert [len(element.phrases) for element in pattern.parts[0].elements if isinstance(element, Words)] == [5, 5]
    assert pattern.parts[0].gaps == (0,)


def test_a_pattern_knows_its_concepts() -> None:
    (pattern,) = parse_pattern("{threaten} ...4 {image|video} & {payment}", INFLECTOR)
    assert pattern.concept_names() == {"threaten", "image", "video", "payment"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "empty pattern"),
        ("   ", "empty pattern"),
        ("{threaten", "cannot read '{threaten'"),
        ("{Threaten}", "cannot read '{Threaten}'"),
        ("a (b|c", "a bracket is not closed: '(b|c'"),
        ("a) b", "cannot read ') b'"),
        ("<send", "'<' and '>' enclose a whole word: '<send'"),
        ("re<send>", "enclose a whole word"),
        ("{threaten} ...", "a gap ends"),
        (f"a ...{MAX_GAP + 1} b", f"a gap of {MAX_GAP + 1} tokens is over {MAX_GAP}"),
        ("new?", "nothing to match in 'new?'"),
        ("()", "an empty alternative"),
    ],
)
def test_a_malformed_pattern_is_refused(source: str, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        parse_pattern(source, INFLECTOR)


def test_a_term_lists_its_phrases_once() -> None:
    assert expand_term("(second|2nd) new? phone", INFLECTOR) == (
        "second new phone",
        "2nd new phone",
        "second phone",
        "2nd phone",
    )


@pytest.mark.parametrize("source", ["{image} phone", "second ...2 phone"])
def test_a_term_may_not_use_a_concept_or_a_gap(source: str) -> None:
    with pytest.raises(PatternError, match="may not use a concept or a gap"):
        parse_term(source, INFLECTOR)


def test_a_term_may_not_have_too_many_alternatives() -> None:
    choices = f"({'|'.join('abcdefghijk')})"
    with pytest.raises(PatternError, match="more than 1000 alternatives"):
        expand_term(f"{choices} {choices} {choices}", INFLECTOR)


WORD = st.text("abcdefghij", min_size=1, max_size=6)


@given(st.lists(st.lists(WORD, min_size=1, max_size=4), min_size=1, max_size=3))
def test_groups_expand_to_all_their_choices(groups: list[list[str]]) -> None:
    expected = [""]
    for group in groups:
        expected = [f"{left} {right}".strip() for left in expected for right in group]
    source = " ".join(f"({'|'.join(group)})" for group in groups)
    assert set(expand_term(source, INFLECTOR)) == set(expected)


@given(st.text("ab {}()<>|?.&3", max_size=30))
def test_any_text_is_parsed_or_refused(source: str) -> None:
    try:
        patterns = parse_pattern(source, INFLECTOR)
    except PatternError as error:
        assert str(error)
    else:
        elements = [element for pattern in patterns for part in pattern.parts for element in part.elements]
        assert elements
        assert all(isinstance(element, Words | Concepts) for element in elements)
