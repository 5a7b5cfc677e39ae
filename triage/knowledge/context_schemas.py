"""Strict frozen models of the context rules: modifiers, the status they give, where they reach and what stops them."""

from enum import StrEnum

from pydantic import Field

from triage.flag import Frozen, Status
from triage.knowledge.fields import Identifier, PatternText, RuleId, Text


class Direction(StrEnum):
    """Where a modifier reaches from its own words.

    The first four stay in the modifier's sentence. `line` reaches the rest of the line that the modifier opens, and
    `following_lines`, where the modifier stands alone on its line, the lines up to the next heading or blank line; in
    the middle of a line both end with the sentence. `previous_sentence` and `next_sentence` reach a neighbour only.
    """

    FORWARD = "forward"
    BACKWARD = "backward"
    BOTH = "both"
    SENTENCE = "sentence"
    LINE = "line"
    FOLLOWING_LINES = "following_lines"
    PREVIOUS_SENTENCE = "previous_sentence"
    NEXT_SENTENCE = "next_sentence"


LEAVING_SENTENCE = frozenset(
    {Direction.LINE, Direction.FOLLOWING_LINES, Direction.PREVIOUS_SENTENCE, Direction.NEXT_SENTENCE}
)
"""Directions that reach beyond the modifier's own sentence."""


class Place(StrEnum):
    """Where a modifier must stand; bullets and punctuation beside it do not count."""

    ANYWHERE = "anywhere"
    SENTENCE_START = "sentence_start"
    SENTENCE_END = "sentence_end"
    SENTENCE_ALONE = "sentence_alone"
    LINE_START = "line_start"


class Inside(StrEnum):
    """When a modifier that stands among a target's own words counts; only for targets that are a stretch of text."""

    NEVER = "never"
    EDGE = "edge"
    MOST = "most"
    ANY = "any"


class ContextExample(Frozen):
    """A sentence with its target in double square brackets and the status the rules must give.

    Attributes:
        indicator: What the target is a mention of, where a rule depends on it.
        loose: The target is a stretch of text, whose own words count as modifiers too.
    """

    text: Text
    status: Status
    indicator: Identifier | None = None
    loose: bool = False


class ContextRule(Frozen):
    """ConText rule: modifier words, the status they give, where they reach and what stops them.

    Attributes:
        place: Where the modifier must stand to count.
        scope: Tokens within which the target must begin (or end, backward); None up to a termination or the end of
            the sentence.
        terminated_by: Names of termination groups; where a rule reaches other sentences, those of the target's own.
        precedence: The highest wins where several modifiers reach one target; of equal ones the nearest.
        when: Patterns of which the target's sentence must hold one.
        unless: Patterns in the target's sentence that switch the rule off.
        not_for: Indicators that the rule leaves alone.
        only_for: Indicators that the rule is about; all by default.
        inside: When the words count inside a target that is a stretch of text: never, at the edge from which they
            reach the rest, if they reach most of the rest, or if they reach any of it.
    """

    id: RuleId
    status: Status
    direction: Direction
    patterns: tuple[PatternText, ...] = Field(min_length=1)
    place: Place = Place.ANYWHERE
    scope: int | None = Field(default=None, ge=1, le=60)
    terminated_by: tuple[Identifier, ...] = ()
    precedence: int = Field(default=50, ge=0, le=100)
    when: tuple[PatternText, ...] = ()
    unless: tuple[PatternText, ...] = ()
    not_for: tuple[Identifier, ...] = ()
    only_for: tuple[Identifier, ...] = ()
    inside: Inside = Inside.MOST
    examples: tuple[ContextExample, ...] = Field(min_length=2)


class ContextFile(Frozen):
    """`context.yaml`.

    Attributes:
        terminations: Group name to patterns that end a scope.
        pseudo: Patterns that contain a modifier's words but modify nothing.
    """

    terminations: dict[Identifier, tuple[PatternText, ...]]
    pseudo: tuple[PatternText, ...]
    rules: tuple[ContextRule, ...] = Field(min_length=1)
