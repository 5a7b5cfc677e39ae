"""A small learned ConText: doubts the status that the rules give a mention, from the words around it.

A multinomial logistic regression over words, concepts and the rules' own verdict, in plain numpy. It changes a verdict
only where it is confident; all else keeps the status and the modifiers of the rules.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from triage.extraction import Context, CueMention, Extraction, Modifier, Sentence, Span
from triage.flag import Status
from triage.scoring.identity import fold

STATUSES = tuple(Status)
"""Order of the columns of the weights."""
MODEL_RULE = "status.model"
"""Rule id of a modifier that the model, rather than a context rule, chose."""

StatusSpan = tuple[int, int, str, int, Context]
"""Start and end in code points, indicator, index of the sentence, and what the rules say."""
Feature = tuple[str, int]
"""Name, and the token of the sentence that it rests on; -1 where it rests on none."""

_NEAR = (1, 3, 7)
"""Furthest word of each distance bucket but the last."""
_FAR = 15
"""Words beyond this distance within the sentence are not looked at."""
_HEADING_WORDS = 7
_HEADING_SENTENCES = 6
_OPENING = 3
_QUOTES = frozenset("\"'")


class Surroundings:
    """The features of the mentions of one extraction; what mentions share is worked out once."""

    def __init__(self, extraction: Extraction) -> None:
        self._sentences = extraction.sentences
        self._folded: dict[int, tuple[str, ...]] = {}
        self._mentions: dict[int, list[CueMention]] = {}
        for mention in extraction.mentions:
            self._mentions.setdefault(mention.sentence, []).append(mention)
        self._shared: dict[int, list[Feature]] = {}

    def features(self, span: StatusSpan) -> Iterator[Feature]:
        """Yield every feature of one mention."""
        start, end, indicator, index, context = span
        sentence = self._sentences[index]
        first, last = tokens_of(sentence, start, end)
        yield f"rule {context.status}", -1
        yield f"indicator {indicator}", -1
        yield f"rule {context.status} {indicator}", -1
        for modifier in context.modifiers:
            yield f"by {modifier.rule}", -1
        yield from self._around(index, first, last)
        yield from _concepts(sentence, first, last)
        for status in {m.context.status for m in self._mentions.get(index, ()) if m.start != start}:
            yield f"beside {status}", -1
        yield from self._sentence_features(index)

    def _words(self, index: int) -> tuple[str, ...]:
        words = self._folded.get(index)
        if words is None:
            words = self._folded[index] = tuple(map(fold, self._sentences[index].words))
        return words

    def _around(self, index: int, first: int, last: int) -> Iterator[Feature]:
        words = self._words(index)
        for side, tokens in (
            ("before", range(first - 1, max(-1, first - 1 - _FAR), -1)),
            ("after", range(last, min(len(words), last + _FAR))),
        ):
            for distance, token in enumerate(tokens, start=1):
                word = words[token]
                yield f"{side} {word}", token
                yield f"{side}{bisect_left(_NEAR, distance)} {word}", token
                if token + 1 < len(words):
                    yield f"{side} {word} {words[token + 1]}", token
        for token in range(first, last):
            yield f"in {words[token]}", token
            if token + 1 < last:
                yield f"in {words[token]} {words[token + 1]}", token
        if first < last:
            yield f"opens {words[first]}", first
            yield f"closes {words[last - 1]}", last - 1

    def _sentence_features(self, index: int) -> list[Feature]:
        found = self._shared.get(index)
        if found is None:
            found = self._shared[index] = list(self._of_sentence(index))
        return found

    def _of_sentence(self, index: int) -> Iterator[Feature]:
        words = self._words(index)
        for token, word in enumerate(words[:_OPENING]):
            yield f"start{token} {word}", token
        if "?" in words:
            yield "question", -1
        if _QUOTES.intersection(words):
            yield "quotation", -1
        for word in self._heading(index):
            yield f"heading {word}", -1
        for side, other in (("previous", index - 1), ("next", index + 1)):
            if 0 <= other < len(self._sentences):
                yield from self._of_neighbour(side, other)
            else:
                yield f"{side} is none", -1

    def _of_neighbour(self, side: str, index: int) -> Iterator[Feature]:
        words = self._words(index)
        for token, word in enumerate(words[:_OPENING]):
            yield f"{side}{token} {word}", -1
        for word in set(words):
            yield f"{side} {word}", -1
        for name in {name for name, *_ in self._sentences[index].concepts}:
            yield f"{side} #{name}", -1
        for status in {mention.context.status for mention in self._mentions.get(index, ())}:
            yield f"{side} is {status}", -1

    def _heading(self, index: int) -> tuple[str, ...]:
        """Return the words before the nearest colon that opens this sentence or one shortly before it."""
        for other in range(index, max(-1, index - _HEADING_SENTENCES - 1), -1):
            opening = self._words(other)[:_HEADING_WORDS]
            if ":" in opening:
                return opening[: opening.index(":")]
        return ()


@dataclass(frozen=True)
class StatusModel:
    """A fitted model.

    Attributes:
        vocabulary: Name of each feature.
        weights: Shape `(features, statuses)`.
        bias: Intercepts, shape `(statuses,)`.
        confidence: Probability from which the model's status replaces that of the rules.
    """

    vocabulary: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    confidence: float
    _rows: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {name: row for row, name in enumerate(self.vocabulary)})

    def refine(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> list[Context]:
        """Return the context of each span: that of the rules unless the model is confident of another status."""
        surroundings = Surroundings(extraction)
        return [self._refined(extraction.sentences[span[3]], surroundings.features(span), span[4]) for span in spans]

    def probabilities(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> NDArray[np.float64]:
        """Return the probability of each status, shape `(spans, statuses)`."""
        surroundings = Surroundings(extraction)
        rows = [_softmax(self._scores(self._known(surroundings.features(span))[0])) for span in spans]
        return np.array(rows).reshape(-1, len(STATUSES))

    def to_arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return what `from_arrays` needs besides the vocabulary."""
        return {"weights": self.weights, "bias": self.bias, "confidence": np.array(self.confidence, dtype=np.float32)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.float32]], vocabulary: Sequence[str]) -> Self:
        """Rebuild a model.

        Raises:
            ValueError: The arrays do not fit the vocabulary or the statuses.
        """
        weights, bias = arrays["weights"], arrays["bias"]
        if weights.shape != (len(vocabulary), len(STATUSES)) or bias.shape != (len(STATUSES),):
            raise ValueError(f"weights of shape {weights.shape} do not fit {len(vocabulary)} features")
        return cls(tuple(vocabulary), weights, bias, float(arrays["confidence"]))

    def _refined(self, sentence: Sentence, features: Iterator[Feature], rule: Context) -> Context:
        rows, tokens = self._known(features)
        chances = _softmax(self._scores(rows))
        best = int(chances.argmax())
        status = STATUSES[best]
        if status is rule.status or chances[best] < self.confidence:
            return rule
        gain = self.weights[rows, best] - self.weights[rows, STATUSES.index(rule.status)]
        return Context(status, _modifiers(sentence, status, tokens, gain))

    def _known(self, features: Iterator[Feature]) -> tuple[list[int], list[int]]:
        """Return row and token of each known feature; a name counts once, where it is first met."""
        find = self._rows.get
        found: dict[int, int] = {}
        for name, token in features:
            if (row := find(name)) is not None:
                found.setdefault(row, token)
        return list(found), list(found.values())

    def _scores(self, rows: list[int]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = self.weights[rows].sum(axis=0, dtype=np.float64) + self.bias
        return scores


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max())
    chances: NDArray[np.float64] = powers / powers.sum()
    return chances


