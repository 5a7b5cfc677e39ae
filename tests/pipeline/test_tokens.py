"""Texts and phrases as words: white space never counts, and a phrase gives the words that a text shows it as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.pipeline.text import normalise
from triage.pipeline.tokens import Tokens

LEXICON = ("second-hand", "phone", "don't", "S.47", "pictures", "w/app")


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(frozenset(LEXICON))


@given(st.lists(st.sampled_from(LEXICON), min_size=1, max_size=4))
def test_a_phrase_gives_the_words_that_a_text_shows_it_as(tokens: Tokens, words: list[str]) -> None:
    phrase = " ".join(words)
    assert tokens.of_phrase(phrase) == tokens.of_text(normalise(phrase))[2]


@given(st.lists(st.sampled_from(("phone", "picturs", "Kay", "?")), max_size=6), st.sampled_from(("  ", "\n", " \t ")))
def test_white_space_is_no_word(tokens: Tokens, words: list[str], space: str) -> None:
    text = space.join(words)
    starts, lengths, norms = tokens.of_text(text)
    assert norms == tokens.of_text(" ".join(words))[2]
    assert [text[start : start + length] for start, length in zip(starts, lengths, strict=True)] == words
