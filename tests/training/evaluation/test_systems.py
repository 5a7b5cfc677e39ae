from collections.abc import Sequence

import pytest

from triage.extraction import Context, Extraction
from triage.flag import CURRENT, Status
from triage.knowledge.loading import load_knowledge
from triage.note import Note
from triage.scoring.scorer import NoteScore
from triage.scoring.surroundings import StatusSpan
from triage.training.evaluation.predictions import from_assessment
from triage.training.evaluation.systems import FittedModel, KnowledgeAlone
from triage.triager import Triager

TEXT = "She said a man online has threatened to post a picture of her unless she pays him."


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


def test_prediction_holds_all_that_the_assessment_says(knowledge) -> None:
    assessment = Triager(knowledge).assess(Note(TEXT))
    found = from_assessment(assessment, {"sextortion": 0.8})
    assert found.flagged | found.history == {flag.indicator for flag in assessment.flags}
    assert "sextortion" in found.flagged
    shown = [mention for mention in found.mentions if mention.shown]
    assert len(shown) == sum(len(flag.evidence) for flag in assessment.flags)
    assert len(found.mentions) - len(shown) == len(assessment.not_flagged)
    assert found.probabilities == {"sextortion": 0.8}


def test_knowledge_alone_ranks_by_status(knowledge, record) -> None:
    (found,) = KnowledgeAlone(knowledge).predict([record("1", TEXT)])
    assert found.probabilities["sextortion"] == 1.0
    assert set(found.probabilities) == found.flagged | found.history


class CountingScorer:
    """Raises everything; the probability of each note is a tenth more than that of the one before."""

    version = "2026.01.01-00000000"

    def __init__(self, indicators: Sequence[str]) -> None:
        self._indicators = indicators
        self._seen = 0

    def score(self, extractions: Sequence[Extraction]) -> list[NoteScore]:
        scores = []
        for _ in extractions:
            self._seen += 1
            probabilities = dict.fromkeys(self._indicators, self._seen / 10)
            scores.append(NoteScore(probabilities, frozenset(self._indicators), (), {}))
        return scores

    def refine(self, extraction: Extraction, spans: Sequence[StatusSpan]) -> list[Context]:
        return [context for *_, context in spans]


def test_fitted_model_keeps_scores_with_their_notes_when_one_is_not_assessed(knowledge, record) -> None:
    indicators = [indicator.id for indicator in knowledge.indicators]
    model = FittedModel(knowledge, CountingScorer(indicators))
    unreadable = record("2", "\x00\x01 binary")
    first, skipped, last = model.predict([record("1", TEXT), unreadable, record("3", TEXT)])
    assert first.probabilities["sextortion"] == pytest.approx(0.1)
    assert skipped.probabilities == {}
    assert last.probabilities["sextortion"] == pytest.approx(0.2)
    (again,) = model.predict([record("4", TEXT)])
    assert again.probabilities["sextortion"] == pytest.approx(0.3)


def test_flagged_indicators_are_current_ones(knowledge) -> None:
    assessment = Triager(knowledge).assess(Note(TEXT))
    statuses = {flag.indicator: flag.status for flag in assessment.flags}
    found = from_assessment(assessment, {})
    assert all(statuses[indicator] in CURRENT for indicator in found.flagged)
    assert all(statuses[indicator] is Status.HISTORICAL for indicator in found.history)
