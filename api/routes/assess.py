"""POST /v1/assess and /v1/assess/batch: stateless assessment of notes."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from api.body import read_json
from api.fields import FieldedAssessment
from api.keys import Scope
from api.metrics import Metrics
from api.openapi import BATCH_BODY, NOTE_BODY, NOTE_RESPONSES, problem_responses
from api.problems import (
    INVALID_FIELD,
    NOT_READY,
    TOO_MANY_NOTES,
    FieldError,
    Problem,
    ProblemError,
    come_back,
    field_errors,
)
from api.scheduler import Finished
from api.security import Caller, require
from api.serving import Serving
from api.settings import ServiceSettings
from api.submission import Submission, submission_of
from api.wire import AssessQuery, BatchOut, BatchResult, parse_note_in
from triage.flag import Assessment
from triage.page import render_fragment

ASSESS_PROBLEMS = problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 503)

Assessor = Annotated[Caller, Depends(require(Scope.ASSESS))]


router = APIRouter(prefix="/v1", tags=["assess"])


@router.post(
    "/assess",
    response_model=Assessment | FieldedAssessment,
    responses={**NOTE_RESPONSES, **ASSESS_PROBLEMS},
    openapi_extra={"requestBody": NOTE_BODY},
    summary="Assess one note",
)
async def assess(request: Request, caller: Assessor, query: Annotated[AssessQuery, Query()]) -> Response:
    """Return the flags of one note with the exact words.

    Nothing is stored. With `format=html` the answer is a fragment to embed: the note with its evidence marked, and its
    flags listed. A note that cannot be assessed has `outcome: not_assessed` and a cause: a person reads it.
    """
    settings: ServiceSettings = request.app.state.settings
    serving = serving_of(request)
    body = await read_json(request, max_bytes=settings.max_body_bytes, seconds=settings.body_seconds)
    submission = _submission(body, settings)

    def finish(_place: int, assessment: Assessment) -> Response:
        if query.format == "html":
            return HTMLResponse(render_fragment(submission.note, assessment))
        return _json(submission.answer(assessment).model_dump_json())

    return (await _assess(request, caller, serving, [submission], finish))[0]


@router.post(
    "/assess/batch",
    response_model=BatchOut,
    responses=ASSESS_PROBLEMS,
    openapi_extra={"requestBody": BATCH_BODY},
    summary="Assess up to 500 notes",
)
async def assess_batch(request: Request, caller: Assessor) -> Response:
    """Return one result a note, in the order sent; a faulty note gives its own problem and the others are assessed."""
    settings: ServiceSettings = request.app.state.settings
    serving = serving_of(request)
    body = await read_json(request, max_bytes=settings.max_batch_bytes, seconds=settings.body_seconds)
    values = _batch_of(body, settings)
    read = []
    for index, value in enumerate(values):
        read.append(_submission_or_problem(value, index, settings))
        # Reading a lot of HTML takes a while; others are served meanwhile.
        await asyncio.sleep(0)
    faulty = {index: item for index, item in enumerate(read) if isinstance(item, Problem)}
    submissions = {index: item for index, item in enumerate(read) if isinstance(item, Submission)}
    places = list(submissions)
    results = {
        index: BatchResult(index=index, note_id=_note_id(values[index]), problem=problem).model_dump_json()
        for index, problem in faulty.items()
    }

    def finish(place: int, assessment: Assessment) -> None:
        index, item = places[place], submissions[places[place]]
        answered = BatchResult(index=index, note_id=item.note.id, assessment=item.answer(assessment))
        results[index] = answered.model_dump_json()

    await _assess(request, caller, serving, list(submissions.values()), finish)
    return _json(f'{{"results":[{",".join(results[index] for index in range(len(values)))}]}}')


def serving_of(request: Request) -> Serving:
    """Return what the worker serves.

    Raises:
        ProblemError: Nothing is loaded.
    """
    serving: Serving | None = request.app.state.serving
    if serving is None:
        raise come_back(NOT_READY, "The operator must repair the knowledge or the model.", seconds=30)
    return serving


async def _assess(
    request: Request,
    caller: Caller,
    serving: Serving,
    submissions: list[Submission],
    finish: Callable[[int, Assessment], Finished],
) -> list[Finished]:
    metrics: Metrics = request.app.state.metrics

    def count_and_finish(place: int, assessment: Assessment) -> Finished:
        metrics.count_assessment(assessment)
        return finish(place, assessment)

    request.scope["note_count"] = len(submissions)
    request.app.state.gate.charge(caller, max(len(submissions), 1))
    notes = [submission.note for submission in submissions]
    return await serving.scheduler.assess(notes, finish=count_and_finish)


def _submission(value: Any, settings: ServiceSettings, *, prefix: tuple[str | int, ...] = ()) -> Submission:
    try:
        return submission_of(parse_note_in(value), max_characters=settings.max_characters)
    except ValidationError as error:
        raise ProblemError(INVALID_FIELD, "See 'errors' for each fault.", field_errors(error, prefix=prefix)) from None


def _submission_or_problem(value: Any, index: int, settings: ServiceSettings) -> Submission | Problem:
    try:
        return _submission(value, settings, prefix=("notes", index))
    except ProblemError as error:
        return error.problem()


def _batch_of(value: Any, settings: ServiceSettings) -> list[Any]:
    notes = value.get("notes") if isinstance(value, dict) else None
    if not isinstance(notes, list) or not notes or value.keys() - {"notes"}:
        fault = FieldError(pointer="#/notes", code="notes", detail="a list of at least one note, and nothing else")
        raise ProblemError(INVALID_FIELD, "See 'errors' for each fault.", (fault,))
    if len(notes) > settings.max_batch_notes:
        raise ProblemError(TOO_MANY_NOTES, f"Send at most {settings.max_batch_notes} notes at once.")
    return notes


def _note_id(value: Any) -> str | None:
    """Return the caller's identifier of a faulty note, where it can be read."""
    named = (value.get("id", value.get("caseNoteId"))) if isinstance(value, dict) else None
    try:
        return str(named) if isinstance(named, int | str) and len(str(named).encode()) <= 200 else None
    except ValueError:
        return None


def _json(body: str) -> Response:
    return Response(body, media_type="application/json")
