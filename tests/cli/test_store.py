import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli import app
from triage.errors import KeyRingError
from triage.review.migrating import revisions


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRIAGE_DATABASE_URL", f"sqlite:///{tmp_path}/store.sqlite3")
    monkeypatch.setenv("TRIAGE_KEY_RING", str(tmp_path / "ring.json"))

    def running(*words: str) -> str:
        result = CliRunner().invoke(app, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return running


def test_without_a_key_ring_nothing_starts(run):
    with pytest.raises(KeyRingError, match="triage store key create"):
        run("store", "init")


def test_a_store_from_its_first_key_to_a_new_one(run, tmp_path):
    run("store", "key", "create")
    assert "ready" in run("store", "init")
    assert "ready" in run("store", "init")
    assert f"revision {revisions()[-1]}" in run("store", "upgrade")
    assert "k2" in run("store", "key", "add")
    assert re.search(r"k1 +\d+ rows\n", run("store", "key", "list"))
    assert "All rows are sealed with the current key" in run("store", "rekey")
    assert "k1" in run("store", "key", "retire")
    assert re.fullmatch(r"k2 +\d+ rows +current\n", run("store", "key", "list"))


def test_purge_says_what_it_does(run):
    run("store", "key", "create")
    run("store", "init")
    assert "0 note texts" in run("store", "purge", "--dry-run")
    assert "were erased" in run("store", "purge")
