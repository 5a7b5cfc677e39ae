import io

import numpy as np
import pytest

from triage.extraction import Context, Extraction, Modifier, Sentence
from triage.flag import Status
from triage.scoring.identity import fold
from triage.scoring.status import MODEL_RULE, STATUSES, StatusModel, Surroundings, sentence_at, tokens_of

AFFIRMED = Context(Status.AFFIRMED, ())


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


def names(found, span):
    return {name for name, _ in Surroundings(found).features(span)}


def model(weights, *, confidence=0.5):
    rows = np.zeros((len(weights), len(STATUSES)), dtype=np.float32)
    for row, (status, weight) in enumerate(weights.values()):
        rows[row, STATUSES.index(status)] = weight
    return StatusModel(tuple(weights), rows, np.zeros(len(STATUSES), dtype=np.float32), confidence)


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
    after = StatusModel.from_arrays(np.load(file, allow_pickle=False), list(before.vocabulary))
    assert after.confidence == before.confidence
    assert after.vocabulary == before.vocabulary
    assert (after.probabilities(NOTE, [SPAN]) == before.probabilities(NOTE, [SPAN])).all()


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit 2 features"):
        StatusModel.from_arrays(model({"question": (Status.POSSIBLE, 1.0)}).to_arrays(), ["question", "quotation"])


def test_words_stand_by_side_distance_and_place():
    found = names(NOTE, SPAN)
    assert {"before never", "before1 never", "before0 any", "in second phone", "opens second", "closes phone"} <= found
    assert {"after .", "start0 there", "next0 parent"} <= found
    assert "previous is none" in found


def test_the_verdict_of_the_rules_is_a_feature():
    rule = Context(Status.DENIED, (Modifier(0, 5, "denial.denies", Status.DENIED),))
    assert {"rule denied", "by denial.denies", "rule denied new_phones"} <= names(NOTE, (*SPAN[:4], rule))


def test_concepts_stand_by_side():
    found = names(
        extraction("teacher saw a phone today", concepts=[("role", 0, 1), ("device", 3, 4)]), (14, 19, "x", 0, AFFIRMED)
    )
    assert {"before #role", "near-before #role", "in #device"} <= found


def test_a_heading_above_speaks_of_the_lines_below():
    found = names(extraction("Online safety lesson :", "a second phone"), (25, 37, "new_phones", 1, AFFIRMED))
    assert {"heading lesson", "heading safety"} <= found


def test_questions_and_quotations_are_seen():
    found = names(extraction('Any " second phone " ?'), (6, 18, "new_phones", 0, AFFIRMED))
    assert {"question", "quotation"} <= found


@pytest.mark.parametrize(
    "pair", [("he", "she"), ("his", "her"), ("mum", "dad"), ("brother", "sister"), ("polish", "somali")]
)
def test_words_of_identity_look_the_same(pair):
    assert fold(pair[0]) == fold(pair[1])


def test_a_span_is_located_by_the_words_it_touches():
    sentence = NOTE.sentences[1]
    assert tokens_of(NOTE.sentences[0], *SPAN[:2]) == (4, 6)
    assert tokens_of(sentence, sentence.start + 1, sentence.start + 2) == (0, 1)
    assert [sentence_at(NOTE, position) for position in (0, 20, sentence.start)] == [0, 0, 1]
