"""Builds the spaCy language object: an English tokeniser that no text slows down and that sees through misspellings."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from spacy.attrs import IS_SPACE, LANG, LOWER, NORM  # compiled, without stubs
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # compiled, without stubs
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
from spacy.vocab import create_vocab

from triage.pipeline.spelling import Speller
from triage.pipeline.text import normalise

LONG_RUN = 40
"""Characters without a space from which a run is looked at as a whole."""
CACHED_WORDS = 50_000
"""Corrections kept, whatever the number of texts read."""

# Every attribute costs time for each new word of each text; these are the ones that matching needs.
_ATTRIBUTES = (LANG, LOWER, NORM, IS_SPACE)
_SAME_SYMBOL = re.compile(r"(.)\1{4,}+", re.DOTALL)
# Words that the writer strung together, such as "mum/stepdad/gran", are still told apart.
_STRUNG_WORDS = re.compile(r"[(\"']?[^\W_]++(?:[/,;:.&+'-][^\W_]++){1,60}+[)\"'.,;:?!]{0,3}")
_PLAIN_END = re.compile(r"(?<=[a-z])[.,;:?!]\Z")


def make_language(lexicon: frozenset[str]) -> Language:
    """Return a blank English pipeline whose tokens take the lexicon word they stand for as their norm.

    Args:
        lexicon: Every word that patterns are made of.
    """
    # spaCy's stubs do not know the getters.
    vocabulary: Any = create_vocab("en", English.Defaults)
    getters = {name: vocabulary.lex_attr_getters[name] for name in _ATTRIBUTES}
    vocabulary.lex_attr_getters = getters
    nlp = English(vocab=vocabulary, create_tokenizer=_make_tokenizer)
    # The tokeniser may cut a word of the lexicon in two; texts are compared with the parts. Their entries in the
    # vocabulary are made before any correction, so that they always keep their own norm.
    parts = frozenset(token.norm_ for word in sorted(lexicon) for token in nlp.make_doc(normalise(word)))
    getters[NORM] = _tolerant(getters[NORM], Speller(parts))
    return nlp


def is_one_token(string: str) -> bool:
    """Whether a string without spaces is never cut: a word, a run of one symbol, or a long run of anything else.

    spaCy peels punctuation off one by one and searches the rest each time, which is quadratic in the length.
    """
    if string.isalpha():
        return True
    if len(string) < LONG_RUN:
        return len(string) > 4 and _SAME_SYMBOL.fullmatch(string) is not None
    return _STRUNG_WORDS.fullmatch(string) is None


def _make_tokenizer(nlp: Language) -> Tokenizer:
    defaults = English.Defaults
    # All prefix patterns are anchored: `match` finds what `search` finds, without trying every later position.
    return Tokenizer(
        nlp.vocab,
        rules=defaults.tokenizer_exceptions,
        prefix_search=compile_prefix_regex(defaults.prefixes or ()).match,
        suffix_search=_suffix_search(compile_suffix_regex(defaults.suffixes or ()).search),
        infix_finditer=compile_infix_regex(defaults.infixes or ()).finditer,
        token_match=is_one_token,
        url_match=defaults.url_match,
        max_cache_size=CACHED_WORDS,
    )


def _suffix_search(search: Callable[[str], re.Match[str] | None]) -> Callable[[str], re.Match[str] | None]:
    """Try the usual end of a word first: spaCy's pattern has some hundred alternatives at every position."""

    def found(string: str) -> re.Match[str] | None:
        return _PLAIN_END.search(string) or search(string)

    return found


def _tolerant(norm: Callable[[str], str], speller: Speller) -> Callable[[str], str]:
    @lru_cache(maxsize=CACHED_WORDS)
    def tolerant(string: str) -> str:
        corrected = speller.correct(string)
        return norm(string) if corrected is string else corrected

    return tolerant
