import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli import app
from triage.knowledge.loading import load_knowledge
from triage.note import Note
from triage.triager import Triager

THREAT = "A man online has threatened to post a picture of her unless she pays him."


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[str, str]:
    """Assessments of one note, the second time without its first words."""
    directory = tmp_path_factory.mktemp("answers")
    triager = Triager(load_knowledge())
    for name, text in (("old.jsonl", "Dinner was eaten."), ("new.jsonl", THREAT)):
        answer = triager.assess(Note(text, id="N-1\x1b[31m"))
        (directory / name).write_text(answer.model_dump_json() + "\n", encoding="utf-8")
    return str(directory / "old.jsonl"), str(directory / "new.jsonl")


def test_gained_flags_are_listed_with_their_words(files) -> None:
    result = CliRunner().invoke(app, ["compare", *files], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "gained" in result.stdout
    assert "sextortion" in result.stdout
    assert "threatened" in result.stdout
    assert "\x1b[31m" not in result.stdout


def test_json_holds_offsets(files) -> None:
    result = CliRunner().invoke(app, ["compare", *files, "--json"])
    (change,) = json.loads(result.stdout)["changes"]
    assert all(THREAT[w["start"] : w["end"]] == w["quote"] for flag in change["flags"] for w in flag["words"])


def test_same_file_has_no_change(files) -> None:
    result = CliRunner().invoke(app, ["compare", files[0], files[0]])
    assert "1 notes, 0 differ" in result.stdout


def test_missing_notes_file_is_refused(files) -> None:
    result = CliRunner().invoke(app, ["compare", *files, "--notes", str(Path(files[0]).parent / "none.csv")])
    assert result.exit_code == 2
