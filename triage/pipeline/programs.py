"""Finds the phrases of the lexicon in a text, and runs compiled programs on what a sentence holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Generic, TypeVar

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from triage.extraction import Span
from triage.pipeline.compiler import Program
from triage.pipeline.hits import Hits, Labels, as_mask
from triage.pipeline.spelling import known_words
from triage.pipeline.text import normalise

Payload = TypeVar("Payload")

# The key comes last so that the order never depends on hash values.
_by_position = itemgetter(1, 2, 0)


class TermMatcher:
    """Finds all phrases of the lexicon in a document in a single pass.

    Args:
        nlp: The tokeniser.
        phrases: Each phrase with the labels it stands for.
        factored: Programs whose match stands for labels too.
        common: How common each label is.
    """

    def __init__(
        self,
        nlp: Language,
        phrases: Mapping[str, Labels],
        factored: Iterable[tuple[Program, Labels]],
        common: Mapping[int, float],
    ) -> None:
        self._matcher = PhraseMatcher(nlp.vocab, attr="NORM")
        by_labels: dict[Labels, list[Doc]] = defaultdict(list)
        for phrase, labels in phrases.items():
            by_labels[labels].append(nlp.make_doc(normalise(phrase)))
        self._labels: dict[int, Labels] = {}
        for index, (labels, docs) in enumerate(by_labels.items()):
            key = f"terms-{index}"
            self._matcher.add(key, docs)
            self._labels[nlp.vocab.strings[key]] = labels
        self._factored = ProgramIndex(factored, common)

    def find(self, doc: Doc, sentence_of: Sequence[int], count: int) -> tuple[Hits, ...]:
        """Return the hits of each sentence.

        Args:
            doc: The tokenised text.
            sentence_of: Sentence number of each token.
            count: Number of sentences.
        """
        found: list[list[tuple[Labels, Span]]] = [[] for _ in range(count)]
        labels_of = self._labels
        for key, start, end in sorted(self._matcher(doc), key=_by_position):
            sentence = sentence_of[start]
            if sentence_of[end - 1] == sentence:
                found[sentence].append((labels_of[key], (start, end)))
        return tuple(map(self._with_factored, found))

    def _with_factored(self, found: list[tuple[Labels, Span]]) -> Hits:
        hits = Hits(found)
        more = list(self._factored.find(hits))
        return Hits(sorted(found + more, key=itemgetter(1))) if more else hits


class ProgramIndex(Generic[Payload]):
    """Programs filed under their rarest label, so that a sentence tries only those that can match.

    Args:
        programs: Compiled patterns, each with what its match means.
        common: How common each label is; see `how_common`.
    """

    def __init__(self, programs: Iterable[tuple[Program, Payload]], common: Mapping[int, float]) -> None:
        self._by_anchor: dict[int, list[tuple[Program, Payload]]] = defaultdict(list)
        for program, payload in programs:
            anchor = min(program.required, key=lambda label: (common[label], label))
            self._by_anchor[anchor].append((program, payload))
        self._mask = as_mask(self._by_anchor)
        self._anchors: dict[Labels, frozenset[int]] = {}

    def find(self, hits: Hits) -> Iterator[tuple[Payload, Span]]:
        """Yield every program that matches, with the span of each shortest match."""
        present = hits.mask
        if not present & self._mask:
            return
        for anchor in set().union(*map(self._anchors_among, hits.kinds)):
            for program, payload in self._by_anchor[anchor]:
                if program.mask & present == program.mask:
                    for span in run(program, hits):
                        yield payload, span

    def _anchors_among(self, labels: Labels) -> frozenset[int]:
        anchors = self._anchors.get(labels)
        if anchors is None:
            anchors = self._anchors[labels] = labels.members & self._by_anchor.keys()
        return anchors


def run(program: Program, hits: Hits) -> list[Span]:
    """Return the spans where a program matches, without those that contain a shorter one."""
    spans = _sequence(*program.parts[0], hits)
    for labels, gaps in program.parts[1:]:
        others = _sequence(labels, gaps, hits)
        spans = [
            (min(start, other), max(end, last))
            for start, end in spans
            for other, last in others
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
        spans = [(start, b) for start, end in spans for a, b in hits.spans(label) if end <= a <= end + gap]
        if not spans:
            break
    return spans


def _shortest(spans: list[Span]) -> list[Span]:
    unique = sorted(set(spans), key=lambda span: (span[1] - span[0], span))
    kept: list[Span] = []
    for start, end in unique:
        if not any(start <= a and b <= end for a, b in kept):
            kept.append((start, end))
    return sorted(kept)
