import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli import app


@pytest.fixture
def run(sqlite_url: str, key_ring: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRIAGE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("TRIAGE_KEY_RING", str(key_ring))
    return lambda *words: CliRunner().invoke(app, words)


def test_a_whole_log_and_its_head(run):
    first = run("audit", "verify")
    assert first.exit_code == 0 and "0 entries" in first.output
    head = run("audit", "verify").output.splitlines()[-1]
    assert run("audit", "verify", "--expect", head).exit_code == 0
    wrong = run("audit", "verify", "--expect", "f" * 64)
    assert wrong.exit_code == 1 and "noted earlier" in wrong.output


def test_a_broken_link_is_named(run, sqlite_url):
    run("audit", "verify")
    run("audit", "verify")
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE seq = 2")
    connection.close()
    result = run("audit", "verify")
    assert result.exit_code == 1 and "entry 2" in result.output


def test_export_writes_every_entry(run, tmp_path):
    run("audit", "verify")
    output = tmp_path / "audit.jsonl"
    assert run("audit", "export", "--output", str(output)).exit_code == 0
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert [line["action"] for line in lines] == ["audit"]
    assert lines[0]["detail"] == {"verify": True}
    assert [path.name for path in tmp_path.glob("*.partial")] == []
    printed = run("audit", "export").output.splitlines()
    assert [json.loads(line)["seq"] for line in printed] == [1, 2]
