"""POST /v1/notes/{item_id}/reviews: a case system sends back what its supervisor said of a stored note."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import ValidationError

from api.body import read_json
from api.keys import Scope
from api.openapi import body_of, problem_responses
from api.problems import (
    INVALID_FIELD,
    NOT_FOUND,
    REVIEW_CONFLICT,
    STORE_UNAVAILABLE,
    FieldError,
    ProblemError,
    come_back,
    field_errors,
)
from api.review.quoting import find_words
from api.review.visit import service_of
from api.review.wire import DecisionIn, ReviewIn, ReviewOut
from api.security import Caller, require
from api.settings import ServiceSettings
from triage.errors import (
    InvalidTransition,
    KeyRingError,
    NotAllowed,
    NotFound,
    ReviewConflict,
    ReviewError,
    StoreUnavailable,
)
from triage.review.people import Person, Role
from triage.review.records import Decision
from triage.service import ReviewService

router = APIRouter(prefix="/v1", tags=["review"])

Sender = Annotated[Caller, Depends(require(Scope.REVIEW))]
_FAULTY = frozenset({"bad_decision", "bad_value", "undecided_flags"})
"""What is wrong with the review itself, and not with the moment at which it comes."""
_IN_PLACE_OF = {"judge_first": "this note is read without its flags; review it on the review pages"}
"""Where the store speaks to somebody who has the page open."""


@router.post(
    "/notes/{item_id}/reviews",
    status_code=201,
    response_model=ReviewOut,
    responses={
        200: {"description": "The same review was stored before.", "model": ReviewOut},
        **problem_responses(400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503),
    },
    openapi_extra={"requestBody": body_of(ReviewIn, kind="review")},
    summary="Send back a supervisor's review of a stored note",
)
async def store_review(request: Request, caller: Sender, item_id: str) -> Response:
    """Store what a supervisor said of every flag of a note, and what happens next: all of it, or nothing.

    The same review of the same person again changes nothing, so a request is safe to repeat; another one is refused.
    """
    settings: ServiceSettings = request.app.state.settings
    body = await read_json(request, max_bytes=settings.max_body_bytes, seconds=settings.body_seconds)
    try:
        received = ReviewIn.model_validate(body)
    except ValidationError as error:
        raise ProblemError(INVALID_FIELD, "See 'errors' for each fault.", field_errors(error)) from None
    request.app.state.gate.charge(caller, 1)
    answer = await run_in_threadpool(_store, request, caller, item_id, received)
    return Response(answer.model_dump_json(), 201 if answer.created else 200, media_type="application/json")


def _store(request: Request, caller: Caller, item_id: str, received: ReviewIn) -> ReviewOut:
    # The system vouches for the person, under a name that nobody who signs in to the pages has.
    name = f"system:{received.source}:{received.reviewer}"
    person = Person(name, received.reviewer, frozenset({Role.REVIEWER}))
    try:
        service = service_of(request)
        decisions = _decisions(service, person, item_id, received)
        item, created = service.keep_review(
            person,
            item_id,
            decisions=decisions,
            outcome=received.outcome,
            comment=received.comment.strip(),
            through=f"key:{caller.id}",
        )
    except ReviewError as error:
        raise _problem(error) from None
    return ReviewOut(item_id=item.id, state=item.state, created=created)


def _decisions(service: ReviewService, person: Person, item_id: str, received: ReviewIn) -> list[Decision]:
    said = [decision.indicator for decision in received.decisions]
    text = ""
    if any(decision.words for decision in received.decisions):
        text = service.note_page(person, item_id).note.text
    decisions = []
    for number, decision in enumerate(received.decisions):
        if decision.indicator in said[:number]:
            raise _bad(number, "indicator", "there is another decision on this indicator")
        decisions.append(_decision(decision, number, text))
    return decisions


def _decision(sent: DecisionIn, number: int, text: str) -> Decision:
    start = end = None
    if sent.words:
        try:
            start, end = find_words(text, sent.words)
        except InvalidTransition as fault:
            raise _bad(number, "words", fault.message) from None
    return Decision(
        indicator=sent.indicator,
        verdict=sent.verdict,
        reason=sent.reason,
        corrected_indicator=sent.corrected_indicator,
        corrected_status=sent.corrected_status,
        corrected_level=sent.corrected_level,
        start=start,
        end=end,
        comment=sent.comment.strip(),
    )


def _bad(number: int, field: str, message: str) -> InvalidTransition:
    return InvalidTransition(message, code="bad_decision", where=f"decisions/{number}/{field}")


def _problem(error: ReviewError) -> ProblemError:
    match error:
        case InvalidTransition() if error.code in _FAULTY:
            return ProblemError(INVALID_FIELD, "See 'errors' for each fault.", (_fault(error),))
        case NotFound():
            return ProblemError(NOT_FOUND, "There is no such note, or the reviewer is not named for its case.")
        case StoreUnavailable() | KeyRingError():
            return come_back(STORE_UNAVAILABLE, error.message)
        case NotAllowed() | ReviewConflict() | InvalidTransition():
            fault = FieldError(code=error.code, detail=_IN_PLACE_OF.get(error.code, error.message))
            return ProblemError(REVIEW_CONFLICT, "See 'errors' for the reason.", (fault,))
        case _:
            raise error


def _fault(error: InvalidTransition) -> FieldError:
    # The store counts characters where the sender writes words.
    where = (error.where or "decisions").replace("/start", "/words")
    return FieldError(pointer=f"#/{where}", code=error.code, detail=error.message)
