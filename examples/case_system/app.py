"""A very small case system: it saves notes, shows the words a flag rests on, and sends back what a supervisor says.

Run `triage serve` in one terminal and, in another, from the directory of the project:

    uvicorn --factory examples.case_system.app:create_app --port 8080

then open http://127.0.0.1:8080. `TRIAGE_URL` and `TRIAGE_KEY` name another service and its key. Where the service has
a review store, notes are stored there and a supervisor can review them; otherwise they are only assessed.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from api.client import ServiceError, TriageClient
from api.review.wire import ReviewIn
from api.wire import CaseNoteIn
from triage.review.vocabulary import OUTCOMES, REASONS, Reason

HERE = Path(__file__).parent
SOURCE = "example-case-system"
TABLE = """
CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, title TEXT NOT NULL, content TEXT NOT NULL, created TEXT NOT NULL,
    assessment TEXT, item TEXT, review TEXT, review_sent TEXT
)
"""
_MORE_NEEDED = (Reason.WRONG_INDICATOR, Reason.WRONG_WORDS, Reason.WRONG_STATUS)
"""Reasons that ask for a correction too; this page leaves them out."""


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

    def keep_assessment(self, note_id: int, assessment: str, item: str | None) -> None:
        """Keep the answer beside the note, and the note's id in the review store."""
        with self._connect() as connection:
            connection.execute("UPDATE notes SET assessment = ?, item = ? WHERE id = ?", (assessment, item, note_id))

    def keep_review(self, note_id: int, review: str) -> None:
        """Keep what the supervisor said; the first review of a note stands."""
        with self._connect() as connection:
            connection.execute("UPDATE notes SET review = ? WHERE id = ? AND review IS NULL", (review, note_id))

    def keep_review_sent(self, note_id: int, said: str) -> None:
        """Keep what the service said to the review."""
        with self._connect() as connection:
            connection.execute("UPDATE notes SET review_sent = ? WHERE id = ?", (said, note_id))

    def read(self) -> list[dict[str, Any]]:
        """Return all notes, newest first."""
        with self._connect() as connection:
            return [dict(row) for row in connection.execute("SELECT * FROM notes ORDER BY id DESC")]

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection


def send_waiting(notes: CaseNotes, client: TriageClient) -> None:
    """Send every note and review that has no answer yet; nothing is lost because the service is away."""
    try:
        for note in notes.read():
            if note["assessment"] is None:
                assess(notes, note, client)
            elif note["item"] and note["review"] and note["review_sent"] is None:
                send_review(notes, note, client)
    except (ServiceError, httpx.TransportError):
        return


def assess(notes: CaseNotes, note: dict[str, Any], client: TriageClient) -> None:
    """Have a note stored and assessed, or only assessed where the service has no review store."""
    sent = CaseNoteIn(
        caseNoteId=note["id"],
        caseId=note["case_id"],
        caseNoteTitle=note["title"],
        caseNoteContent=note["content"],
        createdOn=note["created"],
    )
    try:
        stored = client.store(sent, source=SOURCE)
        notes.keep_assessment(note["id"], stored.assessment.model_dump_json(), stored.item_id)
    except ServiceError as error:
        if error.status != 404:
            raise
        notes.keep_assessment(note["id"], client.assess_case_note(sent).model_dump_json(), None)


def send_review(notes: CaseNotes, note: dict[str, Any], client: TriageClient) -> None:
    """Send what the supervisor said; the same review may be sent again without harm."""
    try:
        kept = client.review(note["item"], ReviewIn.model_validate_json(note["review"]))
        notes.keep_review_sent(note["id"], f"Sent; the note is now: {kept.state.replace('_', ' ')}.")
    except ServiceError as error:
        if error.problem is None or error.status not in (404, 409, 422):
            raise
        # Sending it again would not help: whoever looks at the note is told why.
        reasons = " ".join(fault.detail for fault in error.problem.errors) or error.problem.detail
        notes.keep_review_sent(note["id"], f"Not taken: {reasons}.")


def review_of(answer: dict[str, Any], form: dict[str, str]) -> ReviewIn:
    """Return what a supervisor said of each flag: its verdict, and why where the supervisor disagrees."""
    decisions = []
    for flag in answer["flags"]:
        said = form.get(flag["indicator"], "unsure")
        disagrees = said in set(REASONS)
        verdict = {"verdict": "disagree", "reason": said} if disagrees else {"verdict": said}
        decisions.append({"indicator": flag["indicator"], **verdict})
    who = {"source": SOURCE, "reviewer": form["reviewer"], "outcome": form["outcome"]}
    return ReviewIn.model_validate({**who, "decisions": decisions})


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
    app = FastAPI(title="Example case system", openapi_url=None)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    _add_pages(app, notes, lambda: send_waiting(notes, service))
    return app


def _add_pages(app: FastAPI, notes: CaseNotes, send: Callable[[], None]) -> None:
    templates = Jinja2Templates(HERE / "templates")
    reasons = {reason.value: text for reason, text in REASONS.items() if reason not in _MORE_NEEDED}
    shown = {"reasons": reasons, "outcomes": {outcome.value: text for outcome, text in OUTCOMES.items()}}

    def read(note_id: int) -> dict[str, Any] | None:
        found = next((note for note in notes.read() if note["id"] == note_id), None)
        return found and found | {"answer": json.loads(found["assessment"] or "null")}

    @app.get("/", response_class=HTMLResponse)
    def list_notes(request: Request) -> Response:
        send()
        found = [note | {"answer": json.loads(note["assessment"] or "null")} for note in notes.read()]
        return templates.TemplateResponse(request, "notes.html", {"notes": found})

    @app.post("/notes")
    def save_note(
        case_id: Annotated[str, Form()], content: Annotated[str, Form()], title: Annotated[str, Form()] = ""
    ) -> Response:
        note_id = notes.save(case_id=case_id, title=title, content=content)
        send()
        return RedirectResponse(f"/notes/{note_id}", status_code=303)

    @app.get("/notes/{note_id}", response_class=HTMLResponse)
    def show_note(request: Request, note_id: int) -> Response:
        if (note := read(note_id)) is None:
            return Response("No such note.", status_code=404)
        return templates.TemplateResponse(request, "note.html", {"note": note, "answer": note["answer"], **shown})

    @app.post("/notes/{note_id}/review")
    async def save_review(request: Request, note_id: int) -> Response:
        if (note := read(note_id)) is None or note["item"] is None:
            return Response("No such note.", status_code=404)
        form = {name: str(value) for name, value in (await request.form()).items()}
        notes.keep_review(note_id, review_of(note["answer"], form).model_dump_json())
        await run_in_threadpool(send)
        return RedirectResponse(f"/notes/{note_id}", status_code=303)
