from hypothesis import given
from hypothesis import strategies as st

from triage.extraction import Extraction, Sentence
from triage.scoring.features import (
    BLOCKS,
    CONCEPT_PAIRS,
    CONCEPTS,
    NEIGHBOURS,
    WORDS,
    FeatureReader,
    FixedVocabulary,
    GrowingVocabulary,
)
from triage.scoring.identity import IDENTITY, Folding

ALL = tuple(range(len(BLOCKS)))
FOLDING = Folding({"mum": "parent", "dad": "parent", "polish": IDENTITY})
WORD = st.sampled_from(["a", "phone", "new", "mum", "polish", "can not", "14", "photo"])
NOTES = st.lists(st.lists(st.lists(WORD, max_size=6), max_size=4), max_size=4)


def note(*sentences, concepts=()):
    return Extraction(
        tuple(
            Sentence(0, 1, tuple(words), tuple((0, 1) for _ in words), tuple((name, 0, 1) for name in names))
            for words, names in zip(sentences, concepts or [()] * len(sentences), strict=True)
        ),
        (),
        (),
        (),
    )


def grow(notes, *, blocks=ALL, concepts=("device", "secret", "threat")):
    vocabulary = GrowingVocabulary(blocks=frozenset(blocks), concepts=frozenset(concepts))
    counts = FeatureReader(vocabulary, FOLDING).count(notes)
    matrix = (counts.tokens + counts.others).toarray()
    names = {column: key for key, column in vocabulary.items()}
    return vocabulary, [{names[c]: int(n) for c, n in enumerate(row) if n} for row in matrix]


def test_words_are_read_without_identity_and_pairs_reach_over_it():
    _, (row,) = grow([note(["polish", "phone", "polish", "new", "mum"])], blocks=[WORDS])
    assert row == {
        (WORDS, "phone"): 1,
        (WORDS, "new"): 1,
        (WORDS, "parent"): 1,
        (WORDS, "phone new"): 1,
        (WORDS, "new parent"): 1,
    }


def test_pairs_do_not_reach_over_sentences():
    _, rows = grow([note(["a"], ["phone"])], blocks=[WORDS])
    assert rows == [{(WORDS, "a"): 1}, {(WORDS, "phone"): 1}]


def test_concepts_count_once_and_stand_beside_their_neighbours_of_the_same_note():
    notes = [
        note(["a"], ["a"], ["a"], concepts=[["device"], ["secret", "secret"], ["unused"]]),
        note(["a"], concepts=[["threat"]]),
    ]
    _, rows = grow(notes, blocks=[CONCEPTS, NEIGHBOURS])
    assert rows == [
        {(CONCEPTS, "device"): 1, (NEIGHBOURS, ">secret"): 1},
        {(CONCEPTS, "secret"): 1, (NEIGHBOURS, "<device"): 1},
        {(NEIGHBOURS, "<secret"): 1},
        {(CONCEPTS, "threat"): 1},
    ]


def test_concepts_of_one_sentence_come_in_pairs():
    _, (row,) = grow([note(["a"], concepts=[["threat", "device", "unused"]])], blocks=[CONCEPTS, CONCEPT_PAIRS])
    assert row == {(CONCEPTS, "device"): 1, (CONCEPTS, "threat"): 1, (CONCEPT_PAIRS, "device threat"): 1}


@given(NOTES)
def test_a_fixed_vocabulary_counts_what_the_growing_one_did(words):
    notes = [note(*sentences) for sentences in words]
    vocabulary, _ = grow(notes)
    again = FeatureReader(FixedVocabulary(vocabulary), FOLDING).count(notes)
    first = FeatureReader(vocabulary, FOLDING).count(notes)
    assert (again.tokens != first.tokens).nnz == 0
    assert (again.others != first.others).nnz == 0


@given(NOTES, NOTES)
def test_unknown_features_are_left_out_and_nothing_depends_on_the_notes_beside(known, words):
    vocabulary, _ = grow([note(*sentences) for sentences in known])
    reader = FeatureReader(FixedVocabulary(vocabulary), FOLDING)
    notes = [note(*sentences) for sentences in words]
    together = reader.count(notes)
    first = 0
    for one in notes:
        alone = reader.count([one])
        last = first + len(one.sentences)
        assert (alone.tokens.toarray() == together.tokens[first:last].toarray()).all()
        assert (alone.others.toarray() == together.others[first:last].toarray()).all()
        first = last


def test_the_columns_of_words_are_those_of_their_sentence():
    words = ["phone", "photo", "polish", "phone"]
    vocabulary, _ = grow([note(words)])
    reader = FeatureReader(FixedVocabulary(vocabulary), FOLDING)
    counts = reader.count([note(words)]).tokens
    columns = [column for word in words for column in reader.columns_of_word(word).tolist()]
    assert {c: columns.count(c) for c in columns} == dict(
        zip(counts.indices.tolist(), counts.data.tolist(), strict=True)
    )
