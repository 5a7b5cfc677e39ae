import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli import app
from triage.review.settings import ReviewSettings
from triage.service import ReviewService
from triage.training.records import Record


def test_settled_notes_become_records_of_the_corpus(
    sqlite_url, key_ring, triager, people, submit, review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = ReviewSettings(
        database_url=sqlite_url, key_ring=key_ring, blind_share=0, second_review_bands=frozenset()
    )
    service = ReviewService.open(settings, triager)
    receipt = submit(service, case_id="C-1", consent=True)
    review(service, people["reviewer"], receipt.item_id)
    service.close()
    monkeypatch.setenv("TRIAGE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("TRIAGE_KEY_RING", str(key_ring))
    output = tmp_path / "private" / "decisions.jsonl"
    result = CliRunner().invoke(app, ["data", "export-decisions", str(output)])
    assert result.exit_code == 0, result.output
    (line,) = output.read_text(encoding="utf-8").splitlines()
    record = Record.model_validate_json(line)
    assert record.labels == tuple(sorted(flag.indicator for flag in receipt.assessment.flags))
    assert (record.source, json.loads(line)["meta"]["origin"]) == ("review_cms", "review")
    assert output.stat().st_mode & 0o077 == 0
