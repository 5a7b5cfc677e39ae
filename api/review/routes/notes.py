"""POST /v1/notes: stores, assesses and queues a note; the same note again changes nothing."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import ValidationError

from api.body import read_json
from api.keys import Scope
from api.openapi import body_of, problem_responses
from api.problems import (
    INSUFFICIENT_SCOPE,
    INVALID_FIELD,
    KEY_REUSED,
    STORE_UNAVAILABLE,
    FieldError,
    ProblemError,
    come_back,
    field_errors,
    pointer,
)
from api.review.wire import StoreIn, StoreOut
from api.security import Caller, require
from api.settings import ServiceSettings
from api.submission import Submission as Parts
from api.submission import submission_of
from api.wire import is_case_note, parse_note_in
from triage.errors import KeyRingError, NotAllowed, NoteError, ReviewConflict, StoreUnavailable
from triage.review.people import Person, Role
from triage.review.records import Receipt, Submission
from triage.review.replays import RequestKey
from triage.service import ReviewService

router = APIRouter(prefix="/v1", tags=["review"])

Submitter = Annotated[Caller, Depends(require(Scope.REVIEW))]
_CASE_NAMES = {"id": "caseNoteId", "case_id": "caseId", "author_role": "authorRole"}


@router.post(
    "/notes",
    status_code=201,
    response_model=StoreOut,
    responses={
        200: {"description": "The same note was stored before.", "model": StoreOut},
        **problem_responses(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
    },
    openapi_extra={"requestBody": body_of(StoreIn, kind="store")},
    summary="Store a note and queue it for review",
)
async def store_note(
    request: Request,
    caller: Submitter,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Response:
    """Store a note for people to review.

    The same source, id and text change nothing, however often they are sent; a changed text is a new version. With an
    `Idempotency-Key` the same request gets the answer that it got first, for 24 hours; the key belongs to the API key
    and the source. The same key with another body is refused.
    """
    settings: ServiceSettings = request.app.state.settings
    body = await read_json(request, max_bytes=settings.max_body_bytes, seconds=settings.body_seconds)
    try:
        received = StoreIn.model_validate(body)
    except ValidationError as error:
        raise ProblemError(INVALID_FIELD, "See 'errors' for each fault.", field_errors(error)) from None
    parts = _read_note(received.note, settings)
    submission = Submission(
        source=received.source,
        note=parts.note,
        team=received.team,
        consent=received.consent,
        restricted=received.restricted,
    )
    named = RequestKey(idempotency_key, _canonical(body)) if idempotency_key else None
    request.app.state.gate.charge(caller, 1)
    receipt = await run_in_threadpool(_submit, _service(request), caller, submission, named, received.note)
    answer = StoreOut(
        item_id=receipt.item_id,
        note_version=receipt.note_version,
        created=receipt.created,
        state=receipt.state,
        assessment=parts.answer(receipt.assessment),
    )
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    if receipt.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(
        answer.model_dump_json(), 201 if receipt.created else 200, headers=headers, media_type="application/json"
    )


def _read_note(note: Any, settings: ServiceSettings) -> Parts:
    try:
        return submission_of(parse_note_in(note), max_characters=settings.max_characters)
    except ValidationError as error:
        faults = field_errors(error, prefix=("note",))
        raise ProblemError(INVALID_FIELD, "See 'errors' for each fault.", faults) from None


def _canonical(body: Any) -> str:
    """Return what was sent without what JSON leaves to the writer: spaces and the order of fields."""
    return json.dumps(body, sort_keys=True)


def _unstorable(error: NoteError, note: Any) -> FieldError:
    """Return where a note is faulty that could be assessed but not stored, as its sender names the field."""
    field = error.where or "id"
    if field in ("source", "team"):
        return FieldError(pointer=pointer([field]), code=error.code, detail=error.message)
    written = _CASE_NAMES.get(field, field) if is_case_note(note) else field
    return FieldError(pointer=pointer(["note", written]), code=error.code, detail=error.message)


def _submit(
    service: ReviewService, caller: Caller, submission: Submission, named: RequestKey | None, note: Any
) -> Receipt:
    actor = Person(f"key:{caller.id}", f"API key {caller.id}", frozenset({Role.SYSTEM}))
    try:
        return service.submit(actor, submission, named=named)
    except NoteError as error:
        raise ProblemError(INVALID_FIELD, "See 'errors' for each fault.", (_unstorable(error, note),)) from None
    except NotAllowed as error:
        raise ProblemError(INSUFFICIENT_SCOPE, error.message) from None
    except ReviewConflict as error:
        if error.code == "key_reused":
            raise ProblemError(KEY_REUSED, "Send a new key with each new request.") from None
        raise come_back(STORE_UNAVAILABLE, error.message) from None
    except (StoreUnavailable, KeyRingError) as error:
        raise come_back(STORE_UNAVAILABLE, error.message) from None


def _service(request: Request) -> ReviewService:
    service: ReviewService | None = request.app.state.desk.service
    if service is None:
        raise come_back(STORE_UNAVAILABLE, "The operator sees why in the log.", seconds=10)
    return service
