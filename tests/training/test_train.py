import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from triage.errors import ArtefactError, DatasetError, DigestMismatch, VersionMismatch
from triage.flag import Status
from triage.knowledge.loading import load_knowledge
from triage.note import Note
from triage.scoring.artefact import (
    ARRAYS,
    MANIFEST,
    load_pipeline,
    load_version,
    promoted_version,
    read_manifest,
    verify_files,
    verify_libraries,
)
from triage.scoring.encoder import find_encoder
from triage.scoring.estimator import Parameters
from triage.training.examples import Subject
from triage.training.records import Mark, make_record
from triage.training.splits import Part
from triage.training.train import prepare, train_version
from triage.training.versions import list_versions, promote, regressions, rollback
from triage.triager import Triager


def silent(_step):
    pass


@pytest.fixture
def training(small_training):
    return small_training


@pytest.fixture
def trained(small_model):
    return small_model


@pytest.fixture
def models(trained, tmp_path):
    shutil.copytree(trained[0], tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


def test_a_version_is_complete_and_nothing_else_is_left(trained):
    models, version = trained
    assert [path.name for path in models.iterdir()] == [version]
    manifest = verify_files(models / version)
    assert set(manifest["files"]) == {"scoring.npz", "scoring.json", "pipeline.joblib", "card.md"}
    assert manifest["digests"]["data"].startswith("sha256:")
    assert "not to be used for" in (models / version / "card.md").read_text(encoding="utf-8").lower()


def test_the_same_inputs_give_the_same_model(training, trained, tmp_path):
    models, version = trained
    assert train_version(training, models_dir=tmp_path, progress=silent) == version
    with np.load(models / version / ARRAYS) as first, np.load(tmp_path / version / ARRAYS) as second:
        assert first.files == second.files
        for name in first.files:
            np.testing.assert_array_equal(first[name], second[name])


def test_the_loaded_model_flags_with_evidence(trained, knowledge):
    triager = Triager(knowledge, scorer=load_version(*trained, knowledge))
    text = "She said he is threatening to share her pictures with everyone unless she pays him."
    assessment = triager.assess(Note(text))
    assert assessment.versions.model == trained[1]
    assert assessment.flags
    rare = read_manifest(trained[0] / trained[1])["not_validated"]
    for flag in assessment.flags:
        assert (flag.probability is None) == (flag.indicator in rare)
        assert all(text[words.start : words.end] == words.quote for words in flag.evidence)


def test_the_same_note_scores_the_same_in_any_batch(training, trained, knowledge):
    triager = Triager(knowledge, scorer=load_version(*trained, knowledge))
    texts = [record.text for record in training.examples.records[:70]]
    alone = [triager.assess(text) for text in texts[:5]]
    assert list(triager.assess_many(texts))[:5] == alone


def test_the_pipeline_and_the_scoring_form_agree(training, trained, knowledge):
    notes = training.examples.extractions[:20]
    model = load_version(*trained, knowledge)
    scores = model.encoder.encode(notes).times(model.weights) + model.bias
    np.testing.assert_allclose(scores, load_pipeline(*trained).decision_function(notes), atol=0.05)


def test_a_tampered_file_is_refused_before_it_is_read(models, trained, knowledge):
    path = models / trained[1] / ARRAYS
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DigestMismatch, match=r"scoring\.npz"):
        load_version(models, trained[1], knowledge)
    with pytest.raises(DigestMismatch):
        load_pipeline(models, trained[1])
    with pytest.raises(DigestMismatch):
        promote(models, trained[1], knowledge)
    assert promoted_version(models) is None


def test_other_libraries_are_refused(models, trained):
    manifest = read_manifest(models / trained[1])
    manifest["libraries"]["scikit-learn"] = "1.4.2"
    with pytest.raises(VersionMismatch, match=r"scikit-learn 1\.4\.2"):
        verify_libraries(manifest, where=trained[1])


