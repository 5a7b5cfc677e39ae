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
from functools import lru_cache

from triage.knowledge.inflection import Inflector

DEFAULT_GAP = 3
MAX_GAP = 15
MAX_ALTERNATIVES = 1000
MAX_JOINED = 24
_CACHED = 20_000
"""Groups of words kept: patterns repeat the same ones over and over."""

_TOKEN = re.compile(
    r"""(?P<concept>\{[a-z0-9_]+(?:\|[a-z0-9_]+)*\})
      | (?P<group>\()
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


def parse_term(source: str, inflector: Inflector) -> tuple[Sequence, ...]:
    """Parse a concept term, which may use `<word>`, `(a|b)` and `word?`.

    Raises:
        PatternError: The term is empty, or uses a concept or a gap.
    """
    sequences = tuple(_parse_side(source, inflector))
    for sequence in sequences:
        if any(isinstance(element, Concepts) for element in sequence.elements) or any(sequence.gaps):
            raise PatternError(f"a concept term may not use a concept or a gap: '{source}'")
    return sequences


def expand_term(source: str, inflector: Inflector) -> tuple[str, ...]:
    """List all literal phrases of a concept term.

    Raises:
        PatternError: The term is empty, uses a concept or a gap, or has too many alternatives.
    """
    phrases: dict[str, None] = {}
    for sequence in parse_term(source, inflector):
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
        yield _joined(kept)


def _joined(items: list[tuple[Element, int]]) -> Sequence:
    """Join neighbouring words into one element: a long literal is far rarer in a text than each of its words."""
    elements, gaps = [items[0][0]], list[int]()
    for element, gap in items[1:]:
        previous = elements[-1]
        if isinstance(previous, Words) and isinstance(element, Words) and gap == 0:
            phrases = tuple(f"{left} {right}" for left in previous.phrases for right in element.phrases)
            if len(phrases) <= MAX_JOINED:
                elements[-1] = Words(phrases)
                continue
        elements.append(element)
        gaps.append(gap)
    return Sequence(tuple(elements), tuple(gaps))


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
        position = _group_end(text, position) if found["group"] else found.end()
        if found["gap"]:
            gap = int(found["size"] or DEFAULT_GAP)
            if gap > MAX_GAP:
                raise PatternError(f"a gap of {gap} tokens is over {MAX_GAP}")
        else:
            word = found["word"] or text[found.start() : position]
            is_optional = word.endswith("?") and len(word) > 1
            if is_optional:
                word = word[:-1]
            elif text[position : position + 1] == "?":
                is_optional = True
                position += 1
            yield _element(word, inflector), gap, is_optional
            gap = 0
        while text[position : position + 1].isspace():
            position += 1
    if gap:
        raise PatternError(f"a gap ends '{source}'")


def _element(source: str, inflector: Inflector) -> Element:
    if source.startswith("{"):
        return Concepts(tuple(source[1:-1].split("|")))
    return Words(_phrases(source, inflector))


def _group_end(text: str, start: int) -> int:
    """Return the position behind the bracket that closes the one at `start`."""
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth == 0:
            return position + 1
    raise PatternError(f"a bracket is not closed: '{text[start:]}'")


def _split_choices(inner: str) -> Iterator[str]:
    """Split at the `|` that stand in no inner group."""
    depth = start = 0
    for position, character in enumerate(inner):
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            yield inner[start:position]
            start = position + 1
    yield inner[start:]


def _pieces(source: str) -> Iterator[str]:
    """Split a literal phrase into words and groups."""
    position = 0
    while position < len(source):
        if source[position].isspace():
            position += 1
            continue
        if source[position] == "(":
            end = _group_end(source, position)
        else:
            end = next((i for i in range(position, len(source)) if source[i].isspace()), len(source))
        end += source[end : end + 1] == "?" and source[position] == "("
        yield source[position:end]
        position = end


@lru_cache(maxsize=_CACHED)
def _phrases(source: str, inflector: Inflector) -> tuple[str, ...]:
    """Expand groups, `<word>` and `word?` in a literal phrase."""
    choices: list[tuple[str, ...]] = []
    for piece in _pieces(source):
        word, optional = (piece[:-1], True) if piece.endswith("?") and len(piece) > 1 else (piece, False)
        choices.append((*_alternatives(word, inflector), *([""] if optional else [])))
    phrases = (" ".join(filter(None, choice)) for choice in itertools.product(*choices))
    expanded = tuple(dict.fromkeys(phrase for phrase in phrases if phrase))
    if not expanded:
        raise PatternError("an empty alternative")
    return expanded


def _alternatives(word: str, inflector: Inflector) -> tuple[str, ...]:
    if word.startswith("("):
        return tuple(phrase for choice in _split_choices(word[1:-1]) for phrase in _phrases(choice, inflector))
    if word.startswith("<") and word.endswith(">") and len(word) > 2:
        return inflector.forms(word[1:-1].lower())
    if "<" in word or ">" in word:
        raise PatternError(f"'<' and '>' enclose a whole word: '{word}'")
    return (word.lower(),)
