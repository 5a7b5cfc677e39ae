"""Finds glossary words and wording that guides advise against; neither ever changes a flag."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from triage.extraction import Annotation, Span
from triage.knowledge.schemas import GlossaryFile, WordingFile
from triage.pipeline.compiler import Compiler, Program
from triage.pipeline.reading import Reading
from triage.pipeline.text import normalise

_QUOTED = re.compile(r'"[^"\n]{1,400}"|(?<![A-Za-z0-9])\'[^\'\n]{1,400}\'(?![A-Za-z0-9])')


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a glossary entry."""

    entry: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A phrase that a wording rule prompts on."""

    rule: str


class Annotator:
    """Applies the glossary and the wording guide.

    Args:
        glossary: Words to explain.
        wording: Phrases to prompt on.
        compiler: Collects their phrases.

    Attributes:
        programs: What finds the terms and phrases.
    """

    def __init__(self, glossary: GlossaryFile, wording: WordingFile, compiler: Compiler) -> None:
        self._case_sensitive = {
            entry.id: frozenset(map(normalise, entry.terms)) for entry in glossary.entries if entry.case_sensitive
        }
        self.programs: list[tuple[Program, Term | Wording]] = [
            (compiler.compile_words(term), Term(entry.id)) for entry in glossary.entries for term in entry.terms
        ]
        self.programs += [
            (program, Wording(rule.id))
            for rule in wording.rules
            for source in rule.patterns
            for program in compiler.compile(source)
        ]

    def glossary(self, reading: Reading, found: Iterable[tuple[Term, Span]]) -> tuple[Annotation, ...]:
        """Return the first occurrence of each glossary entry, in text order."""
        first: dict[str, Annotation] = {}
        for hit in sorted((_annotation(reading, term.entry, span) for term, span in found), key=_position):
            exact = self._case_sensitive.get(hit.entry)
            if exact is None or reading.text[hit.start : hit.end] in exact:
                first.setdefault(hit.entry, hit)
        return tuple(first.values())

    def wording(self, reading: Reading, found: Iterable[tuple[Wording, Span]]) -> tuple[Annotation, ...]:
        """Return all phrases to prompt on, outside quoted speech, in text order."""
        hits = {_annotation(reading, wording.rule, span) for wording, span in found}
        if not hits:
            return ()
        quoted = [match.span() for match in _QUOTED.finditer(reading.text)]
        return tuple(
            hit
            for hit in sorted(hits, key=_position)
            if not any(start <= hit.start and hit.end <= end for start, end in quoted)
        )


def _annotation(reading: Reading, entry: str, span: Span) -> Annotation:
    return Annotation(entry, *reading.characters(*span))


def _position(annotation: Annotation) -> tuple[int, int, str]:
    return annotation.start, annotation.end, annotation.entry
