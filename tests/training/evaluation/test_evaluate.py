from typing import Self

import pytest

from triage.flag import Status
from triage.knowledge.loading import load_knowledge
from triage.training.corpus import Corpus, Entry
from triage.training.evaluation.evaluate import Options, evaluate_held_out_sources, evaluate_part
from triage.training.evaluation.predictions import PredictedMention, Prediction
from triage.training.evaluation.results import Evaluation
from triage.training.splits import part_of

PHONE = "new_phones"


class FlagsPhones:
    """Flags every note with the word 'phone', and remembers the authors it was fitted on."""

    name = "phones"
    description = "Only for the test."

    def __init__(self, fitted_on: frozenset[str] = frozenset()) -> None:
        self.fitted_on = fitted_on

    def fit(self, records) -> Self:
        return type(self)(frozenset(record.source for record in records))

    def predict(self, records) -> list[Prediction]:
        assert not self.fitted_on & {record.source for record in records}
        return [self._predict(record.text) for record in records]

    def _predict(self, text: str) -> Prediction:
        start = text.find("phone")
        if start < 0:
            return Prediction({}, frozenset())
        mention = PredictedMention(PHONE, start, start + 5, Status.AFFIRMED, shown=True)
        return Prediction({PHONE: 0.9}, frozenset({PHONE}), mentions=(mention,))


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


@pytest.fixture
def corpus(record) -> Corpus:
    """Of each of three authors: a labelled phone, a phone that is checked and absent, a plain note."""
    entries = []
    for author in ("ash", "elm", "oak"):
        notes = [
            record(f"{author}-1", "She has a second phone.", ("second phone", PHONE, "affirmed"), source=author),
            record(f"{author}-2", "No other phone seen.", ("No other phone", PHONE, "negated"), source=author),
            record(f"{author}-3", "Dinner was eaten.", source=author),
        ]
        entries += [Entry(note, f"notes/{author}.jsonl", line) for line, note in enumerate(notes, start=1)]
    return Corpus(tuple(entries), "sha256:" + "0" * 64)


@pytest.fixture
def held_out(corpus, knowledge) -> Evaluation:
    return evaluate_held_out_sources([FlagsPhones()], corpus, knowledge, Options(volume=100))


def test_figures_by_hand(held_out) -> None:
    assert (held_out.notes, held_out.labelled, held_out.design.folds) == (9, 3, 3)
    (system,) = held_out.systems
    assert (system.overall.precision.value, system.overall.precision.count) == (0.5, 6)
    assert (system.overall.recall.value, system.overall.recall.count) == (1.0, 3)
    assert system.overall.f1.value == pytest.approx(2 / 3)
    assert system.overall.macro_f1.value == pytest.approx(2 / 3)
    assert system.overall.mean_average_precision.value == pytest.approx(1 / 2)
    assert system.overall.any_flag_precision.value == 0.5
    assert (system.overall.evidence_recall.value, system.overall.evidence_precision.value) == (1.0, 1.0)
    assert system.overall.brier.value == pytest.approx((3 * 0.01 + 3 * 0.81) / (9 * 26))


def test_statuses_and_mistakes(held_out) -> None:
    (system,) = held_out.systems
    assert system.status is not None
    assert (system.status.accuracy.value, system.status.accuracy.count) == (0.5, 6)
    assert system.status.baseline_accuracy.value == 1.0
    assert [(mistake.note_id, mistake.reason) for mistake in system.mistakes] == [
        (f"{author}-2", "status_wrong") for author in ("ash", "elm", "oak")
    ]


def test_swaps_keep_their_notes_over_the_folds(held_out) -> None:
    (system,) = held_out.systems
    pronouns = next(swap for swap in system.swaps if swap.id == "he_and_she")
    assert (pronouns.changed.count, pronouns.changed.value) == (3, 0.0)


def test_indicator_without_labels_has_no_recall(held_out) -> None:
    (system,) = held_out.systems
    figures = system.indicators["sextortion"]
    assert (figures.labelled, figures.enough, figures.recall.value, figures.average_precision.value) == (
        0,
        False,
        None,
        None,
    )
    assert not system.indicators[PHONE].enough


def test_results_round_trip_as_json_without_note_text(held_out) -> None:
    written = held_out.model_dump_json()
    assert Evaluation.model_validate_json(written) == held_out
    assert "second phone" not in written


def test_same_notes_same_figures(corpus, knowledge, held_out) -> None:
    assert evaluate_held_out_sources([FlagsPhones()], corpus, knowledge, Options(volume=100)) == held_out


def test_part_is_named_in_the_design(corpus, knowledge) -> None:
    class Untrained(FlagsPhones):
        def fit(self, records) -> Self:
            return self

    part = part_of(corpus.records[0])
    steps: list[str] = []
    found = evaluate_part([Untrained()], corpus, knowledge, part, Options(volume=100, model="v1", notify=steps.append))
    assert (found.design.held_out, found.design.folds, found.model) == (part.value, 1, "v1")
    assert any("phones" in step for step in steps)
