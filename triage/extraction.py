"""What the pipeline found in one text, as plain values: no spaCy object travels further."""

from dataclasses import dataclass

from triage.flag import Level, Status

Span = tuple[int, int]
"""Start and end, end exclusive."""


@dataclass(frozen=True, slots=True)
class Modifier:
    """Words that decided a status. Offsets are code points of the text.

    Attributes:
        rule: Id of the context rule.
        status: The status that the rule gives.
    """

    start: int
    end: int
    rule: str
    status: Status


@dataclass(frozen=True, slots=True)
class Context:
    """The status of one target and the modifiers that decided it."""

    status: Status
    modifiers: tuple[Modifier, ...]


@dataclass(frozen=True, slots=True)
class CueMention:
    """One place where a cue matched. Offsets are code points of the text.

    Attributes:
        cue: Id of the cue within its indicator.
        sentence: Index of its sentence.
        reason: The cue's own reason, where it has one.
    """

    indicator: str
    cue: str
    level: Level
    start: int
    end: int
    sentence: int
    context: Context
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. Offsets are code points of the text.

    Attributes:
        words: Normalised form of each token; names of people are replaced by one placeholder.
        offsets: `(start, end)` of each token.
        concepts: Concept name and the tokens `[first, last)` it covers, counted within the sentence.
    """

    start: int
    end: int
    words: tuple[str, ...]
    offsets: tuple[Span, ...]
    concepts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Annotation:
    """Words of the note that a glossary entry or a wording rule speaks of. Offsets are code points of the text."""

    entry: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """All findings of one text, each list in text order."""

    sentences: tuple[Sentence, ...]
    mentions: tuple[CueMention, ...]
    glossary: tuple[Annotation, ...]
    wording: tuple[Annotation, ...]
