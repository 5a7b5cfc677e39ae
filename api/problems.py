"""Every failure as RFC 9457 problem details: a stable type, where it is, what to do, and never the input."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from triage.flag import Frozen

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of failure that programs may rely on.

    Attributes:
        slug: Last part of the type URI; never changed once published.
    """

    slug: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The `type` member of the problem."""
        return f"urn:case-note-triage:problem:{self.slug}"


BAD_REQUEST = Kind("bad-request", 400, "The request could not be read")
MALFORMED_JSON = Kind("malformed-json", 400, "The body is not JSON")
INVALID_UTF8 = Kind("invalid-utf8", 400, "The body is not UTF-8")
UNAUTHENTICATED = Kind("unauthenticated", 401, "A valid API key is needed")
INSUFFICIENT_SCOPE = Kind("insufficient-scope", 403, "The API key lacks the scope")
NOT_FOUND = Kind("not-found", 404, "There is nothing at this address")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "The address does not take this method")
KEY_REUSED = Kind("idempotency-key-reused", 409, "The idempotency key was used for another request")
REVIEW_CONFLICT = Kind("review-conflict", 409, "The note cannot be reviewed this way now")
TIMEOUT = Kind("request-timeout", 408, "The body took too long to arrive")
BODY_TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
TOO_MANY_NOTES = Kind("too-many-notes", 413, "The batch holds too many notes")
UNSUPPORTED_TYPE = Kind("unsupported-media-type", 415, "The body is not of a type that is read here")
UNSUPPORTED_ENCODING = Kind("unsupported-content-encoding", 415, "Compressed bodies are not read")
INVALID_FIELD = Kind("invalid-field", 422, "A field or parameter is missing or wrong")
RATE_LIMITED = Kind("rate-limited", 429, "The API key sent more notes than it may")
INTERNAL = Kind("internal-error", 500, "Something went wrong here")
OVERLOADED = Kind("overloaded", 503, "Too many notes are waiting")
NOT_READY = Kind("not-ready", 503, "The service is not ready")
STORE_UNAVAILABLE = Kind("store-unavailable", 503, "The review store cannot be used")
KEYS_UNREADABLE = Kind("keys-unreadable", 503, "The API keys cannot be checked")

_BY_STATUS = {
    400: BAD_REQUEST,
    401: UNAUTHENTICATED,
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
}


class FieldError(Frozen):
    """One faulty place of a request.

    Attributes:
        pointer: JSON pointer into the body, as a URI fragment (`#/notes/3/text`).
        parameter: Name of the query parameter, where it is not the body.
        code: Stable identifier of the fault.
        detail: What is expected there; never what was sent.
    """

    pointer: str | None = None
    parameter: str | None = None
    code: str
    detail: str


class Problem(Frozen):
    """Problem details (RFC 9457).

    Attributes:
        type: Stable URI of the kind of failure.
        request_id: The correlation id that the log names too.
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: tuple[FieldError, ...] = ()


@dataclass
class ProblemError(Exception):
    """Ends a request with a problem.

    Args:
        detail: What happened and what to do, in plain words; never the input.
        headers: Such as `Retry-After`.
    """

    kind: Kind
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def problem(self, *, request_id: str | None = None) -> Problem:
        """Return what the caller receives."""
        return Problem(
            type=self.kind.type,
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail,
            request_id=request_id,
            errors=self.errors,
        )


def come_back(kind: Kind, detail: str, *, seconds: int = RETRY_SECONDS) -> ProblemError:
    """Return a problem that asks the caller to try again after some seconds."""
    return ProblemError(kind, detail, headers={"Retry-After": str(seconds)})


def field_errors(error: ValidationError, *, prefix: tuple[str | int, ...] = ()) -> tuple[FieldError, ...]:
    """Return where a body is faulty, as JSON pointers, without what was sent."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(_field_error(detail["type"], (*prefix, *detail["loc"]), detail["msg"]) for detail in details)


def pointer(parts: Iterable[str | int]) -> str:
    """Return a JSON pointer (RFC 6901) as a URI fragment."""
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _field_error(code: str, place: tuple[str | int, ...], message: str) -> FieldError:
    if code == "extra_forbidden":
        # The name of an unknown field is input too.
        return FieldError(pointer=pointer(place[:-1]), code=code, detail="holds a field that is not known here")
    return FieldError(pointer=pointer(place), code=code, detail=message)


def respond(request: Request, error: ProblemError) -> Response:
    """Return the answer for a problem."""
    problem = error.problem(request_id=request.scope.get("request_id"))
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, error.kind.status, headers=dict(error.headers), media_type=MEDIA_TYPE)


async def on_problem(request: Request, error: Exception) -> Response:
    """Answer a `ProblemError`."""
    assert isinstance(error, ProblemError)
    return respond(request, error)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: unknown addresses and methods."""
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code) or Kind(f"http-{error.status_code}", error.status_code, "Refused")
    detail = {
        404: "Check the address against the OpenAPI document.",
        405: "See the Allow header for the methods that are taken here.",
    }.get(error.status_code, kind.title + ".")
    return respond(request, ProblemError(kind, detail, headers=error.headers or {}))


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Answer faulty query parameters; the framework's own answer would repeat the input."""
    assert isinstance(error, RequestValidationError)
    errors = tuple(_parameter_error(detail) for detail in error.errors())
    return respond(request, ProblemError(INVALID_FIELD, "See 'errors' for each fault.", errors))


def _parameter_error(detail: dict[str, Any]) -> FieldError:
    place, name = detail["loc"][0], str(detail["loc"][-1])
    if detail["type"] == "extra_forbidden":
        return FieldError(code="extra_forbidden", detail="there is a parameter that is not known here")
    if place == "body":
        return FieldError(pointer=pointer(detail["loc"][1:]), code=detail["type"], detail=detail["msg"])
    return FieldError(parameter=name, code=detail["type"], detail=detail["msg"])
