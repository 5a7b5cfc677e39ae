"""Compiles patterns of the knowledge into programs over labels, and collects the phrases that carry each label.

Every element of a pattern (a concept, some concepts, alternative words) becomes one integer label. A concept term with
many alternatives is not multiplied out here: it is handed on as choices.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from triage.knowledge.inflection import Inflector
from triage.knowledge.patterns import Concepts, Element, Pattern, Words, parse_pattern, parse_term
from triage.knowledge.schemas import DEFAULT_WINDOW, Concept
from triage.pipeline.hits import Labels
from triage.pipeline.lexicon import Choices

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled pattern: parts that must all be found within a window of tokens.

    Attributes:
        parts: Labels in order, and the gaps allowed between them.
        within: Tokens that all parts together may span.
        required: All its labels.
    """

    parts: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    within: int
    required: frozenset[int]


def make_program(parts: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...], within: int) -> Program:
    """Return the program of these parts."""
    return Program(parts, within, frozenset(label for labels, _ in parts for label in labels))


class Compiler:
    """Turns patterns into programs.

    Args:
        concepts: Concepts by name.
        inflector: Lists the forms of a word.
    """

    def __init__(self, concepts: Mapping[str, Concept], inflector: Inflector) -> None:
        self._inflector = inflector
        self._labels: dict[Key, int] = {}
        self._held = {name: (name, *concept.includes) for name, concept in concepts.items()}
        self._concept_of = {self._label(("concept", name)): name for name in concepts}
        self._literal: dict[str, set[str]] = defaultdict(set)
        self._interned: dict[frozenset[int], Labels] = {}
        self._choices: list[tuple[str, Choices]] = []
        for name, concept in concepts.items():
            for term in concept.terms:
                self._add_term(name, term)

    def compile(self, source: str, *, within: int = DEFAULT_WINDOW) -> tuple[Program, ...]:
        """Compile one pattern into a program for each of its alternatives."""
        return tuple(self._program(pattern, within) for pattern in parse_pattern(source, self._inflector))

    def compile_words(self, phrase: str) -> Program:
        """Compile one literal phrase, whatever characters it holds."""
        label = self._label(("words", phrase.lower()))
        return make_program((((label,), ()),), DEFAULT_WINDOW)

    def phrases(self) -> dict[str, Labels]:
        """Return every literal phrase with the labels it stands for."""
        labels: dict[str, set[int]] = defaultdict(set)
        for key, label in self._labels.items():
            if key[0] == "words":
                for phrase in key[1:]:
                    labels[phrase].add(label)
        by_concept = self._labels_by_concept()
        for phrase, names in self._literal.items():
            labels[phrase].update(label for name in names for label in by_concept[name])
        return {phrase: self._intern(frozenset(found)) for phrase, found in labels.items()}

    def choices(self) -> Iterator[tuple[Choices, Labels]]:
        """Yield the terms of concepts that are made of choices, with the labels they stand for."""
        by_concept = self._labels_by_concept()
        for name, places in self._choices:
            yield places, self._intern(by_concept[name])

    def names(self) -> dict[int, str]:
        """Return a readable name of each label: its concepts, or its first words."""
        return {
            label: f"{{{'|'.join(rest)}}}" if kind == "concept" else f"({rest[0]}{'|...' if len(rest) > 1 else ''})"
            for (kind, *rest), label in self._labels.items()
        }

    def words(self) -> frozenset[str]:
        """Return every word of the lexicon."""
        literal = (phrase for key in self._labels if key[0] == "words" for phrase in key[1:])
        chosen = (phrase for _, places in self._choices for phrases in places for phrase in phrases)
        return frozenset(word for phrase in chain(literal, self._literal, chosen) for word in phrase.split())

    def _add_term(self, name: str, term: str) -> None:
        """Multiply a short term out into phrases; keep a long one as choices."""
        for sequence in parse_term(term, self._inflector):
            places = tuple(element.phrases for element in sequence.elements if isinstance(element, Words))
            if len(places) > 1:
                self._choices.append((name, places))
                continue
            for phrase in places[0]:
                self._literal[phrase].add(name)

    def _intern(self, members: frozenset[int]) -> Labels:
        if members not in self._interned:
            self._interned[members] = Labels(
                members, map(self._concept_of.__getitem__, members & self._concept_of.keys())
            )
        return self._interned[members]

    def _labels_by_concept(self) -> dict[str, frozenset[int]]:
        """Return what a term of each concept stands for: labels of the concept, and of those that include it."""
        labels: dict[str, set[int]] = defaultdict(set)
        for key, label in self._labels.items():
            if key[0] == "concept":
                for name in key[1:]:
                    for held in self._held[name]:
                        labels[held].add(label)
        return {name: frozenset(found) for name, found in labels.items()}

    def _program(self, pattern: Pattern, within: int) -> Program:
        parts = tuple((tuple(map(self._element_label, part.elements)), part.gaps) for part in pattern.parts)
        return make_program(parts, within)

    def _element_label(self, element: Element) -> int:
        if isinstance(element, Concepts):
            return self._label(("concept", *sorted(set(element.names))))
        return self._label(("words", *sorted(set(element.phrases))))

    def _label(self, key: Key) -> int:
        return self._labels.setdefault(key, len(self._labels))