def test_promote_and_roll_back(models, trained, knowledge):
    version = trained[1]
    promote(models, version, knowledge)
    assert promoted_version(models) == version
    later = f"{version}-later"
    shutil.copytree(models / version, models / later)
    manifest = read_manifest(models / later) | {"version": later}
    (models / later / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    promote(models, later, knowledge)
    assert [v.promoted for v in list_versions(models)] == [False, True]
    assert rollback(models, knowledge) == version
    with pytest.raises(ArtefactError, match="no earlier version"):
        rollback(models, knowledge)


def test_promotion_refuses_a_fall_in_urgent_recall_or_calibration(models, trained, knowledge):
    version = trained[1]
    promote(models, version, knowledge)
    worse = f"{version}-worse"
    shutil.copytree(models / version, models / worse)
    manifest = read_manifest(models / worse) | {"version": worse}
    old = json.loads(json.dumps(manifest["metrics"]))
    old["indicators"]["sextortion"]["recall"] = 0.9
    manifest["metrics"]["indicators"]["sextortion"]["recall"] = 0.8
    manifest["metrics"]["calibration_error"] = old["calibration_error"] + 0.03
    found = regressions(old, manifest["metrics"], knowledge)
    assert any("sextortion" in reason for reason in found)
    assert any("calibration" in reason for reason in found)
    (models / worse / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArtefactError, match="not promoted"):
        promote(models, worse, knowledge)
    assert promoted_version(models) == version


def test_a_rare_indicator_is_left_to_the_rules_and_said_to_be(trained, knowledge):
    manifest = read_manifest(trained[0] / trained[1])
    rare = set(manifest["not_validated"])
    assert 0 < len(rare) < 26
    assert rare == {name for name, count in manifest["positives"].items() if count < 15}
    assert set(manifest["thresholds"]) == set(manifest["positives"]) - rare
    card = (trained[0] / trained[1] / "card.md").read_text(encoding="utf-8")
    assert card.count("| rules |") == len(rare)
    model = load_version(*trained, knowledge)
    examples = [(i.id, example.text) for i in knowledge.indicators if i.id in rare for example in i.examples.positive]
    triager, alone = Triager(knowledge, scorer=model), Triager(knowledge)
    found = 0
    for indicator, text in examples:
        flags = {flag.indicator: flag for flag in triager.assess(text).flags}
        expected = {flag.indicator: flag for flag in alone.assess(text).flags}
        if indicator in flags:
            found += 1
            assert flags[indicator].probability is None
            assert {words.source.kind for words in flags[indicator].evidence} == {"cue"}
            assert {(w.start, w.end) for w in flags[indicator].evidence} <= {
                (w.start, w.end) for w in expected[indicator].evidence
            }
    assert found > len(examples) / 2


def test_one_author_is_too_few(two_authors, tmp_path):
    shutil.copy(two_authors / "notes_11.jsonl", tmp_path)
    with pytest.raises(DatasetError, match="at least two authors"):
        prepare(data_dir=tmp_path, knowledge_dir=None, parameters=Parameters(), progress=silent)


def test_an_encoder_is_one_more_block_whose_words_are_exact(small_training, static_model, knowledge, tmp_path):
    encoder = find_encoder(static_model(tmp_path / "encoder"))
    training = replace(
        small_training,
        parameters=replace(small_training.parameters, min_positives=3),
        subject=Subject.of(knowledge, encoder),
    )
    version = train_version(training, models_dir=tmp_path / "models", progress=silent)
    assert read_manifest(tmp_path / "models" / version)["encoder"]["digest"] == encoder.digest
    model = load_version(tmp_path / "models", version, knowledge)
    assert model.weights.shape == (len(model.encoder.vocabulary) + 5, 26)
    notes = small_training.examples.extractions[:20]
    encoded = model.encoder.encode(notes)
    columns = len(model.encoder.vocabulary)
    scores = encoded.times(model.weights[:columns]) + model.vectors.encode(notes) @ model.weights[columns:] + model.bias
    expected = load_pipeline(tmp_path / "models", version).decision_function(notes)
    np.testing.assert_allclose(scores, expected, atol=0.05)
    assert any(score.mentions for score in model.score(notes))


def test_marks_that_are_all_alike_still_give_a_model(tmp_path, knowledge):
    text = "She has a second phone that mum did not buy."
    mark = Mark(start=10, end=22, indicator="new_phones", status=Status.AFFIRMED, harm=False)
    for author in ("ash", "elm"):
        notes = [make_record(id=f"{author}-1", source=author, text=text, marks=[mark])]
        notes.append(make_record(id=f"{author}-2", source=author, text=f"{author}: dinner was eaten."))
        lines = "".join(f"{note.to_json_line()}\n" for note in notes)
        (tmp_path / f"{author}.jsonl").write_text(lines, encoding="utf-8")
    training = prepare(
        data_dir=tmp_path, knowledge_dir=None, parameters=Parameters(min_count=1), parts=tuple(Part), progress=silent
    )
    version = train_version(training, models_dir=tmp_path / "models", progress=silent)
    assert len(read_manifest(tmp_path / "models" / version)["not_validated"]) == 26
    answer = Triager(knowledge, scorer=load_version(tmp_path / "models", version, knowledge)).assess(text)
    assert [(flag.indicator, flag.probability) for flag in answer.flags] == [("new_phones", None)]
