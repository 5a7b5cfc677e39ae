from dataclasses import replace

import numpy as np
import pytest

from triage.extraction import Context, CueMention, Extraction, Sentence
from triage.flag import Level, Status
from triage.knowledge.loading import load_knowledge
from triage.scoring.identity import Folding
from triage.scoring.status import STATUSES, StatusModel
from triage.training.status_training import fit_status, mark_spans, marked_mentions

AFFIRMED = Context(Status.AFFIRMED, ())
FOLDING = Folding.of(load_knowledge().identity)
TEMPLATES = (
    ("{who} told school that there was never a second phone", "negated"),
    ("{who} told school that there was always a second phone", "affirmed"),
    ("{who} told school that there was once a second phone", "historical"),
)
PEOPLE = ("He", "She", "Jordan", "Jordan", "Mum", "Dad", "They", "Polish neighbours")


def read(text):
    words = text.split()
    offsets, start = [], 0
    for word in words:
        offsets.append((start, start + len(word)))
        start += len(word) + 1
    sentence = Sentence(
        0, len(text), tuple(word.casefold() for word in words), tuple(offsets), (("phone", len(words) - 1, len(words)),)
    )
    return Extraction((sentence,), (), (), ())


@pytest.fixture
def corpus(note):
    """Make the records of some statuses with what was found in them and an unmoved verdict of the rules."""

    def make(templates=TEMPLATES):
        texts = [(template.format(who=who), status) for who in PEOPLE for template, status in templates]
        records = [
            note(str(number), text, ("second phone", "new_phones", status), source=("amina", "ben")[number // 3 % 2])
            for number, (text, status) in enumerate(texts)
        ]
        return records, [read(record.text) for record in records], [[AFFIRMED] for _ in records]

    return make


def words_of(model):
    return {part for name in model.vocabulary for part in name.split(" ")[1:]}


def test_a_fitted_model_corrects_the_rules(corpus):
    records, extractions, contexts = corpus()
    model = fit_status(records, extractions, contexts, FOLDING)
    for record, found, context in zip(records, extractions, contexts, strict=True):
        spans = mark_spans(record, found, context)
        chances = model.probabilities(found, spans)
        assert STATUSES[int(chances[0].argmax())] is record.spans[0].status


def test_the_same_corpus_gives_the_same_model(corpus):
    one, other = fit_status(*corpus(), FOLDING), fit_status(*corpus(), FOLDING)
    assert one.vocabulary == other.vocabulary
    assert (one.weights == other.weights).all()
    assert (one.bias == other.bias).all()


def test_a_fitted_model_survives_its_arrays(corpus):
    records, extractions, contexts = corpus()
    model = fit_status(records, extractions, contexts, FOLDING)
    loaded = StatusModel.from_arrays(model.to_arrays(), list(model.vocabulary), FOLDING)
    spans = mark_spans(records[0], extractions[0], contexts[0])
    assert (loaded.probabilities(extractions[0], spans) == model.probabilities(extractions[0], spans)).all()


def test_who_somebody_is_teaches_nothing(corpus):
    words = words_of(fit_status(*corpus(), FOLDING))
    assert {"never", "always", "they"} <= words
    assert not words & {"he", "she", "mum", "dad", "jordan", "polish", "identity", "neighbours"}


def test_a_status_without_an_example_is_never_chosen(corpus):
    records, extractions, contexts = corpus(TEMPLATES[:2])
    model = fit_status(records, extractions, contexts, FOLDING)
    chances = model.probabilities(extractions[0], mark_spans(records[0], extractions[0], contexts[0]))
    seen = [STATUSES.index(Status.NEGATED), STATUSES.index(Status.AFFIRMED)]
    assert chances[0, seen].sum() == pytest.approx(1.0)
    assert chances[0, STATUSES.index(Status.NEGATED)] > 0.5
    assert np.isfinite(model.weights).all()


def test_one_author_is_enough(note):
    records = [
        note(str(number), f"school {word} saw a second phone", ("second phone", "new_phones", status))
        for number in range(6)
        for word, status in (("never", "negated"), ("always", "affirmed"))
    ]
    model = fit_status(records, [read(record.text) for record in records], [[AFFIRMED] for _ in records], FOLDING)
    assert "before never" in model.vocabulary


def test_a_cue_teaches_the_status_of_the_mark_it_lies_in(note):
    record = note("1", "There was never a second phone", ("never a second phone", "new_phones", "negated"))
    mentions = tuple(
        CueMention(indicator, "cue", Level.WARNING_SIGN, start, 30, 0, AFFIRMED, None)
        for indicator, start in (("new_phones", 18), ("new_phones", 18), ("secrecy", 18))
    )
    found = replace(read(record.text), mentions=mentions)
    assert marked_mentions(record, found) == [((18, 30, "new_phones", 0, AFFIRMED), Status.NEGATED)]


@pytest.mark.parametrize("templates", [(), TEMPLATES[:1]])
def test_marks_of_one_status_leave_all_to_the_rules(corpus, templates):
    model = fit_status(*corpus(templates), FOLDING)
    records, extractions, contexts = corpus()
    spans = mark_spans(records[0], extractions[0], contexts[0])
    assert model.refine(extractions[0], spans) == contexts[0]
    assert StatusModel.from_arrays(model.to_arrays(), [], FOLDING).refine(extractions[0], spans) == contexts[0]
