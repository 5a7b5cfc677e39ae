"""A very small case system: it saves notes, has each assessed, and shows the words that a flag rests on.

Run `triage serve` in one terminal and, in another, from the directory of the project:

    uvicorn --factory examples.case_system.app:create_app --port 8080

then open http://127.0.0.1:8080. `TRIAGE_URL` and `TRIAGE_KEY` name another service and its key.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from api.client import ServiceError, TriageClient
from api.wire import CaseNoteIn

HERE = Path(__file__).parent
TABLE = """
CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, title TEXT NOT NULL, content TEXT NOT NULL, created TEXT NOT NULL,
    assessment TEXT
)
"""


class CaseNotes:
    """The case system's own notes, each with the answer of the service once there is one.

    Args:
        path: SQLite file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._connect() as connection:
            connection.execute(TABLE)

    def save(self, *, case_id: str, title: str, content: str) -> int:
        """Save a note and return its id."""
        row = (case_id, title, content, datetime.now(UTC).isoformat(timespec="seconds"))
        with self._connect() as connection:
            cursor = connection.execute("INSERT INTO notes (case_id, title, content, created) VALUES (?, ?, ?, ?)", row)
        return int(cursor.lastrowid or 0)

    def keep_assessment(self, note_id: int, assessment: str) -> None:
        """Keep the answer beside the note."""
        with self._connect() as connection:
            connection.execute("UPDATE notes SET assessment = ? WHERE id = ?", (assessment, note_id))

    def read(self) -> list[dict[str, Any]]:
        """Return all notes, newest first."""
        with self._connect() as connection:
            return [dict(row) for row in connection.execute("SELECT * FROM notes ORDER BY id DESC")]

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection


def assess_waiting(notes: CaseNotes, client: TriageClient) -> None:
    """Have every note assessed that has no answer yet; a note is never lost because the service is away."""
    for note in notes.read():
        if note["assessment"] is not None:
            continue
        sent = CaseNoteIn(
            caseNoteId=note["id"],
            caseId=note["case_id"],
            caseNoteTitle=note["title"],
            caseNoteContent=note["content"],
            createdOn=note["created"],
        )
        try:
            notes.keep_assessment(note["id"], client.assess_case_note(sent).model_dump_json())
        except (ServiceError, httpx.TransportError):
            return


def create_app(path: Path = Path("case-system.sqlite3"), client: TriageClient | None = None) -> FastAPI:
    """Return the case system.

    Args:
        path: Where its notes are kept.
        client: Calls the service; from `TRIAGE_URL` and `TRIAGE_KEY` by default.
    """
    service = client or TriageClient(
        os.environ.get("TRIAGE_URL", "http://127.0.0.1:8000"), key=os.environ.get("TRIAGE_KEY"), retries=1
    )
    notes = CaseNotes(path)
    templates = Jinja2Templates(HERE / "templates")
    app = FastAPI(title="Example case system", openapi_url=None)
    app.mount("/static", StaticFiles(directory=HERE / "static"))

    @app.get("/", response_class=HTMLResponse)
    def list_notes(request: Request) -> Response:
        assess_waiting(notes, service)
        found = [note | {"answer": json.loads(note["assessment"] or "null")} for note in notes.read()]
        return templates.TemplateResponse(request, "notes.html", {"notes": found})

    @app.post("/notes")
    def save_note(
        case_id: Annotated[str, Form()], content: Annotated[str, Form()], title: Annotated[str, Form()] = ""
    ) -> Response:
        note_id = notes.save(case_id=case_id, title=title, content=content)
        assess_waiting(notes, service)
        return RedirectResponse(f"/notes/{note_id}", status_code=303)

    @app.get("/notes/{note_id}", response_class=HTMLResponse)
    def show_note(request: Request, note_id: int) -> Response:
        found = next((note for note in notes.read() if note["id"] == note_id), None)
        if found is None:
            return Response("No such note.", status_code=404)
        answer = json.loads(found["assessment"] or "null")
        return templates.TemplateResponse(request, "note.html", {"note": found, "answer": answer})

    return app
