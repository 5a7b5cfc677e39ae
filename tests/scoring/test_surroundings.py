from collections import defaultdict

import pytest

from triage.extraction import Context, Extraction, Modifier, Sentence
from triage.flag import Status
from triage.knowledge.loading import load_knowledge
from triage.scoring.identity import Folding
from triage.scoring.surroundings import Names, Surroundings, name_of, sentence_at, split_name, tokens_of

AFFIRMED = Context(Status.AFFIRMED, ())
FOLDING = Folding.of(load_knowledge().identity)


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
    return set(Surroundings(found, FOLDING, Names()).features(span))


NOTE = extraction("There was never any second phone .", "Mum agrees .")
SPAN = (20, 32, "new_phones", 0, AFFIRMED)


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


def test_a_span_is_located_by_the_words_it_touches():
    sentence = NOTE.sentences[1]
    assert tokens_of(NOTE.sentences[0], *SPAN[:2]) == (4, 6)
    assert tokens_of(sentence, sentence.start + 1, sentence.start + 2) == (0, 1)
    assert [sentence_at(NOTE, position) for position in (0, 20, sentence.start)] == [0, 0, 1]


@pytest.mark.parametrize(("kind", "word"), [("before", "never"), ("rule", "denied new_phones"), ("question", "")])
def test_a_name_is_kind_and_word(kind, word):
    assert split_name(name_of(kind, word)) == (kind, word)


def test_what_has_no_place_in_the_tables_is_left_out():
    tables = defaultdict(dict, {"before": {"never": 7}})
    assert Surroundings(NOTE, FOLDING, tables).features(SPAN) == {7: 2}
