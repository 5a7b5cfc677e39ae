"""`triage serve` refuses to open the service to others without keys."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli import app
from triage.errors import SettingsError


def test_serving_others_without_keys_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_KEYS_FILE", str(tmp_path / "keys.json"))
    result = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0"])
    assert isinstance(result.exception, SettingsError)
    assert result.exception.code == "no_keys"
