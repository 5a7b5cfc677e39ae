"""Small labelled notes whose figures can be worked out by hand."""

from collections.abc import Callable, Sequence

import pytest

from triage.flag import Status
from triage.training.evaluation.predictions import PredictedMention, Prediction
from triage.training.records import Mark, Record, make_record

MakeRecord = Callable[..., Record]
MakePrediction = Callable[..., Prediction]


@pytest.fixture
def record() -> MakeRecord:
    """Build a record from `(words, indicator, status)` marks; the words must be in the text."""

    def make(
        id: str,
        text: str,
        *marks: tuple[str, str, str],
        source: str = "author_1",
        case_id: str | None = None,
        meta: dict[str, str] | None = None,
    ) -> Record:
        found = [
            Mark(
                start=text.index(words),
                end=text.index(words) + len(words),
                indicator=indicator,
                status=Status(status),
                harm=False,
            )
            for words, indicator, status in marks
        ]
        return make_record(id=id, source=source, text=text, marks=found, case_id=case_id, meta=meta)

    return make


@pytest.fixture
def said() -> MakePrediction:
    """Build a prediction from flagged indicators and `(indicator, start, end, status, shown)` mentions."""

    def make(
        flagged: Sequence[str] = (),
        *mentions: tuple[str, int, int, str, bool],
        probabilities: dict[str, float] | None = None,
        history: Sequence[str] = (),
    ) -> Prediction:
        return Prediction(
            probabilities=probabilities if probabilities is not None else dict.fromkeys(flagged, 1.0),
            flagged=frozenset(flagged),
            history=frozenset(history),
            mentions=tuple(
                PredictedMention(indicator, start, end, Status(status), shown)
                for indicator, start, end, status, shown in mentions
            ),
        )

    return make
