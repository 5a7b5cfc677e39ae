import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from triage.errors import ArtefactError, DatasetError, DigestMismatch, VersionMismatch
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
from triage.scoring.estimator import Parameters
from triage.training.train import prepare, train_version
from triage.training.versions import list_versions, promote, regressions, rollback
from triage.triager import Triager

CORPUS = Path(__file__).parents[2] / "training_data" / "notes"
PARAMETERS = Parameters(folds=2)


def silent(_step):
    pass


def corpus(directory, sources):
    directory.mkdir()
    for source in sources:
        shutil.copy(CORPUS / f"{source}.jsonl", directory)
    return directory


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    data = corpus(tmp_path_factory.mktemp("data") / "corpus", ["notes_11", "notes_12"])
    return prepare(data_dir=data, knowledge_dir=None, parameters=PARAMETERS, progress=silent)


@pytest.fixture(scope="module")
def trained(training, tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    return models, train_version(training, models_dir=models, progress=silent)


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
    assert manifest["not_validated"]


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
    for flag in assessment.flags:
        assert 0 < flag.probability <= 1
        assert all(text[words.start : words.end] == words.quote for words in flag.evidence)


def test_the_same_note_scores_the_same_in_any_batch(training, trained, knowledge):
    triager = Triager(knowledge, scorer=load_version(*trained, knowledge))
    texts = [record.text for record in training.examples.records[:70]]
    alone = [triager.assess(text) for text in texts[:5]]
    assert list(triager.assess_many(texts))[:5] == alone


def test_the_pipeline_and_the_scoring_form_agree(training, trained, knowledge):
    notes = training.examples.extractions[:20]
    _, scores = load_version(*trained, knowledge).sentence_scores(notes)
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


def test_one_author_is_too_few(tmp_path):
    data = corpus(tmp_path / "corpus", ["notes_11"])
    with pytest.raises(DatasetError, match="at least two authors"):
        prepare(data_dir=data, knowledge_dir=None, parameters=PARAMETERS, progress=silent)
