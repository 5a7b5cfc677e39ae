"""POST /v1/notes: stores, assesses and queues a note; the same note again changes nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.body import read_json
from api.fields import FieldedAssessment
from api.keys import Scope
from api.openapi import problem_responses
from api.problems import INSUFFICIENT_SCOPE, INVALID_FIELD, NOT_READY, ProblemError, come_back, field_errors
from api.security import Caller, require
from api.settings import ServiceSettings
from api.submission import Submission as Parts
from api.submission import submission_of
from api.wire import parse_note_in
from triage.errors import NotAllowed, NoteError, ReviewConflict, StoreUnavailable
from triage.flag import Assessment, Frozen
from triage.review.people import Person, Role
from triage.review.records import Receipt, Submission
from triage.review.vocabulary import ItemState
from triage.service import ReviewService

router = APIRouter(prefix="/v1", tags=["review"])

Submitter = Annotated[Caller, Depends(require(Scope.REVIEW))]


class StoreIn(BaseModel):
    """A note to store and queue.

    Attributes:
        source: The system that sends it; with the note's id it names the note.
        note: As `POST /v1/assess` takes it; its id is required.
        team: Whose queue it belongs to.
        consent: Whether its reviewed text may be used for training.
        restricted: Only people named for its case may see it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    source: str = Field(min_length=1, max_length=100)
    note: Any
    team: str | None = Field(default=None, max_length=100)
    consent: bool = False
    restricted: bool = False


class StoreOut(Frozen):
    """What became of the note.

    Attributes:
        item_id: Opaque id of the review item.
        note_version: 1 for a new note, one more for each changed text.
        created: False where the same text was stored before.
    """

    item_id: str
    note_version: int
    created: bool
    state: ItemState
    assessment: Assessment | FieldedAssessment


def _body() -> dict[str, Any]:
    schema = StoreIn.model_json_schema()
    schema["properties"]["note"] = {
        "anyOf": [{"$ref": "#/components/schemas/NoteIn"}, {"$ref": "#/components/schemas/CaseNoteIn"}]
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}


@router.post(
    "/notes",
    status_code=201,
    response_model=StoreOut,
    responses={
        200: {"description": "The same note was stored before.", "model": StoreOut},
        **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 503),
    },
    openapi_extra={"requestBody": _body()},
    summary="Store a note and queue it for review",
)
async def store_note(
    request: Request, caller: Submitter, idempotency_key: Annotated[str | None, Header(max_length=255)] = None
) -> Response:
    """Store a note for people to review.

    The same source, id and text give the same answer, however often they are sent; a changed text is a new version.
    So a request is safe to repeat, with or without `Idempotency-Key`, which is given back as it came.
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
    request.app.state.gate.charge(caller, 1)
    desk = request.app.state.desk
    # One note at a time: the store's triager is not to be shared between threads.
    async with desk.submitting:
        receipt = await run_in_threadpool(_submit, _service(request), caller, submission)
    answer = StoreOut(
        item_id=receipt.item_id,
        note_version=receipt.note_version,
        created=receipt.created,
        state=receipt.state,
        assessment=parts.answer(receipt.assessment),
    )
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    return Response(
        answer.model_dump_json(), 201 if receipt.created else 200, headers=headers, media_type="application/json"
    )


def _read_note(note: Any, settings: ServiceSettings) -> Parts:
    try:
        return submission_of(parse_note_in(note), max_characters=settings.max_characters)
    except ValidationError as error:
        faults = field_errors(error, prefix=("note",))
        raise ProblemError(INVALID_FIELD, "See 'errors' for each fault.", faults) from None


def _submit(service: ReviewService, caller: Caller, submission: Submission) -> Receipt:
    actor = Person(f"key:{caller.id}", f"API key {caller.id}", frozenset({Role.SYSTEM}))
    try:
        return service.submit(actor, submission)
    except NoteError as error:
        raise ProblemError(INVALID_FIELD, error.message) from None
    except NotAllowed as error:
        raise ProblemError(INSUFFICIENT_SCOPE, error.message) from None
    except (StoreUnavailable, ReviewConflict) as error:
        raise come_back(NOT_READY, error.message) from None


def _service(request: Request) -> ReviewService:
    service: ReviewService | None = request.app.state.desk.service
    if service is None:
        raise come_back(NOT_READY, "The operator must open the store.", seconds=30)
    return service