def _modifiers(
    sentence: Sentence, status: Status, tokens: Sequence[int], gain: NDArray[np.float32]
) -> tuple[Modifier, ...]:
    """Return the word that spoke most for the new status; none for a plain statement, which needs no modifier."""
    resting = np.array(tokens) + 1
    totals = np.bincount(resting, weights=gain, minlength=1)[1:]
    if status is Status.AFFIRMED or not totals.size or totals.max() <= 0:
        return ()
    start, end = sentence.offsets[int(totals.argmax())]
    return (Modifier(start, end, MODEL_RULE, status),)


def sentence_at(extraction: Extraction, start: int) -> int:
    """Return the index of the sentence that a code point lies in."""
    return max(0, bisect_right([sentence.start for sentence in extraction.sentences], start) - 1)


def tokens_of(sentence: Sentence, start: int, end: int) -> Span:
    """Return the tokens `[first, last)` of a sentence that a span of code points touches."""
    ends = [offset[1] for offset in sentence.offsets]
    first = bisect_left(ends, start + 1)
    return first, max(first, bisect_left(sentence.offsets, (end, end)))


def _concepts(sentence: Sentence, first: int, last: int) -> Iterator[Feature]:
    for name, start, end in sentence.concepts:
        if end <= first:
            yield f"before #{name}", start
            if first - end <= _NEAR[1]:
                yield f"near-before #{name}", start
        elif start >= last:
            yield f"after #{name}", start
            if start - last <= _NEAR[1]:
                yield f"near-after #{name}", start
        else:
            yield f"in #{name}", start
