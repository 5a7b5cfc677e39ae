import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.batch import make_triager
from triage.cli import app
from triage.errors import ArtefactError, DigestMismatch

TEXT = "She said he is threatening to share her pictures with everyone unless she pays him online."


def run(*arguments, **environment):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def models(tmp_path, small_model):
    shutil.copytree(small_model[0], tmp_path / "models")
    (tmp_path / "models" / "current").write_text(small_model[1] + "\n", encoding="utf-8")
    return tmp_path / "models"


def test_a_promoted_model_is_not_trained_again(models, tmp_path):
    result = run("train", "--if-missing", "--data", tmp_path / "no-such-corpus", TRIAGE_MODELS_DIR=str(models))
    assert result.stderr == ""


def test_a_hub_id_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ArtefactError, match="nothing is downloaded"):
        run("train", "--data", tmp_path, "--encoder", "minishlab/potion-base-8M", TRIAGE_MODELS_DIR=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_model_with_an_encoder_needs_it_where_notes_are_scored(two_authors, static_model, tmp_path):
    encoder, models, note = static_model(tmp_path / "encoder"), tmp_path / "models", tmp_path / "note.txt"
    note.write_text(TEXT, encoding="utf-8")
    run("train", "--data", two_authors, "--encoder", encoder, TRIAGE_MODELS_DIR=str(models))
    version = (models / "current").read_text(encoding="utf-8").strip()
    manifest = json.loads((models / version / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["encoder"]["kind"], manifest["encoder"]["directory"]) == ("model2vec", str(encoder.resolve()))
    assert "local encoder (model2vec" in (models / version / "card.md").read_text(encoding="utf-8")
    answer = _score(note, models)
    assert answer["versions"]["model"] == version
    moved = encoder.rename(tmp_path / "moved")
    with pytest.raises(ArtefactError, match="is not a directory"):
        _score(note, models)
    assert _score(note, models, TRIAGE_ENCODER_DIR=str(moved)) == answer
    other = static_model(tmp_path / "other", seed=1)
    with pytest.raises(DigestMismatch, match="TRIAGE_ENCODER_DIR"):
        _score(note, models, TRIAGE_ENCODER_DIR=str(other))


def test_versions_are_listed_verified_and_promoted(models):
    version = (models / "current").read_text(encoding="utf-8").strip()
    environment = {"TRIAGE_MODELS_DIR": str(models)}
    assert run("models", "list", **environment).stdout.startswith(f"* {version}")
    assert "all 4 files" in run("models", "verify", version, **environment).stdout
    assert run("models", "promote", version, **environment).stdout == f"promoted {version}\n"
    with pytest.raises(ArtefactError, match="no earlier version"):
        run("models", "rollback", **environment)


def _score(note: Path, models: Path, **environment):
    make_triager.cache_clear()
    output = run("score", note, "--format", "jsonl", TRIAGE_MODELS_DIR=str(models), **environment).stdout
    return json.loads(output)
