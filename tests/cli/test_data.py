"""`triage data` as its user runs it."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from triage.cli import app
from triage.errors import DatasetError
from triage.flag import Status
from triage.training.records import Mark, make_record

TEXT = "👨🏻‍🚒 visit.\r\nA second phone was found."


@pytest.fixture
def records(tmp_path):
    start = TEXT.index("second")
    mark = Mark(start=start, end=start + 12, indicator="new_phones", status=Status.POSSIBLE, harm=True)
    path = tmp_path / "amina.jsonl"
    first = make_record(id="N-1", source="amina", case_id="C-7", text=TEXT, marks=[mark], meta={"age": "14"})
    second = make_record(id="N-2", source="amina", text="Seen at school.")
    path.write_text(f"{first.to_json_line()}\n{second.to_json_line()}\n", encoding="utf-8", newline="")
    return path


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["data", *map(str, arguments)])
    if isinstance(result.exception, DatasetError):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_check_names_faults_and_warnings(records):
    result = run("check", records.parent)
    assert "No faults in 2 records" in result.stdout
    assert "rules only, not validated" in result.stderr
    records.write_text(records.read_text(encoding="utf-8") + "{\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"amina\.jsonl:3"):
        run("check", records.parent)


def test_stats_as_a_table_and_as_json(records):
    assert "amina" in run("stats", records.parent).stdout
    counted = json.loads(run("stats", records.parent, "--json").stdout)
    assert counted["total"] == {"records": 2, "words": 10, "marks": 1}


@pytest.mark.parametrize("tool", ["doccano", "label-studio", "prodigy", "spacy", "marked"])
def test_export_and_import_give_back_the_records(records, tmp_path, tool):
    exported, imported = tmp_path / "out.file", tmp_path / "back.jsonl"
    run("export", records, "--to", tool, "--output", exported)
    result = run("import", exported, "--from", tool, "--output", imported)
    assert imported.read_bytes() == records.read_bytes()
    assert "2 note(s) written, 0 mend(s), 0 left out" in result.stderr


def test_import_lists_what_it_left_out_and_mended(tmp_path):
    source, output = tmp_path / "all.jsonl", tmp_path / "x.jsonl"
    rows = [
        {"id": 1, "text": "A phone.", "label": [[1, 7, "new_phones"]]},
        {"id": 2, "text": "Canary", "label": ["x|y"]},
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = run("import", source, "--from", "doccano", "--output", output, "--source", "amina", code=2)
    assert "left out: all.jsonl:2: note 2" in result.stderr
    assert "mended: all.jsonl:1: note 1" in result.stderr
    assert "Canary" not in result.stderr
    assert json.loads(output.read_text(encoding="utf-8"))["source"] == "amina"


def test_import_restores_texts_from_the_originals(records, tmp_path):
    exported, imported = tmp_path / "out.jsonl", tmp_path / "back.jsonl"
    run("export", records, "--to", "prodigy", "--output", exported)
    row, other = exported.read_text(encoding="utf-8").splitlines()
    task = json.loads(row)
    task["text"] = task["text"].replace("\r\n", "\n")
    task["spans"][0]["start"] -= 1
    task["spans"][0]["end"] -= 1
    exported.write_text(f"{json.dumps(task)}\n{other}\n", encoding="utf-8")
    run("import", exported, "--from", "prodigy", "--output", imported, "--originals", records)
    assert imported.read_bytes() == records.read_bytes()


def test_nothing_half_written_is_left_behind(records, tmp_path):
    target = tmp_path / "missing" / "x.jsonl"
    result = CliRunner().invoke(app, ["data", "export", str(records), "--to", "doccano", "--output", str(target)])
    assert isinstance(result.exception, DatasetError)
    assert not list(tmp_path.rglob("*.partial"))


def test_agree_as_a_table_and_as_json(records):
    assert "2 notes compared" in run("agree", records, records).stdout
    assert json.loads(run("agree", records, records, "--json").stdout)["flag_f1"] == 1.0


def test_sample_writes_records_to_label(tmp_path):
    notes, output = tmp_path / "notes.jsonl", tmp_path / "pick.jsonl"
    rows = [
        {"id": f"N-{n}", "case_id": "C", "text": f"Visit number {n} to the home of family {n * 7}."} for n in range(30)
    ]
    notes.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = run("sample", notes, "--count", 10, "--output", output, "--no-model")
    picked = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert sum(record["meta"]["pile"] == "random" for record in picked) == 2
    assert picked[0]["case_id"] == "C"
    assert "6.67% of all notes" in result.stdout
    assert "no model was asked" in result.stdout


def test_sample_asks_the_promoted_model_of_raised_and_unraised_indicators_alike(tmp_path, two_authors, small_model):
    models, version = small_model
    notes, output = tmp_path / "notes.jsonl", tmp_path / "pick.jsonl"
    shutil.copytree(models, tmp_path / "models")
    (tmp_path / "models" / "current").write_text(version, encoding="utf-8")
    rows = [json.loads(line) for line in (two_authors / "notes_12.jsonl").read_text(encoding="utf-8").splitlines()]
    notes.write_text("".join(json.dumps({"id": row["id"], "text": row["text"]}) + "\n" for row in rows[:40]))
    environment = {"TRIAGE_MODELS_DIR": str(tmp_path / "models")}
    options = ["data", "sample", str(notes), "--count", "20", "--random-share", "0", "--output", str(output)]
    result = CliRunner().invoke(app, options, env=environment)
    assert result.exit_code == 0, result.output
    unsure = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    unsure = [record for record in unsure if record["meta"]["pile"] == "uncertain"]
    scored = tmp_path / "scored.jsonl"
    CliRunner().invoke(app, ["score", str(notes), "--output", str(scored)], env=environment)
    answers = {row["note_id"]: row for row in map(json.loads, scored.read_text(encoding="utf-8").splitlines())}
    flagged = [
        record["meta"]["unsure_of"] in {flag["indicator"] for flag in answers[record["id"]]["flags"]}
        for record in unsure
    ]
    assert len(unsure) == 12
    assert not all(flagged)


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([{"text": "A note."}], "notes.jsonl:1"),
        ([{"id": "1", "text": "A note."}, {"id": "1", "text": "Another."}], "notes.jsonl:2"),
        ([{"id": "1", "text": " "}], "notes.jsonl:1"),
        ([{"id": "1"}], "notes.jsonl:1"),
    ],
)
def test_sample_needs_notes_with_ids_and_words(tmp_path, rows, where):
    notes = tmp_path / "notes.jsonl"
    notes.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = CliRunner().invoke(app, ["data", "sample", str(notes), "--output", str(tmp_path / "x.jsonl")])
    assert where in str(result.exception)
    assert not (tmp_path / "x.jsonl").exists()


def test_a_file_that_is_not_there_is_a_clear_message(tmp_path):
    with pytest.raises(DatasetError, match="nowhere"):
        run("import", tmp_path / "nowhere.jsonl", "--from", "prodigy", "--output", tmp_path / "x.jsonl")


def test_the_schema_is_written():
    assert json.loads(run("schema").stdout)["title"] == "Record"
