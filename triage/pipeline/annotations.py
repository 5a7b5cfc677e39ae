"""Finds glossary words and wording that guides advise against; neither ever changes a flag."""

import re
from collections.abc import Iterator, Mapping

from triage.extraction import Annotation, Span
from triage.knowledge.schemas import GlossaryFile, WordingFile
from triage.pipeline.compiler import Compiler
from triage.pipeline.programs import ProgramIndex
from triage.pipeline.reading import Reading
from triage.pipeline.text import normalise

_QUOTED = re.compile(r'"[^"\n]{1,400}"|(?<![A-Za-z0-9])\'[^\'\n]{1,400}\'(?![A-Za-z0-9])')


class Annotator:
    """Applies the glossary and the wording guide.

    Args:
        glossary: Words to explain.
        wording: Phrases to prompt on.
        compiler: Collects their phrases; call `finish` once all patterns are compiled.
    """

    def __init__(self, glossary: GlossaryFile, wording: WordingFile, compiler: Compiler) -> None:
        self._case_sensitive = {
            entry.id: frozenset(map(normalise, entry.terms)) for entry in glossary.entries if entry.case_sensitive
        }
        self._words = [(compiler.compile_words(term), entry.id) for entry in glossary.entries for term in entry.terms]
        self._phrases = [
            (program, rule.id)
            for rule in wording.rules
            for source in rule.patterns
            for program in compiler.compile(source)
        ]

    def finish(self, common: Mapping[int, float]) -> None:
        """Index the compiled entries."""
        self._glossary = ProgramIndex(self._words, common)
        self._wording = ProgramIndex(self._phrases, common)

    def glossary(self, reading: Reading) -> tuple[Annotation, ...]:
        """Return the first occurrence of each glossary entry, in text order."""
        first: dict[str, Annotation] = {}
        for found in sorted(self._find(self._glossary, reading), key=_position):
            exact = self._case_sensitive.get(found.entry)
            if exact is None or reading.text[found.start : found.end] in exact:
                first.setdefault(found.entry, found)
        return tuple(first.values())

    def wording(self, reading: Reading) -> tuple[Annotation, ...]:
        """Return all phrases to prompt on, outside quoted speech, in text order."""
        quoted = [match.span() for match in _QUOTED.finditer(reading.text)]
        return tuple(
            found
            for found in sorted(set(self._find(self._wording, reading)), key=_position)
            if not any(start <= found.start and found.end <= end for start, end in quoted)
        )

    def _find(self, index: ProgramIndex[str], reading: Reading) -> Iterator[Annotation]:
        for hits in reading.hits:
            for entry, span in index.find(hits):
                yield Annotation(entry, *_characters(reading, span))


def _characters(reading: Reading, span: Span) -> Span:
    return reading.characters(*span)


def _position(annotation: Annotation) -> tuple[int, int, str]:
    return annotation.start, annotation.end, annotation.entry
