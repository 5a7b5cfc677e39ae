"""What surrounds every request: its id, security headers, a log line, metrics, and an answer where all else fails."""

import re
import secrets
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import describe
from api.metrics import Metrics
from api.problems import INTERNAL, ProblemError, respond

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A route may set its own instead."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = structlog.get_logger("triage.requests")


class RequestFrame:
    """Pure ASGI middleware, the outermost.

    Args:
        app: The application.
        metrics: Where requests are counted.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status = 0
        scope["request_id"] = _request_id(scope)

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = scope["request_id"]
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_framed)
        except Exception as error:  # The last resort: the caller gets a problem, the log where it happened.
            _log.error("unexpected error", request_id=scope["request_id"], **describe(error))
            if status:
                raise ConnectionAbortedError from None
            await _internal_error(scope)(scope, receive, send_framed)
        finally:
            self._record(scope, status, perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "none"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.count_request(route=route, method=method, status=status, seconds=seconds)
        _log.info(
            "request",
            request_id=scope["request_id"],
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            caller=scope.get("caller_id"),
            notes=scope.get("note_count"),
        )


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)


def _internal_error(scope: Scope) -> ASGIApp:
    return respond(Request(scope), ProblemError(INTERNAL, "Report the request_id to the operator."))
