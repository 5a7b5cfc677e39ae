"""The example case system: a note is saved whatever happens, assessed when it can be, and marked."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from api.client import TriageClient

EXAMPLE = Path(__file__).parents[2] / "examples" / "case_system"
CONTENT = "YP has a second phone and will not say who bought it."
NOTE = {"case_id": "C-7", "title": "Second phone 📱 found", "content": CONTENT}


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("case_system_example", EXAMPLE / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_note_is_saved_assessed_and_shown(example, live, tmp_path: Path) -> None:
    with TriageClient(live.url, key=live.key) as client:
        pages = TestClient(example.create_app(tmp_path / "notes.sqlite3", client))
        page = pages.post("/notes", data=NOTE).text
        assert "New, additional or unexplained phones" in page
        assert "1 flag(s)" in pages.get("/").text
    assert pages.get("/notes/999").status_code == 404


def test_note_waits_while_the_service_is_away(example, live, tmp_path: Path) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    with TriageClient("http://service", transport=httpx.MockTransport(away)) as client:
        page = TestClient(example.create_app(tmp_path / "notes.sqlite3", client)).post("/notes", data=NOTE).text
        assert "Not assessed yet" in page
    with TriageClient(live.url, key=live.key) as client:
        page = TestClient(example.create_app(tmp_path / "notes.sqlite3", client)).get("/").text
    assert "1 flag(s)" in page


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_page_marks_the_words(client) -> None:
    sent = {"caseNoteTitle": NOTE["title"], "caseNoteContent": NOTE["content"]}
    answer = client.post("/v1/assess", json=sent).json()
    script = f"""
    const {{spansOf, piecesOf}} = require({json.dumps(str(EXAMPLE / "static" / "highlight.js"))});
    const {{sent, answer}} = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const cut = Object.entries(sent).map(([field, text]) => piecesOf(text, spansOf(answer, field)));
    process.stdout.write(JSON.stringify(cut));
    """
    given = json.dumps({"sent": sent, "answer": answer})
    done = subprocess.run(["node", "-e", script], input=given, capture_output=True, text=True, timeout=60, check=True)
    title, content = json.loads(done.stdout)
    assert "".join(piece["text"] for piece in title) == NOTE["title"]
    assert "".join(piece["text"] for piece in content) == NOTE["content"]
    marked = "".join(piece["text"] for piece in content if piece["names"])
    assert marked.startswith("second phone")
    assert any(piece["names"] for piece in title)
