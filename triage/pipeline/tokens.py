"""Reads texts and phrases as words: what the tokeniser makes of them, as plain values."""

from contextlib import AbstractContextManager
from itertools import chain

from spacy.attrs import IDX, IS_SPACE, LENGTH, NORM

from triage.pipeline.language import make_language
from triage.pipeline.text import normalise


class Tokens:
    """The tokeniser of a lexicon.

    Args:
        lexicon: Every word that patterns are made of.
    """

    def __init__(self, lexicon: frozenset[str]) -> None:
        self._nlp = make_language(lexicon)
        self._parts = {
            word: tuple(token.norm_ for token in self._nlp.make_doc(normalise(word))) for word in sorted(lexicon)
        }
        self._strings = self._nlp.vocab.strings
        # One string object for each word makes looking it up twice as quick as spaCy's new one for each token.
        self._known = {self._strings[word]: word for word in chain.from_iterable(self._parts.values())}

    def memory_zone(self) -> AbstractContextManager[object]:
        """Return a context at whose end the memory of unknown words is released."""
        return self._nlp.memory_zone()

    def of_phrase(self, phrase: str) -> tuple[str, ...]:
        """Return the words that texts show a phrase of the lexicon as."""
        return tuple(chain.from_iterable(map(self._parts.__getitem__, phrase.split())))

    def of_text(self, text: str) -> tuple[list[int], list[int], tuple[str, ...]]:
        """Return the start, length and normalised form of each word of a normalised text.

        White space is a token of its own for spaCy; left in, a double space or a wrapped line would part a phrase.
        """
        columns = self._nlp.make_doc(text).to_array([IDX, LENGTH, NORM, IS_SPACE])
        columns = columns[columns[:, 3] == 0]
        starts, lengths, norms, _ = columns.T.tolist()
        known, strings = self._known, self._strings
        return starts, lengths, tuple([known.get(norm) or strings[norm] for norm in norms])
