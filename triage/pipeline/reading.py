"""One tokenised text with its sentences and the labels found in each, as plain values."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from operator import add

from triage.extraction import Span
from triage.pipeline.hits import Hits
from triage.pipeline.lexicon import Lexicon
from triage.pipeline.sentences import split_sentences
from triage.pipeline.text import normalise
from triage.pipeline.tokens import Tokens


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


def read(text: str, tokens: Tokens, lexicon: Lexicon) -> Reading:
    """Tokenise a text, split it into sentences and find the phrases of the lexicon."""
    plain = normalise(text)
    starts, lengths, words = tokens.of_text(plain)
    sentences = tuple(split_sentences(plain)) or ((0, len(plain)),)
    tokens_of = _token_ranges(starts, sentences)
    return Reading(
        text=plain,
        words=words,
        offsets=tuple(zip(starts, map(add, starts, lengths), strict=True)),
        sentences=sentences,
        sentence_of=_assign(tokens_of),
        tokens_of=tokens_of,
        hits=tuple(Hits(lexicon.find(words, first, last)) for first, last in tokens_of),
    )


def _token_ranges(starts: list[int], sentences: tuple[Span, ...]) -> tuple[Span, ...]:
    """Give each token to the sentence it starts in; tokens between two belong to the earlier one."""
    edges = [0, *(bisect_left(starts, start) for start, _ in sentences[1:]), len(starts)]
    return tuple((first, last) if first < last else (0, 0) for first, last in pairwise(edges))


def _assign(tokens_of: tuple[Span, ...]) -> tuple[int, ...]:
    return tuple(sentence for sentence, (first, last) in enumerate(tokens_of) for _ in range(first, last))
