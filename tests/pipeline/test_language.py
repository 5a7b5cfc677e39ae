"""The tokeniser: exact texts, spaCy's own cuts on ordinary text, bounded work on any other, misspellings matched."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from triage.pipeline.language import LONG_RUN, is_one_token, make_language
from triage.pipeline.text import normalise

LEXICON = frozenset({"whatsapp", "snapchat", "grooming", "pictures", "group", "chat", "can't", "second-hand"})


@pytest.fixture(scope="module")
def nlp() -> Language:
    return make_language(LEXICON)


@pytest.fixture(scope="module")
def plain_nlp() -> Language:
    return spacy.blank("en")


def norms(nlp: Language, text: str) -> list[str]:
    return [token.norm_ for token in nlp.make_doc(text)]


def test_misspellings_take_the_norm_of_the_lexicon_word(nlp: Language) -> None:
    assert norms(nlp, "He sent picturs on Whatsap, groming?") == [
        *("he", "sent", "pictures", "on", "whatsapp", ",", "grooming", "?")
    ]


def test_names_and_english_words_keep_their_norm(nlp: Language) -> None:
    assert norms(nlp, "Reece and Kayleigh were growing picky") == [
        "reece",
        "and",
        "kayleigh",
        "were",
        "growing",
        "picky",
    ]


def test_norms_of_spacy_stay(nlp: Language, plain_nlp: Language) -> None:
    text = "She can't, won't and didn't; I'm sure he's gonna."
    assert norms(nlp, text) == norms(plain_nlp, text)


def test_norms_are_the_same_inside_and_outside_a_memory_zone(nlp: Language) -> None:
    text = "snapchatt and snapcaht and unheardofword"
    with nlp.memory_zone():
        inside = norms(nlp, text)
    assert inside == norms(nlp, text) == ["snapchat", "and", "snapchat", "and", "unheardofword"]


def test_a_memory_zone_leaves_no_words_behind(nlp: Language) -> None:
    before = len(list(nlp.vocab.strings))
    with nlp.memory_zone():
        nlp.make_doc("zqxv qqzj snapchattt wvvk")
    assert len(list(nlp.vocab.strings)) == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\U0001f468\U0001f3fb\u200d\U0001f692 firemen drive firetrucks",
        "one\r\ntwo\r\n",
        "cafe\u0301 a\u0301\u0302\u0303",
        "\ufeffSeen\u00a0at home",
        "  two  spaces  ",
    ],
)
def test_the_text_comes_back(nlp: Language, text: str) -> None:
    assert nlp.make_doc(normalise(text)).text == normalise(text)


@given(st.text(max_size=120))
def test_any_text_comes_back(nlp: Language, text: str) -> None:
    with nlp.memory_zone():
        assert nlp.make_doc(normalise(text)).text == normalise(text)


@given(st.text(st.sampled_from("abAB19 .,;:!?'\"()-/@#%£&*+=_\n\u2019\u00e9"), max_size=LONG_RUN - 1))
def test_ordinary_text_is_cut_as_spacy_cuts_it(nlp: Language, plain_nlp: Language, text: str) -> None:
    expected = [token.text for token in plain_nlp.make_doc(text)]
    if not any(len(run) > 4 and len(set(run)) == 1 for run in text.split()):
        assert [token.text for token in nlp.make_doc(text)] == expected


@pytest.mark.parametrize(
    ("string", "whole"),
    [
        ("phone", True),
        ("phone,", False),
        ("((((", False),
        ("(((((", True),
        ("____________", True),
        ("mum/dad", False),
        ("mum/stepdad/grandmother/grandfather/teacher", False),
        ("(mum/stepdad/grandmother/grandfather/teacher).", False),
        ("mum/dad/" * 80, True),
        ("https://example.org/a-path/that-goes-on?for=ever&ever", True),
        ("." * LONG_RUN, True),
        ("-a" * LONG_RUN, True),
    ],
)
def test_what_is_never_cut(string: str, whole: bool) -> None:
    assert is_one_token(string) is whole


def test_long_strung_words_are_told_apart(nlp: Language) -> None:
    words = [token.text for token in nlp.make_doc("mum/stepdad/grandmother/grandfather/teacher,neighbour told")]
    assert {"stepdad", "grandfather", "neighbour"} <= set(words)


ADVERSARIAL: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "(" * n,
    "pairs of brackets": lambda n: "()" * (n // 2),
    "full stops": lambda n: "." * n,
    "letters and full stops": lambda n: "a." * (n // 2),
    "hyphens and letters": lambda n: "-a" * (n // 2),
    "slashes": lambda n: "ab/" * (n // 3),
    "web address": lambda n: "http://a.b/" + "c/" * (n // 2),
    "host names": lambda n: "www." * (n // 4),
    "one emoji": lambda n: "\U0001f600" * n,
    "two emoji": lambda n: "\U0001f600\U0001f680" * (n // 2),
    "combining marks": lambda n: "a" + "\u0301" * n,
    "apostrophes": lambda n: "'s" * (n // 2),
    "mail addresses": lambda n: "a@a." * (n // 4),
    "one letter": lambda n: "a" * n,
    "spaces": lambda n: " " * n,
    "just below the limit": lambda n: ("(" * 4 + ")." * 17 + " ") * (n // 39),
    "mixed below the limit": lambda n: " ".join(
        "".join(random.Random(i).choices("([{'\".,;:!?-/)]}a1", k=LONG_RUN - 1)) for i in range(n // LONG_RUN)
    ),
}


@pytest.mark.parametrize("make", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_work_is_bounded_by_the_length(make: Callable[[int], str]) -> None:
    """Counts the characters that the tokeniser's patterns are given: quadratic work would be a thousand a character."""
    nlp = make_language(frozenset())
    work = _count_work(nlp)
    text = make(50_000)
    with nlp.memory_zone():
        doc = nlp.make_doc(text)
        assert doc.text == text
    assert work.total() <= 3 * LONG_RUN * len(text)


def _count_work(nlp: Language) -> Counter[str]:
    work: Counter[str] = Counter()
    tokenizer: Any = nlp.tokenizer

    def counted(name: str, search: Callable[[str], Any]) -> Callable[[str], Any]:
        def call(string: str) -> Any:
            work[name] += len(string)
            return search(string)

        return call

    for name in ("token_match", "prefix_search", "suffix_search", "infix_finditer", "url_match"):
        setattr(tokenizer, name, counted(name, getattr(tokenizer, name)))
    work.clear()
    return work
