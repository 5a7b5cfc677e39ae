import numpy as np
import pytest

from triage.knowledge.loading import load_knowledge
from triage.pipeline.extractor import Extractor
from triage.scoring.encoding import BLOCKS, fit_encoder

TEXTS = [
    "Mum found a second phone in his bag. He would not say who bought it.",
    "A man on the game asked her for pictures. She told her mum.",
    "School visit, all well. Attendance is 97%.",
] * 2


@pytest.fixture(scope="module")
def extractor():
    return Extractor(load_knowledge())


@pytest.fixture(scope="module")
def encoder(extractor):
    notes = list(extractor.extract_many(TEXTS))
    concepts = frozenset(load_knowledge().concepts)
    return fit_encoder(notes, concepts=concepts, weights=dict.fromkeys(BLOCKS, 1.0), min_count=1)


def test_one_row_a_sentence_and_each_block_of_unit_length(extractor, encoder):
    notes = list(extractor.extract_many(TEXTS[:3]))
    matrix = encoder.transform(notes)
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
    first, second = (encoder.transform([extractor.extract(text)]).toarray()[:, words] for text in (one, other))
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_the_columns_of_a_sentence_are_those_of_its_row(extractor, encoder):
    note = extractor.extract(TEXTS[0])
    matrix = encoder.transform([note])
    for index, groups in enumerate(encoder.columns(note)):
        assert {column for group in groups for column in group} == set(matrix[index].indices.tolist())
