"""Runs compiled programs on what a sentence holds."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from triage.extraction import Span
from triage.pipeline.compiler import Program
from triage.pipeline.hits import Hits, Labels
from triage.pipeline.spelling import known_words

Payload = TypeVar("Payload")


class ProgramIndex(Generic[Payload]):
    """Programs filed under their rarest label, so that a sentence tries only those that can match.

    Args:
        programs: Compiled patterns, each with what its match means.
        common: How common each label is; see `how_common`.
    """

    def __init__(self, programs: Iterable[tuple[Program, Payload]], common: Mapping[int, float]) -> None:
        self._by_anchor: dict[int, list[tuple[int, Program, Payload]]] = defaultdict(list)
        bits: dict[int, int] = {}
        for program, payload in programs:
            anchor, *others = sorted(program.required, key=lambda label: (common[label], label))
            needed = sum(1 << bits.setdefault(label, len(bits)) for label in others)
            self._by_anchor[anchor].append((needed, program, payload))
        self._kinds = _Kinds(self._by_anchor.keys(), bits)

    def find(self, hits: Hits) -> list[tuple[Payload, Span]]:
        """Return every program that matches, with the span of each shortest match."""
        anchors: set[int] = set()
        present = 0
        kinds = self._kinds
        for labels in hits.kinds:
            filed, offered = kinds[labels]
            anchors.update(filed)
            present |= offered
        return [
            (payload, span)
            for anchor in sorted(anchors)
            for needed, program, payload in self._by_anchor[anchor]
            if needed & present == needed
            for span in run(program, hits)
        ]


class _Kinds(dict[Labels, tuple[frozenset[int], int]]):
    """For each label set met so far: the anchors in it, and one bit for each other label that programs need."""

    def __init__(self, anchors: Iterable[int], bits: Mapping[int, int]) -> None:
        super().__init__()
        self._anchors = frozenset(anchors)
        self._bits = bits

    def __missing__(self, labels: Labels) -> tuple[frozenset[int], int]:
        offered = sum(1 << self._bits[label] for label in labels.members if label in self._bits)
        self[labels] = kind = (labels.members & self._anchors, offered)
        return kind


def run(program: Program, hits: Hits) -> list[Span]:
    """Return the spans where a program matches, without those that contain a shorter one."""
    spans = _sequence(*program.parts[0], hits)
    for labels, gaps in program.parts[1:]:
        if not spans:
            return spans
        others = _sequence(labels, gaps, hits)
        spans = [
            (min(start, other), max(end, last))
            for start, end in spans
            for other, last in _starting(others, end - program.within, start + program.within)
            if (end <= other or last <= start) and max(end, last) - min(start, other) <= program.within
        ]
    return _shortest(spans) if len(spans) > 1 else spans


def how_common(phrases: Mapping[str, Labels]) -> dict[int, float]:
    """Estimate how often each label is met: a phrase is as common as its rarest word."""
    frequencies = known_words()
    common: dict[int, float] = defaultdict(float)
    for phrase, labels in phrases.items():
        words = phrase.split()
        share = min((frequencies.get(word, 1000) for word in words), default=1000) / len(words or [""]) ** 2
        for label in labels.members:
            common[label] += share
    return common


def _sequence(labels: tuple[int, ...], gaps: tuple[int, ...], hits: Hits) -> list[Span]:
    spans = hits.spans(labels[0])
    for label, gap in zip(labels[1:], gaps, strict=True):
        if not spans:
            break
        following = hits.spans(label)
        # A set, since the ways to lay out a long sequence multiply while its ends stay few.
        spans = sorted({(start, b) for start, end in spans for _, b in _starting(following, end, end + gap)})
    return spans


def _starting(spans: list[Span], first: int, last: int) -> list[Span]:
    """Return those of some spans, which are in order, that start between two tokens."""
    return spans[bisect_left(spans, (first, 0)) : bisect_left(spans, (last + 1, 0))]


def _shortest(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    nearest_end = max(end for _, end in spans) + 1
    for start, end in sorted(set(spans), key=lambda span: (-span[0], span[1])):
        if end < nearest_end:
            kept.append((start, end))
            nearest_end = end
    return kept[::-1]
