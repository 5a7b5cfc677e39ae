"""The pages for integrators and operators say what is so: every command runs, every setting and problem is listed."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import api.problems
from api.metrics import Metrics
from api.settings import ServiceSettings

DOCS = Path(__file__).parents[2] / "docs"
NOTES = '{"id": "a", "text": "YP has a second phone."}\n{"id": "b", "text": ""}\n{"id": "c"}\n'


def blocks(name: str, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def table_rows(name: str) -> list[list[str]]:
    lines = (DOCS / name).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("jq") is None, reason="curl or jq is not installed")
def test_every_command_of_the_cookbook_runs(live, tmp_path: Path) -> None:
    first, *commands = blocks("curl.md", "sh")
    (tmp_path / "note.txt").write_text("YP has a second phone.\n")
    (tmp_path / "notes.jsonl").write_text(NOTES)
    setting_up = first.replace("URL=http://127.0.0.1:8000", f"URL={live.url}").replace("KEY=cnt_...", f"KEY={live.key}")
    assert live.url in setting_up and live.key in setting_up
    said = [run(setting_up + command, tmp_path) for command in commands]
    assert '"outcome":"assessed"' in said[0]
    assert said[1].split("\t")[:2] == ["new_phones", "affirmed"]
    assert '"field":"caseNoteContent"' in said[2]
    assert "<mark" in said[3]
    assert [line.split(",")[0] for line in said[4].splitlines()] == ['{"note_id":"c"', '{"note_id":"b"']
    assert '"state":"agreed"' in said[5]
    assert said[6] == "304\n"
    assert "must_not_be_used_for" in said[7]
    assert '"ready"' in said[8]
    assert '"request_id": "save-8812"' in said[9]
    assert '"outcome":"assessed"' in said[10]


def run(script: str, directory: Path) -> str:
    # A refused request is what one command shows, so a failing `curl` at the head of a pipe is no failure.
    done = subprocess.run(
        ["bash", "-eu", "-c", script], cwd=directory, env=os.environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, (script.splitlines()[3:], done.stdout, done.stderr)
    return done.stdout


def test_every_setting_is_listed_with_its_default() -> None:
    listed: dict[str, str] = {}
    for names, default, *_ in (row for row in table_rows("operations.md") if "TRIAGE_" in row[0]):
        listed |= zip(re.findall(r"TRIAGE_\w+", names), default.replace("`", "").split(", "), strict=True)
    known = {f"TRIAGE_{name.upper()}": field for name, field in ServiceSettings.model_fields.items()}
    # The command sets it for its workers.
    known.pop("TRIAGE_SHARED_DIR")
    assert listed.keys() == known.keys()
    said = {"the shipped one": None, "where it was at training": None, "number of cores": os.cpu_count()}
    for name, field in known.items():
        default = field.get_default(call_default_factory=True)
        assert listed[name] == str(default) or said.get(listed[name], "") == default, name


def test_every_problem_is_listed_with_its_status() -> None:
    listed = {
        (status, slug)
        for statuses, slugs, *_ in table_rows("api.md")
        for status in re.findall(r"\b[45]\d\d\b", statuses)
        for slug in re.findall(r"`([a-z0-9-]+)`", slugs)
    }
    kinds = [value for value in vars(api.problems).values() if isinstance(value, api.problems.Kind)]
    missing = {(str(kind.status), kind.slug) for kind in kinds} - listed
    assert not missing


def test_every_metric_is_listed() -> None:
    listed = set(re.findall(r"`(triage_\w+)`", (DOCS / "operations.md").read_text(encoding="utf-8")))
    shown: set[Any] = set(re.findall(r"^# TYPE (triage_\w+)", Metrics().exposition().decode(), re.MULTILINE))
    assert {name for name in shown if not name.endswith("_created")} <= listed


@pytest.mark.parametrize("name", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_lead_somewhere(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    for target, place in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", text):
        path = DOCS / target if target else DOCS / name
        assert path.exists(), target
        if place:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert place in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}, place
