"""The product as a system to evaluate: the knowledge alone, or with a model of given arrays."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from triage.extraction import Context, Extraction
from triage.flag import FLAGGED, Assessment
from triage.knowledge.schemas import Knowledge
from triage.note import Note
from triage.scoring.scorer import NoteScore, Scorer
from triage.scoring.surroundings import StatusSpan
from triage.training.evaluation.predictions import Prediction, from_assessment
from triage.training.records import Record
from triage.triager import Triager


class KnowledgeAlone:
    """Cues and context rules without a model.

    Its scores rank the notes of an indicator by the status of the flag; they are no probabilities.

    Args:
        knowledge: What to look for.
    """

    name = "knowledge"
    description = "Cues and context rules of the knowledge, without a model."

    def __init__(self, knowledge: Knowledge) -> None:
        self._triager = Triager(knowledge)

    def fit(self, records: Sequence[Record]) -> Self:  # noqa: ARG002
        """Return itself: nothing is learned."""
        return self

    def predict(self, records: Sequence[Record]) -> list[Prediction]:
        """Return one prediction a record."""
        assessments = self._triager.assess_many(Note(record.text) for record in records)
        return [from_assessment(assessment, _ranks(assessment)) for assessment in assessments]


class FittedModel:
    """The whole product: the knowledge and a fitted model.

    Args:
        knowledge: What to look for.
        scorer: A loaded model.
        name: How the figures name it.
    """

    description = "The knowledge and the fitted model together, as notes are assessed in use."

    def __init__(self, knowledge: Knowledge, scorer: Scorer, *, name: str = "model") -> None:
        self.name = name
        self._scorer = _ListeningScorer(scorer)
        self._triager = Triager(knowledge, scorer=self._scorer)

    def fit(self, records: Sequence[Record]) -> Self:  # noqa: ARG002
        """Return itself: it is fitted already."""
        return self

    def predict(self, records: Sequence[Record]) -> list[Prediction]:
        """Return one prediction a record."""
        assessments = list(self._triager.assess_many(Note(record.text) for record in records))
        scores = self._scorer.heard()
        # An indicator of rules only has no probability; its flag ranks as without a model.
        return [
            from_assessment(
                assessment,
                {**_ranks(assessment), **next(scores).probabilities} if assessment.outcome == "assessed" else {},
            )
            for assessment in assessments
        ]


class _ListeningScorer:
    """Passes scores on and keeps them: an assessment tells only those of raised flags.

    Notes that are assessed are scored, once and in order; all others are not.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._scores: list[NoteScore] = []

    @property
    def version(self) -> str:
        return self._scorer.version

    def score(self, extractions: Sequence[Extraction]) -> list[NoteScore]:
        scores = self._scorer.score(extractions)
        self._scores += scores
        return scores

    def refine(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> list[Context]:
        return self._scorer.refine(extraction, spans)

    def heard(self) -> Iterator[NoteScore]:
        """Return the scores since the last call."""
        scores, self._scores = self._scores, []
        return iter(scores)


def _ranks(assessment: Assessment) -> Mapping[str, float]:
    """Return 1 for affirmed, then less for each weaker status."""
    return {flag.indicator: 1 - FLAGGED.index(flag.status) / len(FLAGGED) for flag in assessment.flags}
