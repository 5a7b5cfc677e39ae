import numpy as np
import pytest

from triage.knowledge.loading import load_knowledge
from triage.pipeline.extractor import Extractor
from triage.scoring.encoding import fit_encoder
from triage.scoring.features import BLOCKS
from triage.scoring.identity import Folding

TEXTS = [
    "Mum found a second phone in his bag. He would not say who bought it.",
    "A man on the game asked her for pictures. She told her mum.",
    "School visit, all well. Attendance is 97%.",
] * 2

FOLDING = Folding.of(load_knowledge().identity)


@pytest.fixture(scope="module")
def extractor():
    return Extractor(load_knowledge())


@pytest.fixture(scope="module")
def encoder(extractor):
    notes = list(extractor.extract_many(TEXTS))
    concepts = frozenset(load_knowledge().concepts)
    weights = dict.fromkeys(BLOCKS, 1.0)
    return fit_encoder(notes, folding=FOLDING, concepts=concepts, weights=weights, min_count=1)[0]


def test_one_row_a_sentence_and_each_block_of_unit_length(extractor, encoder):
    notes = list(extractor.extract_many(TEXTS[:3]))
    matrix = encoder.encode(notes).matrix()
    assert matrix.shape == (sum(len(note.sentences) for note in notes), len(encoder.vocabulary))
    blocks = np.array([block for block, _ in encoder.vocabulary])
    for row in matrix.toarray():
        for block in range(len(BLOCKS)):
            length = np.linalg.norm(row[blocks == block])
            assert length == pytest.approx(1, abs=1e-5) or length == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("He said Callum asked her for pictures.", "She said Aisha asked him for pictures."),
        ("The Muslim girl told her mum about the phone.", "The boy told his dad about the phone."),
        ("Later Wei would not say who bought it.", "Later Blessing would not say who bought it."),
    ],
)
def test_who_somebody_is_changes_no_word_feature(extractor, encoder, one, other):
    words = [column for (block, _), column in encoder.vocabulary.items() if BLOCKS[block] in ("words", "characters")]
    first, second = (encoder.encode([extractor.extract(text)]).matrix().toarray()[:, words] for text in (one, other))
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_what_is_fitted_is_what_is_encoded_later(extractor):
    notes = list(extractor.extract_many(TEXTS))
    weights = dict.fromkeys(BLOCKS, 1.0) | {"concept_pairs": 0.0}
    concepts = frozenset(load_knowledge().concepts)
    encoder, encoded = fit_encoder(notes, folding=FOLDING, concepts=concepts, weights=weights, min_count=2)
    assert "concept_pairs" not in {BLOCKS[block] for block, _ in encoder.vocabulary}
    np.testing.assert_array_equal(encoder.encode(notes).matrix().toarray(), encoded.matrix().toarray())


def test_notes_without_words_have_empty_rows(extractor, encoder):
    encoded = encoder.encode(list(extractor.extract_many(["???", "Zzyzx."])))
    assert encoded.matrix().shape == (2, len(encoder.vocabulary))
    assert encoder.encode([]).matrix().shape == (0, len(encoder.vocabulary))
