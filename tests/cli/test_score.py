import json
import subprocess
import sys
from pathlib import Path

import pytest

LINES = [
    {"id": "a", "case_id": "C-1", "text": "YP has a second phone and will not say who bought it."},
    {"id": "b", "text": "School visit, all well."},
]


def triage(*arguments, **options):
    command = [str(Path(sys.executable).parent / "triage"), *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def no_model(monkeypatch, tmp_path):
    monkeypatch.setenv("TRIAGE_MODELS_DIR", str(tmp_path / "none"))


def test_one_line_a_note_in_order(notes, tmp_path):
    output = tmp_path / "out.jsonl"
    result = triage("score", str(notes), "--output", str(output))
    assert result.returncode == 0, result.stderr
    answers = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [(answer["note_id"], answer["case_id"]) for answer in answers] == [("a", "C-1"), ("b", None)]
    assert [flag["indicator"] for flag in answers[0]["flags"]] == ["new_phones"]
    assert answers[0]["versions"]["schema"] == "1"


def test_the_terminal_shows_flags_and_says_what_nothing_means(notes):
    shown = triage("score", str(notes)).stdout.decode()
    assert "warning sign" in shown
    assert "Nothing found by this tool. That does not mean that nothing is there." in shown


def test_a_page_is_self_contained_and_escapes_the_note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("<script>alert(1)</script> A second phone was found.", encoding="utf-8")
    page = triage("score", str(path), "--format", "html").stdout.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<mark" in page
    assert "http" not in page


def test_bad_lines_are_named_others_are_scored_and_the_exit_code_tells(notes):
    with notes.open("ab") as file:
        file.write(b'\n\xff canary\n{"id": "d", "text": ""}\n')
    result = triage("score", str(notes), "--format", "jsonl")
    assert result.returncode == 2
    assert len(result.stdout.splitlines()) == 4
    errors = result.stderr.decode()
    assert "notes.jsonl:3:" in errors
    assert "notes.jsonl:4:" in errors
    assert "canary" not in errors


def test_a_missing_file_is_one_clear_line(tmp_path):
    result = triage("score", str(tmp_path / "gone.jsonl"))
    assert result.returncode == 1
    assert b"cannot be read" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_standard_input_is_one_note():
    result = triage("score", "-", "--format", "json", input=b"He denies having a second phone.")
    (answer,) = json.loads(result.stdout)
    assert [flag["status"] for flag in answer["flags"]] == ["denied"]


def test_explain_names_what_fired_and_the_nearest_that_did_not():
    shown = triage("explain", "No second phone was seen on the visit.").stdout.decode()
    assert "cue      new_phones" in shown
    assert "modifier" in shown
    assert "near " in shown


def test_a_broken_knowledge_directory_lists_every_fault(tmp_path, monkeypatch, notes):
    (tmp_path / "knowledge" / "indicators").mkdir(parents=True)
    (tmp_path / "knowledge" / "glossary.yaml").write_text("entries: [\n", encoding="utf-8")
    (tmp_path / "knowledge" / "indicators" / "x.yaml").write_text("id: x\nnonsense: 1\n", encoding="utf-8")
    monkeypatch.setenv("TRIAGE_KNOWLEDGE_DIR", str(tmp_path / "knowledge"))
    result = triage("score", str(notes))
    assert result.returncode == 1
    errors = result.stderr.decode()
    assert "glossary.yaml:" in errors
    assert "indicators/x.yaml:2:" in errors
    assert "context.yaml" in errors
