"""What is told of a promoted model: its thresholds and measured quality beside each indicator, and its card."""

import json
from pathlib import Path

import pytest

from api.knowledge_views import indicators_view, model_view
from api.model_info import read_model_info
from triage.errors import ArtefactError
from triage.triager import Triager

MANIFEST = {
    "version": "2026.01.01-0a",
    "created": "2026-01-01T00:00:00+00:00",
    "digests": {"data": "sha256:1", "knowledge": "sha256:2"},
    "files": {"scoring.npz": "sha256:3"},
    "thresholds": {"new_phones": 0.4},
    "metrics": {"indicators": {"new_phones": {"recall": 0.9}}},
    "not_validated": ["online_gifts"],
    "libraries": {},
}


def test_model_is_told_beside_each_indicator(tmp_path: Path, triager: Triager) -> None:
    (tmp_path / "2026.01.01-0a").mkdir()
    (tmp_path / "2026.01.01-0a" / "manifest.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "2026.01.01-0a" / "card.md").write_text("# Card")
    info = read_model_info(tmp_path, "2026.01.01-0a")
    listed = {item.id: item for item in indicators_view(triager.knowledge, triager.versions, info).indicators}
    phones = listed["new_phones"]
    assert (phones.threshold, phones.quality, phones.validated) == (0.4, {"recall": 0.9}, True)
    assert all(item.validated == (item.id != "online_gifts") for item in listed.values())
    shown = model_view(triager.versions, info)
    assert shown.served == "knowledge and model"
    assert shown.model is not None and shown.model.card == "# Card"
    assert shown.model.files == MANIFEST["files"]


def test_without_a_model_nothing_is_made_up(triager: Triager) -> None:
    listed = indicators_view(triager.knowledge, triager.versions, None).indicators
    assert {(item.threshold, item.quality is None, item.validated) for item in listed} == {(None, True, None)}
    assert model_view(triager.versions, None).served == "knowledge only"


def test_version_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="no such model version"):
        read_model_info(tmp_path, "2026.01.01-0a")
