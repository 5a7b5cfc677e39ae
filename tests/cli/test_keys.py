"""`triage keys`: the key alone on standard output, and a list that does not hold it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli import app


@pytest.fixture(autouse=True)
def keys_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIAGE_KEYS_FILE", str(tmp_path / "keys.json"))
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path / "keys.json"


def run(*arguments: str):
    return CliRunner().invoke(app, ["keys", *arguments])


def test_key_is_created_listed_and_revoked() -> None:
    created = run("create", "case system, live", "--scope", "assess", "--scope", "audit")
    key = created.stdout.strip()
    key_id = key.split("_")[1]
    listed = run("list").stdout
    assert key.startswith("cnt_") and "\n" not in key
    assert all(part in listed for part in (key_id, "case system, live", "assess, audit"))
    assert key not in listed
    assert "is revoked" in run("revoke", key_id).stdout


def test_unknown_scope_names_the_known_ones() -> None:
    refused = run("create", "case system", "--scope", "everything")
    assert refused.exit_code == 2
    assert "assess, review, train, audit" in refused.stderr
