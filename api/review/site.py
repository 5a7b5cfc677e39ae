"""The pages as an application of their own, with sessions, its own security headers, and errors as pages."""

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.review.faults import on_http_exception, on_refusal, on_sign_in_needed
from api.review.rendering import STATIC
from api.review.routes import audit, case, choices, judging, note, overview, people, queue, settling, sign_in
from api.review.settings import PageSettings, SignIn
from api.review.sign_in import SignInNeeded, make_identifier
from triage.errors import TriageError
from triage.knowledge.schemas import Knowledge
from triage.service import ReviewService

MAX_FORM_BYTES = 512 * 1024
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"]


@dataclass
class Desk:
    """What the pages read from, once it is open.

    Attributes:
        service: None while the store is not open; every page then says so.
        knowledge: Names, definitions and sources of the indicators.
    """

    service: ReviewService | None = None
    knowledge: Knowledge | None = None


def make_site(settings: PageSettings, desk: Desk) -> FastAPI:
    """Return the pages, to be mounted at `visit.PREFIX`."""
    site = FastAPI(
        openapi_url=None,
        max_body_size=MAX_FORM_BYTES,
        exception_handlers={
            SignInNeeded: on_sign_in_needed,
            TriageError: on_refusal,
            HTTPException: on_http_exception,
            RequestValidationError: on_http_exception,
        },
    )
    site.state.desk = desk
    site.state.settings = settings
    site.state.identifier = make_identifier(settings)
    for module in (queue, note, judging, settling, case, overview, people, audit, choices, sign_in):
        site.include_router(module.router)
    site.mount("/static", StaticFiles(directory=STATIC))
    secret = settings.session_secret.get_secret_value() if settings.session_secret else ""
    site.add_middleware(
        SessionMiddleware,
        secret_key=secret,
        session_cookie="__Host-triage" if settings.secure_cookies else "triage",
        max_age=settings.session_idle_minutes * 60,
        same_site="lax",
        https_only=settings.secure_cookies,
    )
    if settings.sign_in is SignIn.SINGLE_USER:
        # A web page that rebinds its own name to this machine must not reach the pages.
        site.add_middleware(TrustedHostMiddleware, allowed_hosts=_LOOPBACK_NAMES, www_redirect=False)
    site.add_middleware(PolicyHeaders)
    return site


class PolicyHeaders:
    """Pure ASGI middleware that lets pages load their own style sheet and script, and nothing else.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = _POLICY
            await send(message)

        await self._app(scope, receive, send_with_policy)
