"""Compiles patterns of the knowledge into programs over labelled token spans, and runs them on a sentence.

Every element of a pattern (a concept, some concepts, alternative words) becomes one integer label. `TermMatcher` finds
all labels of a text in a single `PhraseMatcher` pass; a program then only compares token positions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, TypeVar

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from triage.extraction import Span
from triage.knowledge.inflection import Inflector
from triage.knowledge.patterns import Concepts, Element, Pattern, expand_term, parse_pattern
from triage.knowledge.schemas import DEFAULT_WINDOW, Concept
from triage.pipeline.text import normalise

Hits = Mapping[int, Sequence[Span]]
"""Label to its token spans in one sentence, in text order."""
Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled pattern: parts that must all be found within a window of tokens."""

    parts: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    within: int
    required: frozenset[int]


class Compiler:
    """Turns patterns into programs and collects the phrases they need."""

    def __init__(self, concepts: Mapping[str, Concept], inflector: Inflector) -> None:
        self._inflector = inflector
        own = {
            name: tuple(phrase for term in concept.terms for phrase in expand_term(term, inflector))
            for name, concept in concepts.items()
        }
        self._phrases_of = {
            name: tuple(dict.fromkeys([*own[name], *(p for other in concept.includes for p in own[other])]))
            for name, concept in concepts.items()
        }
        self._labels: dict[tuple[str, ...], int] = {}
        self.concept_labels = {name: self._label(phrases) for name, phrases in self._phrases_of.items()}

    def compile(self, source: str, *, within: int = DEFAULT_WINDOW) -> tuple[Program, ...]:
        """Compile one pattern into a program for each of its alternatives."""
        return tuple(self._program(pattern, within) for pattern in parse_pattern(source, self._inflector))

    def compile_words(self, phrase: str) -> tuple[Program, ...]:
        """Compile one literal phrase, whatever characters it holds."""
        label = self._label((phrase.lower(),))
        return (Program((((label,), ()),), DEFAULT_WINDOW, frozenset([label])),)

    def phrases(self) -> dict[str, frozenset[int]]:
        """Return every literal phrase with the labels it stands for."""
        labels: dict[str, set[int]] = defaultdict(set)
        for phrases, label in self._labels.items():
            for phrase in phrases:
                labels[phrase].add(label)
        return {phrase: frozenset(found) for phrase, found in labels.items()}

    def names(self) -> dict[int, str]:
        """Return a readable name of each label: its concept, or its first words."""
        named = {
            label: f"({phrases[0]}{'|...' if len(phrases) > 1 else ''})" for phrases, label in self._labels.items()
        }
        return named | {label: f"{{{name}}}" for name, label in self.concept_labels.items()}

    def words(self) -> frozenset[str]:
        """Return every word of the lexicon."""
        return frozenset(word for phrases in self._labels for phrase in phrases for word in phrase.split())

    def _program(self, pattern: Pattern, within: int) -> Program:
        parts = tuple((tuple(map(self._element_label, part.elements)), part.gaps) for part in pattern.parts)
        return Program(parts, within, frozenset(label for labels, _ in parts for label in labels))

    def _element_label(self, element: Element) -> int:
        if isinstance(element, Concepts):
            if len(element.names) == 1:
                return self.concept_labels[element.names[0]]
            return self._label(tuple(p for name in element.names for p in self._phrases_of[name]))
        return self._label(element.phrases)

    def _label(self, phrases: tuple[str, ...]) -> int:
        return self._labels.setdefault(tuple(sorted(set(phrases))), len(self._labels))


class TermMatcher:
    """Finds the spans of all labels in a document."""

    def __init__(self, nlp: Language, phrases: Mapping[str, frozenset[int]]) -> None:
        self._matcher = PhraseMatcher(nlp.vocab, attr="NORM")
        by_labels: dict[frozenset[int], list[Doc]] = defaultdict(list)
        for phrase, labels in phrases.items():
            by_labels[labels].append(nlp.make_doc(normalise(phrase)))
        self._labels: dict[int, tuple[int, ...]] = {}
        for index, (labels, docs) in enumerate(by_labels.items()):
            key = f"terms-{index}"
            self._matcher.add(key, docs)
            self._labels[nlp.vocab.strings[key]] = tuple(sorted(labels))

    def find(self, doc: Doc, sentence_of: Sequence[int], count: int) -> list[dict[int, list[Span]]]:
        """Return the hits of each sentence.

        Args:
            doc: The tokenised text.
            sentence_of: Sentence number of each token.
            count: Number of sentences.
        """
        hits: list[dict[int, list[Span]]] = [{} for _ in range(count)]
        for key, start, end in sorted(self._matcher(doc), key=_by_position):
            sentence = sentence_of[start]
            if sentence_of[end - 1] != sentence:
                continue
            found = hits[sentence]
            for label in self._labels[key]:
                if label in found:
                    found[label].append((start, end))
                else:
                    found[label] = [(start, end)]
        return hits


# The key comes last so that the order never depends on hash values.
_by_position = itemgetter(1, 2, 0)


class ProgramIndex(Generic[Payload]):
    """Programs filed under their rarest label, so that a sentence tries only those that can match."""

    def __init__(self, programs: Iterable[tuple[Program, Payload]], phrases: Mapping[str, frozenset[int]]) -> None:
        size: dict[int, int] = defaultdict(int)
        for phrase, labels in phrases.items():
            for label in labels:
                size[label] += 1 if " " in phrase else 4
        self._by_anchor: dict[int, list[tuple[Program, Payload]]] = defaultdict(list)
        for program, payload in programs:
            anchor = min(program.required, key=lambda label: (size[label], label))
            self._by_anchor[anchor].append((program, payload))

    def find(self, hits: Hits) -> Iterator[tuple[Payload, Span]]:
        """Yield every program that matches, with the span of each shortest match."""
        present = hits.keys()
        for label in present & self._by_anchor.keys():
            for program, payload in self._by_anchor[label]:
                if program.required <= present:
                    for span in run(program, hits):
                        yield payload, span


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


def _sequence(labels: tuple[int, ...], gaps: tuple[int, ...], hits: Hits) -> list[Span]:
    spans = list(hits.get(labels[0], ()))
    for label, gap in zip(labels[1:], gaps, strict=True):
        spans = [(start, b) for start, end in spans for a, b in hits.get(label, ()) if end <= a <= end + gap]
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
