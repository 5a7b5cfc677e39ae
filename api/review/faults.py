"""Errors as pages: what happened and what to do, with the status that programs expect."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from api.review.rendering import render
from api.review.visit import PREFIX, frame, session_of
from triage.errors import (
    InvalidTransition,
    KeyRingError,
    NotAllowed,
    NotFound,
    ReviewConflict,
    StoreUnavailable,
    TriageError,
)

_STATUSES: tuple[tuple[type[TriageError], int, str], ...] = (
    (NotAllowed, 403, "You may not do this"),
    (NotFound, 404, "Not found"),
    (ReviewConflict, 409, "This has changed since you opened it"),
    (InvalidTransition, 422, "This cannot be done now"),
    (StoreUnavailable, 503, "The store does not answer"),
    (KeyRingError, 503, "The store cannot be read"),
)
_HTTP = {
    404: ("Not found", "Check the address, or go back to the queue."),
    405: ("Not found", "Check the address, or go back to the queue."),
}


def status_of(error: TriageError) -> tuple[int, str]:
    """Return the HTTP status and the heading for an error."""
    if isinstance(error, InvalidTransition) and error.code in ("wrong_state", "nothing_to_undo"):
        return 409, "This has changed since you opened it"
    return next(((status, title) for kind, status, title in _STATUSES if isinstance(error, kind)), (500, "An error"))


async def on_refusal(request: Request, error: Exception) -> Response:
    """Answer what the store or a policy refuses."""
    assert isinstance(error, TriageError)
    status, title = status_of(error)
    return _page(request, status, title, error.message)


async def on_sign_in_needed(request: Request, _error: Exception) -> Response:
    """Send a reader to sign in; a form is not repeated, so it says so."""
    if request.method == "GET":
        return RedirectResponse(f"{PREFIX}/sign-in", 303)
    return _page(request, 401, "Sign in again", "Your session has ended and this form was not stored. Sign in again.")


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: unknown addresses and faulty parameters."""
    status = error.status_code if isinstance(error, HTTPException) else 422
    title, text = _HTTP.get(status, ("This cannot be read", "Something in the address or form is not as expected."))
    return _page(request, status, title, text)


def _page(request: Request, status: int, title: str, text: str) -> Response:
    # A refused request has no say in who is signed in: the page is the same for everybody.
    context = frame(request, session_of(request), None) | {"title": title, "text": text}
    retry = {"Retry-After": "10"} if status == 503 else None
    return HTMLResponse(render("fault.html", context), status, headers=retry)
