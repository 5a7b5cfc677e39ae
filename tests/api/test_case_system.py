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
from api.review.wire import DecisionIn, ReviewIn, ReviewOut

EXAMPLE = Path(__file__).parents[2] / "examples" / "case_system"
CONTENT = "YP has a second phone and will not say who bought it."
AGREE = DecisionIn(indicator="new_phones", verdict="agree")
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


def test_the_supervisors_review_is_sent_back(example, live, tmp_path: Path) -> None:
    said = {"new_phones": "agree", "outcome": "supervision", "reviewer": "s-1"}
    with TriageClient(live.url, key=live.key) as client:
        pages = TestClient(example.create_app(tmp_path / "notes.sqlite3", client))
        page = pages.post("/notes", data=NOTE | {"case_id": "C-8"}).text
        assert 'action="/notes/1/review"' in page
        assert "Sent; the note is now: agreed." in pages.post("/notes/1/review", data=said).text
        # Pressed twice, or changed afterwards: the first review stands.
        again = pages.post("/notes/1/review", data=said | {"new_phones": "not_said"}).text
        assert "agreed" in again
        item = example.CaseNotes(tmp_path / "notes.sqlite3").read()[0]["item"]
        review = ReviewIn(source=example.SOURCE, reviewer="s-1", outcome="supervision", decisions=(AGREE,))
        assert client.review(item, review) == ReviewOut(item_id=item, state="agreed", created=False)
    assert pages.post("/notes/9/review", data=said).status_code == 404


def test_a_review_waits_while_the_service_is_away_and_a_refused_one_says_why(example, live, tmp_path: Path) -> None:
    path, said = tmp_path / "notes.sqlite3", {"new_phones": "negated", "outcome": "act", "reviewer": "s-1"}
    with TriageClient(live.url, key=live.key) as client:
        TestClient(example.create_app(path, client)).post("/notes", data=NOTE | {"case_id": "C-9"})
        item = example.CaseNotes(path).read()[0]["item"]
        with away() as nobody:
            page = TestClient(example.create_app(path, nobody)).post("/notes/1/review", data=said).text
        assert "it will be sent again" in page
        # Meanwhile the same supervisor said something else elsewhere.
        review = ReviewIn(source=example.SOURCE, reviewer="s-1", outcome="no_action", decisions=(AGREE,))
        assert client.review(item, review).created
        pages = TestClient(example.create_app(path, client))
        pages.get("/")
        assert "Not taken: this person reviewed the note" in pages.get("/notes/1").text


def test_without_a_review_store_notes_are_only_assessed(example, live, tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/notes":
            return httpx.Response(404)
        return httpx.post(f"{live.url}{request.url.path}", content=request.content, headers=dict(request.headers))

    with TriageClient("http://127.0.0.1", key=live.key, transport=httpx.MockTransport(answer)) as client:
        page = TestClient(example.create_app(tmp_path / "notes.sqlite3", client)).post("/notes", data=NOTE).text
    assert "New, additional or unexplained phones" in page and "/review" not in page


def away() -> TriageClient:
    """Return a client that reaches nobody."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    return TriageClient("http://service", transport=httpx.MockTransport(refuse))


def test_note_waits_while_the_service_is_away(example, live, tmp_path: Path) -> None:
    with away() as client:
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
