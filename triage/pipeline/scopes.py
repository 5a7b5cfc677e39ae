"""Where a modifier reaches: its place in the sentence, its scope by direction, and what ends the scope."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import chain

from triage.extraction import Span
from triage.knowledge.schemas import LEAVING_SENTENCE, ContextRule, Direction, Place
from triage.pipeline.reading import Reading

_HEADING = re.compile(r"[^\w\n]*\w[^:\n]{0,50}:(?!\d)")


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans share a token."""
    return one[0] < other[1] and other[0] < one[1]


def stands(rule: ContextRule, reading: Reading, sentence: int, span: Span) -> bool:
    """Whether a modifier stands where its rule wants it."""
    first, last = reading.tokens_of[sentence]
    match rule.place:
        case Place.ANYWHERE:
            return True
        case Place.SENTENCE_START:
            return not _has_words(reading, first, span[0])
        case Place.SENTENCE_END:
            return not _has_words(reading, span[1], last)
        case Place.SENTENCE_ALONE:
            return not _has_words(reading, first, span[0]) and not _has_words(reading, span[1], last)
        case Place.LINE_START:
            return _opens_line(reading, span)


def reaches(
    rule: ContextRule, reading: Reading, sentence: int, span: Span, terminators: Sequence[Span]
) -> tuple[Span, ...]:
    """Return the token ranges that a modifier reaches, never its own words.

    Args:
        rule: The rule that the modifier fulfils.
        reading: The text.
        sentence: The modifier's sentence.
        span: Its tokens.
        terminators: Spans in the modifier's sentence that end its scope.
    """
    before, after = _sides(rule, reading, sentence, span)
    if rule.direction in LEAVING_SENTENCE:
        return tuple(part for part in (before, after) if part[0] < part[1])
    if rule.direction is not Direction.SENTENCE:
        before, after = _cut_before(before, terminators), _cut_after(after, terminators)
    return tuple(part for part in (before, after) if part[0] < part[1])


def _sides(rule: ContextRule, reading: Reading, sentence: int, span: Span) -> tuple[Span, Span]:
    """Return what lies before and after the modifier in its direction, before terminations."""
    first, last = reading.tokens_of[sentence]
    nothing = (span[0], span[0])
    match rule.direction:
        case Direction.FORWARD:
            return nothing, (span[1], last)
        case Direction.BACKWARD:
            return (first, span[0]), nothing
        case Direction.BOTH | Direction.SENTENCE:
            return (first, span[0]), (span[1], last)
        case Direction.LINE:
            return nothing, (span[1], max(last, _line_end(reading, span)) if _opens_line(reading, span) else last)
        case Direction.FOLLOWING_LINES:
            return nothing, (span[1], _block_end(reading, span, last))
        case Direction.PREVIOUS_SENTENCE:
            return (reading.tokens_of[sentence - 1] if sentence else nothing), nothing
        case Direction.NEXT_SENTENCE:
            return nothing, (reading.tokens_of[sentence + 1] if sentence + 1 < len(reading.sentences) else nothing)


def _cut_before(part: Span, terminators: Iterable[Span]) -> Span:
    """Keep what lies behind the last terminator."""
    return max((part[0], *(end for start, end in terminators if part[0] < end <= part[1]))), part[1]


def _cut_after(part: Span, terminators: Iterable[Span]) -> Span:
    """Keep what lies in front of the first terminator."""
    return part[0], min((part[1], *(start for start, end in terminators if part[0] <= start < part[1])))


def _has_words(reading: Reading, first: int, last: int) -> bool:
    return any(character.isalnum() for character in chain.from_iterable(reading.words[first:last]))


def _opens_line(reading: Reading, span: Span) -> bool:
    start = reading.offsets[span[0]][0]
    line = reading.text.rfind("\n", 0, start) + 1
    return not any(character.isalpha() for character in reading.text[line:start])


def _line_end(reading: Reading, span: Span) -> int:
    """Return the token behind the last one of the modifier's line."""
    end = reading.text.find("\n", reading.offsets[span[1] - 1][1])
    return _token_at(reading, end) if end >= 0 else len(reading.offsets)


def _block_end(reading: Reading, span: Span, last: int) -> int:
    """Return the token behind the lines that a heading governs."""
    if not _opens_line(reading, span):
        return last
    end = _line_end(reading, span)
    if _has_words(reading, span[1], end):
        return max(last, end)
    position = reading.offsets[span[1] - 1][1]
    while (newline := reading.text.find("\n", position)) >= 0:
        position = newline + 1
        following = reading.text.find("\n", position)
        line = reading.text[position : following if following >= 0 else None]
        if not line.strip() or _HEADING.match(line):
            return _token_at(reading, newline)
    return len(reading.offsets)


def _token_at(reading: Reading, character: int) -> int:
    return bisect_left(reading.offsets, (character, character))
