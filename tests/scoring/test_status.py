import io

import numpy as np
import pytest

from triage.extraction import Context, Extraction, Modifier, Sentence
from triage.flag import Status
from triage.scoring.identity import Folding
from triage.scoring.status import MODEL_RULE, STATUSES, StatusModel

AFFIRMED = Context(Status.AFFIRMED, ())
FOLDING = Folding({})


def extraction(*texts, concepts=()):
    sentences, position = [], 0
    for text in texts:
        offsets, start = [], position
        for word in text.split():
            offsets.append((start, start + len(word)))
            start += len(word) + 1
        words = tuple(text.casefold().split())
        sentences.append(Sentence(position, start - 1, words, tuple(offsets), tuple(concepts)))
        position = start
    return Extraction(tuple(sentences), (), (), ())


def model(weights, *, confidence=0.5):
    rows = np.zeros((len(weights), len(STATUSES)), dtype=np.float32)
    for row, (status, weight) in enumerate(weights.values()):
        rows[row, STATUSES.index(status)] = weight
    return StatusModel(tuple(weights), rows, np.zeros(len(STATUSES), dtype=np.float32), confidence, FOLDING)


NOTE = extraction("There was never any second phone .", "Mum agrees .")
SPAN = (20, 32, "new_phones", 0, AFFIRMED)


def test_a_confident_model_changes_the_status_and_names_the_word_that_decided():
    refined = model({"before never": (Status.NEGATED, 9.0)}).refine(NOTE, [SPAN])
    assert refined == [Context(Status.NEGATED, (Modifier(10, 15, MODEL_RULE, Status.NEGATED),))]


def test_an_unsure_model_leaves_status_and_modifiers_of_the_rules():
    rule = Context(Status.HISTORICAL, (Modifier(10, 15, "past.never", Status.HISTORICAL),))
    doubtful = model({"before never": (Status.NEGATED, 1.0)}, confidence=0.9)
    assert doubtful.refine(NOTE, [(*SPAN[:4], rule)]) == [rule]


def test_a_model_of_the_same_mind_keeps_the_modifiers_of_the_rules():
    rule = Context(Status.NEGATED, (Modifier(10, 15, "negation.never", Status.NEGATED),))
    assert model({"before never": (Status.NEGATED, 9.0)}).refine(NOTE, [(*SPAN[:4], rule)]) == [rule]


def test_a_plain_statement_needs_no_modifier():
    rule = Context(Status.NEGATED, (Modifier(10, 15, "negation.never", Status.NEGATED),))
    assert model({"before never": (Status.AFFIRMED, 9.0)}).refine(NOTE, [(*SPAN[:4], rule)]) == [AFFIRMED]


def test_a_status_that_rests_on_no_word_has_no_modifier():
    refined = model({"indicator new_phones": (Status.GENERAL, 9.0)}).refine(NOTE, [SPAN])
    assert refined == [Context(Status.GENERAL, ())]


def test_no_span_no_answer():
    empty = model({"question": (Status.POSSIBLE, 1.0)})
    assert empty.refine(NOTE, []) == []
    assert empty.probabilities(NOTE, []).shape == (0, len(STATUSES))


def test_probabilities_add_up():
    chances = model({"before never": (Status.NEGATED, 2.0)}).probabilities(NOTE, [SPAN, SPAN])
    assert chances.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_arrays_round_trip_without_a_pickle():
    before = model({"before never": (Status.NEGATED, 2.5), "question": (Status.POSSIBLE, 1.0)}, confidence=0.75)
    file = io.BytesIO()
    np.savez(file, **before.to_arrays())
    file.seek(0)
    after = StatusModel.from_arrays(np.load(file, allow_pickle=False), list(before.vocabulary), FOLDING)
    assert after.confidence == before.confidence
    assert after.vocabulary == before.vocabulary
    assert (after.probabilities(NOTE, [SPAN]) == before.probabilities(NOTE, [SPAN])).all()


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit 2 features"):
        StatusModel.from_arrays(
            model({"question": (Status.POSSIBLE, 1.0)}).to_arrays(), ["question", "quotation"], FOLDING
        )
