"""What the triager asks of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from triage.extraction import Context, Extraction
from triage.flag import Level
from triage.scoring.surroundings import StatusSpan


@dataclass(frozen=True, slots=True)
class ModelMention:
    """The shortest stretch of a sentence that carries its score for an indicator.

    Attributes:
        start: First character, in code points of the text.
        end: Behind the last character.
        sentence: Index of its sentence.
        contribution: Log-odds that the stretch adds.
    """

    indicator: str
    level: Level
    start: int
    end: int
    sentence: int
    contribution: float


@dataclass(frozen=True, slots=True)
class NoteScore:
    """Scores of one note.

    Attributes:
        probabilities: Calibrated probability that a reader would flag the indicator; none for one of rules only.
        raised: Indicators at or over their threshold, and those of rules only, which their cues raise.
        mentions: Stretches that the model found, of raised indicators.
        contributions: Log-odds of the sentence of each cue mention, by (indicator, sentence).
    """

    probabilities: Mapping[str, float]
    raised: frozenset[str]
    mentions: tuple[ModelMention, ...]
    contributions: Mapping[tuple[str, int], float]


class Scorer(Protocol):
    """A loaded model."""

    @property
    def version(self) -> str:
        """Version that every answer names."""

    def score(self, extractions: Sequence[Extraction]) -> list[NoteScore]:
        """Score notes; the same note scores the same whatever stands beside it."""

    def refine(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> list[Context]:
        """Return the status of spans of one note, where the model knows better than the rules."""
