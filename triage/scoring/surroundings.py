"""The features of a mention for the learned ConText: words, concepts and statuses around it, and the rules' verdict."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from triage.extraction import Context, CueMention, Extraction, Sentence, Span
from triage.scoring.identity import Folding

StatusSpan = tuple[int, int, str, int, Context]
"""Start and end in code points, indicator, index of the sentence, and what the rules say."""
Feature = TypeVar("Feature")
Feature_co = TypeVar("Feature_co", covariant=True)

_NEAR = (1, 3, 7)
"""Furthest word of each distance bucket but the last."""
_FAR = 15
"""Words beyond this distance within the sentence are not looked at."""
_BUCKETS = tuple(bisect_left(_NEAR, distance) for distance in range(1, _FAR + 1))
_HEADING_WORDS = 7
_HEADING_SENTENCES = 6
_OPENING = 3
_QUOTES = frozenset("\"'")


class Table(Protocol[Feature_co]):
    """What stands for the features of one kind, by the word that each holds."""

    def get(self, word: str, /) -> Feature_co | None:
        """Return what stands for a feature; None leaves it out."""


class Names(dict[str, Table[str]]):
    """Tables in which every feature stands for itself, by its name: the kind and the word."""

    def __missing__(self, kind: str) -> Table[str]:
        table = self[kind] = _Named(kind)
        return table


@dataclass(frozen=True, slots=True)
class _Named:
    kind: str

    def get(self, word: str, /) -> str:
        return name_of(self.kind, word)


def name_of(kind: str, word: str) -> str:
    """Return the name of a feature; `split_name` reads it."""
    return f"{kind} {word}" if word else kind


def split_name(name: str) -> tuple[str, str]:
    """Return kind and word of a feature."""
    kind, _, word = name.partition(" ")
    return kind, word


class Surroundings(Generic[Feature]):
    """The features of the mentions of one extraction; what mentions share is worked out once.

    Args:
        extraction: What was found in a note.
        folding: How words are read.
        tables: What stands for features, by their kind.
    """

    def __init__(self, extraction: Extraction, folding: Folding, tables: Mapping[str, Table[Feature]]) -> None:
        self._sentences = extraction.sentences
        self._folding = folding
        self._tables = tables
        self._folded: dict[int, tuple[str, ...]] = {}
        self._mentions: dict[int, list[CueMention]] = {}
        for mention in extraction.mentions:
            self._mentions.setdefault(mention.sentence, []).append(mention)
        self._shared: dict[int, dict[Feature, int]] = {}

    def features(self, span: StatusSpan) -> dict[Feature, int]:
        """Return the features of a mention, each once, with the token of its sentence that it rests on, -1 for none."""
        return self.of_sentence(span[3]) | self.of_mention(span)

    def of_mention(self, span: StatusSpan) -> dict[Feature, int]:
        """Return the features that a mention has for itself; none of them is one of its sentence."""
        start, end, indicator, index, context = span
        found: dict[Feature, int] = {}
        self._add(found, "rule", context.status)
        self._add(found, "indicator", indicator)
        self._add(found, "rule", f"{context.status} {indicator}")
        for modifier in context.modifiers:
            self._add(found, "by", modifier.rule)
        sentence = self._sentences[index]
        first, last = tokens_of(sentence, start, end)
        self._add_words(found, self._words(index), first, last)
        self._add_concepts(found, sentence, first, last)
        for mention in self._mentions.get(index, ()):
            if mention.start != start:
                self._add(found, "beside", mention.context.status)
        return found

    def _add(self, found: dict[Feature, int], kind: str, word: str = "", token: int = -1) -> None:
        feature = self._tables[kind].get(word)
        if feature is not None:
            found.setdefault(feature, token)

    def _words(self, index: int) -> tuple[str, ...]:
        words = self._folded.get(index)
        if words is None:
            words = self._folded[index] = tuple(map(self._folding.__getitem__, self._sentences[index].words))
        return words

    def _add_words(self, found: dict[Feature, int], words: Sequence[str], first: int, last: int) -> None:
        """Add the words before, in and behind a mention, alone and in pairs."""
        self._add_side(found, "before", words, range(first - 1, max(-1, first - 1 - _FAR), -1))
        self._add_side(found, "after", words, range(last, min(len(words), last + _FAR)))
        for token in range(first, last):
            self._add(found, "in", words[token], token)
            if token + 1 < last:
                self._add(found, "in", f"{words[token]} {words[token + 1]}", token)
        if first < last:
            self._add(found, "opens", words[first], first)
            self._add(found, "closes", words[last - 1], last - 1)

    def _add_side(self, found: dict[Feature, int], side: str, words: Sequence[str], tokens: range) -> None:
        # Most features are added here: the tables are asked without a call between.
        anywhere = self._tables[side].get
        nearness = [self._tables[f"{side}{bucket}"].get for bucket in range(len(_NEAR) + 1)]
        final = len(words) - 1
        for bucket, token in zip(_BUCKETS, tokens, strict=False):
            word = words[token]
            if (feature := anywhere(word)) is not None:
                found.setdefault(feature, token)
            if (feature := nearness[bucket](word)) is not None:
                found.setdefault(feature, token)
            if token < final and (feature := anywhere(f"{word} {words[token + 1]}")) is not None:
                found.setdefault(feature, token)

    def _add_concepts(self, found: dict[Feature, int], sentence: Sentence, first: int, last: int) -> None:
        for name, start, end in sentence.concepts:
            if end <= first:
                side, gap = "before", first - end
            elif start >= last:
                side, gap = "after", start - last
            else:
                side, gap = "in", _FAR
            self._add(found, side, f"#{name}", start)
            if gap <= _NEAR[1]:
                self._add(found, f"near-{side}", f"#{name}", start)

    def of_sentence(self, index: int) -> dict[Feature, int]:
        """Return the features that all mentions of a sentence share."""
        found = self._shared.get(index)
        if found is None:
            found = self._shared[index] = {}
            words = self._words(index)
            for token, word in enumerate(words[:_OPENING]):
                self._add(found, f"start{token}", word, token)
            if "?" in words:
                self._add(found, "question")
            if _QUOTES.intersection(words):
                self._add(found, "quotation")
            for word in self._heading(index):
                self._add(found, "heading", word)
            self._add_neighbour(found, "previous", index - 1)
            self._add_neighbour(found, "next", index + 1)
        return found

    def _add_neighbour(self, found: dict[Feature, int], side: str, index: int) -> None:
        if not 0 <= index < len(self._sentences):
            self._add(found, side, "is none")
            return
        words = self._words(index)
        for token, word in enumerate(words[:_OPENING]):
            self._add(found, f"{side}{token}", word)
        find = self._tables[side].get
        for word in (*words, *[f"#{name}" for name, _, _ in self._sentences[index].concepts]):
            if (feature := find(word)) is not None:
                found.setdefault(feature, -1)
        for mention in self._mentions.get(index, ()):
            self._add(found, side, f"is {mention.context.status}")

    def _heading(self, index: int) -> tuple[str, ...]:
        """Return the words before the nearest colon that opens this sentence or one shortly before it."""
        for other in range(index, max(-1, index - _HEADING_SENTENCES - 1), -1):
            opening = self._words(other)[:_HEADING_WORDS]
            if ":" in opening:
                return opening[: opening.index(":")]
        return ()


def sentence_at(extraction: Extraction, start: int) -> int:
    """Return the index of the sentence that a code point lies in."""
    return max(0, bisect_right([sentence.start for sentence in extraction.sentences], start) - 1)


def tokens_of(sentence: Sentence, start: int, end: int) -> Span:
    """Return the tokens `[first, last)` of a sentence that a span of code points touches."""
    ends = [offset[1] for offset in sentence.offsets]
    first = bisect_left(ends, start + 1)
    return first, max(first, bisect_left(sentence.offsets, (end, end)))
