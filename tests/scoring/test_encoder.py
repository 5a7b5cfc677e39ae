import importlib.util
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from model2vec import StaticModel

from triage.errors import ArtefactError, DigestMismatch, TriageError
from triage.extraction import Extraction, Sentence
from triage.scoring.encoder import CONTEXTUAL, STATIC, EncoderBlock, find_again, find_encoder
from triage.scoring.encoding import fit_encoder
from triage.scoring.evidence import Attribution
from triage.scoring.identity import IDENTITY, Folding

FOLDING = Folding({"he": "they", "polish": IDENTITY})


def sentence(text):
    words = tuple(text.split())
    return Sentence(0, len(text), words, tuple((0, 1) for _ in words), ())


def note(*texts):
    return Extraction(tuple(map(sentence, texts)), (), (), ())


@pytest.fixture
def directory(static_model, tmp_path_factory):
    return static_model(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture
def block(directory):
    return EncoderBlock(find_encoder(directory), FOLDING)


def test_a_static_directory_is_known_by_its_files(directory, static_model, tmp_path):
    found = find_encoder(directory)
    assert (found.kind, found.is_static, found.directory) == (STATIC, True, str(directory.resolve()))
    static_model(tmp_path / "same")
    static_model(tmp_path / "other", seed=1)
    assert find_encoder(tmp_path / "same").digest == found.digest != find_encoder(tmp_path / "other").digest


@pytest.mark.parametrize("name", ["minishlab/potion-base-8M", "no/such/place"])
def test_a_hub_id_is_refused_and_nothing_is_downloaded(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtefactError, match=rf"^{name}: is not a directory on this machine; nothing is downloaded"):
        find_encoder(Path(name))


@pytest.mark.parametrize("content", ["[broken", "[]", "{}", '[{"idx": 0}]'])
def test_a_directory_without_an_encoder_is_refused(tmp_path, content):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArtefactError, match="holds no encoder"):
        find_encoder(tmp_path)
    (tmp_path / "modules.json").write_text(content, encoding="utf-8")
    with pytest.raises(ArtefactError, match="holds no encoder"):
        find_encoder(tmp_path)


def test_a_sentence_transformer_needs_its_library(tmp_path):
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    (tmp_path / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    files = find_encoder(tmp_path)
    assert (files.kind, files.is_static) == (CONTEXTUAL, False)
    if importlib.util.find_spec("sentence_transformers"):
        pytest.skip("sentence-transformers is installed")
    with pytest.raises(ArtefactError, match="needs sentence-transformers"):
        EncoderBlock(files, FOLDING).encode([note("phone")])


def test_vectors_are_the_scaled_means_of_the_model_itself(block, directory):
    texts = ["new phone", "send the photo", "they send they send"]
    expected = StaticModel.from_pretrained(directory).encode(texts)
    found = block.encode([note(*texts)])
    np.testing.assert_allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), rtol=1e-5)


def test_who_somebody_is_changes_no_vector(block):
    one, other = block.encode([note("polish he send the phone", "they send the phone")])
    np.testing.assert_array_equal(one, other)


def test_a_sentence_of_unknown_words_has_no_vector(block):
    assert not block.encode([note("zzz", "")]).any()
    assert block.encode([]).shape == (0, 5)


def test_the_shares_of_tokens_add_up_to_the_vector(block):
    text = sentence("polish phone photo zzz new polish")
    shares = block.shares(text)
    assert shares.shape == (6, 5)
    assert not shares[[0, 3, 5]].any()
    np.testing.assert_allclose(shares.sum(axis=0), block.encode([note(" ".join(text.words))])[0], rtol=1e-5)


def test_evidence_shares_the_whole_score_out(block):
    notes = [note("send the new photo")]
    weights = {"words": 1.0, "characters": 1.0, "concepts": 0.0, "concept_pairs": 0.0, "neighbours": 0.0}
    encoder, encoded = fit_encoder(notes, folding=FOLDING, concepts=frozenset(), weights=weights, min_count=1)
    columns = len(encoder.vocabulary)
    values = np.random.default_rng(0).normal(size=(columns + 5, 2)).astype(np.float32)
    values[[column for (_, name), column in encoder.vocabulary.items() if " " in name.strip()]] = 0
    score = encoded.times(values[:columns]) + block.encode(notes) @ values[columns:]
    shares = Attribution(encoder, encoded, values, block).contributions(notes[0].sentences[0], 0, [0, 1])
    np.testing.assert_allclose(shares.sum(axis=1), score[0], rtol=1e-4)


def test_libraries_are_kept_off_the_network(block):
    block.encode([note("phone")])
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"


def test_a_pickle_holds_the_place_and_not_the_vectors(block):
    block.encode([note("phone")])
    assert len(pickle.dumps(block)) < 1000
    again = pickle.loads(pickle.dumps(block))
    np.testing.assert_array_equal(again.encode([note("new phone")]), block.encode([note("new phone")]))


def test_the_encoder_of_a_model_is_found_again_or_refused(directory, static_model, tmp_path):
    recorded = find_encoder(directory)
    assert find_again(recorded, None) == recorded
    static_model(tmp_path / "moved")
    assert find_again(recorded, tmp_path / "moved").directory == str((tmp_path / "moved").resolve())
    static_model(tmp_path / "changed", seed=1)
    with pytest.raises(DigestMismatch, match="TRIAGE_ENCODER_DIR"):
        find_again(recorded, tmp_path / "changed")
    with pytest.raises(TriageError, match="is not a directory"):
        find_again(recorded, tmp_path / "gone")
