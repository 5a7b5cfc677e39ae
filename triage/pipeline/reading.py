"""One tokenised text with its sentences and the labels found in each, as plain values."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from operator import add

from spacy.attrs import IDX, IS_SPACE, LENGTH, NORM, ORTH
from spacy.language import Language
from spacy.tokens import Doc

from triage.extraction import Span
from triage.pipeline.hits import Hits
from triage.pipeline.programs import TermMatcher
from triage.pipeline.sentences import split_sentences
from triage.pipeline.text import normalise


@dataclass(frozen=True, slots=True)
class Reading:
    """A text ready for matching.

    Attributes:
        text: The normalised text; the same length as the note's.
        words: Normalised form of each token.
        offsets: `[start, end)` of each token, in code points.
        sentences: `[start, end)` of each sentence, in code points.
        sentence_of: Sentence of each token.
        tokens_of: `[first, last)` token of each sentence.
        hits: Labels found in each sentence, with token positions.
    """

    text: str
    words: tuple[str, ...]
    offsets: tuple[Span, ...]
    sentences: tuple[Span, ...]
    sentence_of: tuple[int, ...]
    tokens_of: tuple[Span, ...]
    hits: tuple[Hits, ...]

    def characters(self, start: int, end: int) -> Span:
        """Return the code points that tokens `[start, end)` cover."""
        return self.offsets[start][0], self.offsets[end - 1][1]


def read(text: str, nlp: Language, terms: TermMatcher) -> Reading:
    """Tokenise a text, split it into sentences and find the terms of the lexicon."""
    plain = normalise(text)
    doc, (starts, lengths) = _tokens(nlp, plain)
    sentences = tuple(split_sentences(plain)) or ((0, len(plain)),)
    tokens_of = _token_ranges(starts, sentences)
    sentence_of = _assign(tokens_of)
    return Reading(
        text=plain,
        words=tuple(map(nlp.vocab.strings.__getitem__, doc.to_array("NORM").tolist())),
        offsets=tuple(zip(starts, map(add, starts, lengths), strict=True)),
        sentences=sentences,
        sentence_of=sentence_of,
        tokens_of=tokens_of,
        hits=terms.find(doc, sentence_of, len(sentences)),
    )


def _tokens(nlp: Language, text: str) -> tuple[Doc, tuple[list[int], list[int]]]:
    """Return the tokens that are not white space, with their start and length.

    White space is a token of its own for spaCy; left in, a double space or a wrapped line would part a phrase.
    """
    doc = nlp.make_doc(text)
    columns = doc.to_array([IDX, LENGTH, NORM, ORTH, IS_SPACE])
    if columns[:, 4].any():
        columns = columns[columns[:, 4] == 0]
        doc = Doc(nlp.vocab, words=[nlp.vocab.strings[orth] for orth in columns[:, 3]])
        doc.from_array([NORM], columns[:, 2:3])
    return doc, (columns[:, 0].tolist(), columns[:, 1].tolist())


def _token_ranges(starts: list[int], sentences: tuple[Span, ...]) -> tuple[Span, ...]:
    """Give each token to the sentence it starts in; tokens between two belong to the earlier one."""
    edges = [0, *(bisect_left(starts, start) for start, _ in sentences[1:]), len(starts)]
    return tuple((first, last) if first < last else (0, 0) for first, last in pairwise(edges))


def _assign(tokens_of: tuple[Span, ...]) -> tuple[int, ...]:
    return tuple(sentence for sentence, (first, last) in enumerate(tokens_of) for _ in range(first, last))
