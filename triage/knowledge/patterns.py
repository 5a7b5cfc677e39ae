r"""The small pattern language of cues, concepts and context rules, parsed without spaCy.

    threatening to post           words, in any letter case
    <threaten> to <post>          all inflections of a word
    {threaten} to {share|post}    any term of a concept, or of several
    (his|her|their) pictures      alternatives, each of one or more words
    {threaten} ...6 {image}       at most six tokens between (`...` alone means three)
    new? handset                  an optional element
    {threaten} & {image}          both sides in one sentence, in either order, within the cue's window
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from triage.knowledge.inflection import Inflector

DEFAULT_GAP = 3
MAX_GAP = 15
MAX_ALTERNATIVES = 400

_TOKEN = re.compile(
    r"""(?P<concept>\{[a-z0-9_]+(?:\|[a-z0-9_]+)*\})
      | (?P<group>\([^()]+\))
      | (?P<gap>\.\.\.(?P<size>\d+)?(?=\s|$))
      | (?P<word>[^\s{}()]+)""",
    re.VERBOSE,
)


class PatternError(ValueError):
    """A pattern that cannot be parsed; the message names the faulty piece, never note text."""


@dataclass(frozen=True, slots=True)
class Words:
    """Alternative literal phrases, lower case."""

    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concepts:
    """Any term of any of these concepts."""

    names: tuple[str, ...]


Element = Words | Concepts


@dataclass(frozen=True, slots=True)
class Sequence:
    """Elements in order, `gaps[i]` tokens at most between element i and i + 1."""

    elements: tuple[Element, ...]
    gaps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One alternative of a parsed pattern: sequences that must all occur in a sentence."""

    parts: tuple[Sequence, ...]

    def concept_names(self) -> frozenset[str]:
        """Names of all concepts the pattern uses."""
        return frozenset(
            name
            for part in self.parts
            for element in part.elements
            if isinstance(element, Concepts)
            for name in element.names
        )


def parse_pattern(source: str, inflector: Inflector) -> tuple[Pattern, ...]:
    """Parse a pattern into its alternatives (optional elements are expanded).

    Raises:
        PatternError: The pattern is empty or malformed.
    """
    sides = [list(_parse_side(side, inflector)) for side in source.split(" & ")]
    return tuple(Pattern(parts) for parts in itertools.product(*sides))


def expand_term(source: str, inflector: Inflector) -> tuple[str, ...]:
    """List all literal phrases of a concept term, which may use `<word>`, `(a|b)` and `word?`.

    Raises:
        PatternError: The term is empty, or uses a concept or a gap.
    """
    phrases: dict[str, None] = {}
    for sequence in _parse_side(source, inflector):
        if any(isinstance(element, Concepts) for element in sequence.elements) or any(sequence.gaps):
            raise PatternError(f"a concept term may not use a concept or a gap: '{source}'")
        words = [element.phrases for element in sequence.elements if isinstance(element, Words)]
        phrases.update(dict.fromkeys(" ".join(choice) for choice in itertools.product(*words)))
    if len(phrases) > MAX_ALTERNATIVES:
        raise PatternError(f"more than {MAX_ALTERNATIVES} alternatives in '{source}'")
    return tuple(phrases)


def _parse_side(source: str, inflector: Inflector) -> Iterator[Sequence]:
    """Yield one sequence for each choice of the optional elements."""
    items = list(_scan(source, inflector))
    optional = [index for index, (_, _, is_optional) in enumerate(items) if is_optional]
    for dropped in itertools.product(*[(False, True)] * len(optional)):
        absent = {index for index, drop in zip(optional, dropped, strict=True) if drop}
        kept = [(element, gap) for index, (element, gap, _) in enumerate(items) if index not in absent]
        if not kept:
            raise PatternError(f"nothing to match in '{source}'")
        yield Sequence(tuple(element for element, _ in kept), tuple(gap for _, gap in kept[1:]))


def _scan(source: str, inflector: Inflector) -> Iterator[tuple[Element, int, bool]]:
    """Yield (element, gap before it, optional)."""
    gap = 0
    position = 0
    text = source.strip()
    if not text:
        raise PatternError("empty pattern")
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise PatternError(f"cannot read '{text[position:]}'")
        position = found.end()
        if found["gap"]:
            gap = int(found["size"] or DEFAULT_GAP)
            if gap > MAX_GAP:
                raise PatternError(f"a gap of {gap} tokens is over {MAX_GAP}")
        else:
            is_optional = text[position : position + 1] == "?" and not found["word"]
            word = found["word"] or ""
            if word.endswith("?") and len(word) > 1:
                is_optional, word = True, word[:-1]
            position += bool(is_optional and not found["word"])
            yield _element(found["concept"], found["group"], word, inflector), gap, is_optional
            gap = 0
        while text[position : position + 1].isspace():
            position += 1
    if gap:
        raise PatternError(f"a gap ends '{source}'")


def _element(concept: str | None, group: str | None, word: str, inflector: Inflector) -> Element:
    if concept:
        return Concepts(tuple(concept[1:-1].split("|")))
    if group:
        phrases = [phrase for choice in group[1:-1].split("|") for phrase in _phrases(choice, inflector)]
        return Words(tuple(dict.fromkeys(phrases)))
    return Words(_phrases(word, inflector))


def _phrases(source: str, inflector: Inflector) -> tuple[str, ...]:
    """Expand `<word>` in a literal phrase."""
    choices = []
    for word in source.split():
        if word.startswith("<") and word.endswith(">") and len(word) > 2:
            choices.append(inflector.forms(word[1:-1].lower()))
        elif "<" in word or ">" in word:
            raise PatternError(f"'<' and '>' enclose a whole word: '{word}'")
        else:
            choices.append((word.lower(),))
    if not choices:
        raise PatternError("an empty alternative")
    return tuple(" ".join(choice) for choice in itertools.product(*choices))
