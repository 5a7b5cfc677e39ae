import json

import pytest
from typer.testing import CliRunner

from triage.cli import app
from triage.errors import DatasetError
from triage.flag import Status
from triage.training.records import Mark, make_record
from triage.training.splits import part_of

TEXT = "She has a second phone that mum did not buy."


@pytest.fixture
def corpus(tmp_path):
    """Two authors' notes."""
    start = TEXT.index("second phone")
    mark = Mark(start=start, end=start + 12, indicator="new_phones", status=Status.AFFIRMED, harm=False)
    for author in ("ash", "elm"):
        notes = [
            make_record(id=f"{author}-1", source=author, text=TEXT, marks=[mark]),
            make_record(id=f"{author}-2", source=author, text="Dinner was eaten and the dog was walked."),
        ]
        lines = "".join(f"{note.to_json_line()}\n" for note in notes)
        (tmp_path / f"{author}.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_part_is_measured_and_written(corpus) -> None:
    part = part_of(make_record(id="1", source="ash", text=TEXT)).value
    json_file, html_file = corpus / "out" / "figures.json", corpus / "out" / "report.html"
    options = ["--part", part, "--corpus", str(corpus), "--json", str(json_file), "--html", str(html_file)]
    result = CliRunner().invoke(app, ["evaluate", *options], env={"TRIAGE_MODELS_DIR": str(corpus / "models")})
    assert result.exit_code == 0, result.output
    assert "mean average precision" in result.stdout
    assert "no model is promoted" in result.stderr
    figures = json.loads(json_file.read_text(encoding="utf-8"))
    assert [system["name"] for system in figures["systems"]] == ["keywords", "tfidf", "knowledge"]
    assert html_file.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "second phone" not in result.output + json_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [["--part", "tests"], ["--folds", "3"]])
def test_options_that_make_no_sense_are_refused(corpus, options) -> None:
    result = CliRunner().invoke(app, ["evaluate", "--corpus", str(corpus), *options])
    assert result.exit_code == 2


def test_part_without_notes_is_refused(corpus) -> None:
    used = {part_of(make_record(id="1", source=source, text=TEXT)).value for source in ("ash", "elm")}
    unused = ({"train", "validation", "test"} - used).pop()
    options = ["--corpus", str(corpus), "--part", unused]
    result = CliRunner().invoke(app, ["evaluate", *options], env={"TRIAGE_MODELS_DIR": str(corpus / "models")})
    assert isinstance(result.exception, DatasetError)


def test_unseen_authors_of_a_small_corpus_are_measured_with_its_own_sources(corpus) -> None:
    for author, source in (("oak", "ash"), ("yew", "elm")):
        text = (corpus / f"{source}.jsonl").read_text(encoding="utf-8").replace(source, author)
        (corpus / f"{author}.jsonl").write_text(text, encoding="utf-8")
    (corpus / "sources.yaml").write_text("read_by_cue_authors: [ash]\n", encoding="utf-8")
    json_file = corpus / "figures.json"
    options = ["--leave-one-source-out", "--corpus", str(corpus), "--json", str(json_file)]
    result = CliRunner().invoke(app, ["evaluate", *options])
    assert result.exit_code == 0, result.exception
    figures = json.loads(json_file.read_text(encoding="utf-8"))
    assert figures["design"]["not_tried"] == ["ash"]
    assert (figures["sources"], figures["notes"]) == (["elm", "oak", "yew"], 6)
    assert [system["name"] for system in figures["systems"]] == ["keywords", "tfidf", "knowledge", "model"]


def test_two_authors_are_too_few_to_hold_one_out(corpus) -> None:
    result = CliRunner().invoke(app, ["evaluate", "--leave-one-source-out", "--corpus", str(corpus)])
    assert isinstance(result.exception, DatasetError)
    assert "at least two authors" in str(result.exception)
