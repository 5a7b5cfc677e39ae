"""What a system said of a labelled note, in one form for the product, its parts and the baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from triage.flag import CURRENT, Assessment, Status
from triage.training.records import Record


@dataclass(frozen=True, slots=True)
class PredictedMention:
    """One place that a system took for a mention. Offsets are code points of the text.

    Attributes:
        shown: Whether it is evidence under a flag rather than a mention that raises none.
    """

    indicator: str
    start: int
    end: int
    status: Status
    shown: bool

    def overlap(self, start: int, end: int) -> int:
        """Return the number of characters in common with `[start, end)`."""
        return max(0, min(self.end, end) - max(self.start, start))


@dataclass(frozen=True, slots=True)
class Prediction:
    """All that a system said of one note.

    Attributes:
        probabilities: By indicator; one that is missing counts as 0.
        flagged: Indicators with a current flag.
        history: Indicators flagged as history only.
        mentions: None where the system cannot say which words it went by.
    """

    probabilities: Mapping[str, float]
    flagged: frozenset[str]
    history: frozenset[str] = frozenset()
    mentions: tuple[PredictedMention, ...] | None = field(default=())


class System(Protocol):
    """Anything that reads notes and flags indicators.

    Attributes:
        name: A short identifier, unique in one evaluation.
        description: One sentence for the reader of the figures.
    """

    name: str
    description: str

    def fit(self, records: Sequence[Record]) -> Self:
        """Return the system trained on these records; what needs no training returns itself."""

    def predict(self, records: Sequence[Record]) -> list[Prediction]:
        """Return one prediction a record, in order, from the text alone."""


def from_assessment(assessment: Assessment, probabilities: Mapping[str, float]) -> Prediction:
    """Return an assessment as a prediction.

    Args:
        assessment: Flags and mentions of a note.
        probabilities: Of all indicators, since flags tell only of those that were raised.
    """
    evidence = (
        PredictedMention(flag.indicator, words.start, words.end, words.status, shown=True)
        for flag in assessment.flags
        for words in flag.evidence
    )
    rest = (
        PredictedMention(mention.indicator, mention.start, mention.end, mention.status, shown=False)
        for mention in assessment.not_flagged
    )
    current = frozenset(flag.indicator for flag in assessment.flags if flag.status in CURRENT)
    return Prediction(
        probabilities=probabilities,
        flagged=current,
        history=frozenset(flag.indicator for flag in assessment.flags) - current,
        mentions=(*evidence, *rest),
    )
