"""The service with the review pages: what `triage serve` runs where people can sign in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from api.app import create_app
from api.review.routes import notes
from api.review.settings import PageSettings, SignIn, read_page_settings
from api.review.site import Desk, make_site
from api.review.visit import PREFIX
from api.security import is_loopback
from api.settings import ServiceSettings, read_settings
from triage.errors import SettingsError, TriageError
from triage.knowledge.schemas import Knowledge
from triage.review.settings import ReviewSettings
from triage.service import ReviewService
from triage.triager import Triager

_log = structlog.get_logger("triage.review")


def create_review_app(
    settings: ServiceSettings | None = None,
    *,
    pages: PageSettings | None = None,
    store: ReviewSettings | None = None,
) -> FastAPI:
    """Return the service with `POST /v1/notes` and the review pages; settings are read from `TRIAGE_*`.

    Raises:
        SettingsError: Nobody could sign in, or single-user mode would be open to other machines.
    """
    settings = settings or read_settings()
    pages = pages or read_page_settings()
    check_pages(settings, pages)
    desk = Desk()
    app = create_app(settings, routers=[notes.router, _opening(desk, settings, store or ReviewSettings())])
    app.state.desk = desk
    app.mount(PREFIX, make_site(pages, desk))
    app.add_route("/", _to_pages, include_in_schema=False)
    return app


async def _to_pages(_request: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/", 303)


def check_pages(settings: ServiceSettings, pages: PageSettings) -> None:
    """Raise SettingsError where the pages must not be served."""
    if pages.sign_in is SignIn.NONE:
        raise SettingsError("choose how people sign in", code="no_sign_in", where="TRIAGE_SIGN_IN")
    if pages.sign_in is SignIn.SINGLE_USER and settings.host != "localhost" and not is_loopback(settings.host):
        raise SettingsError(
            "single-user mode is for one person on this machine; leave TRIAGE_HOST at 127.0.0.1",
            code="single_user_exposed",
            where=settings.host,
        )


def _opening(desk: Desk, settings: ServiceSettings, store: ReviewSettings) -> APIRouter:
    """Return a router without routes, whose lifespan opens and closes the store."""

    @asynccontextmanager
    async def open_desk(_app: object) -> AsyncIterator[None]:
        try:
            desk.service, desk.knowledge = await run_in_threadpool(_open, settings, store)
        except TriageError as error:
            _log.error("review not ready", code=error.code, message=str(error))
        yield
        if desk.service is not None:
            desk.service.close()
            desk.service = None

    return APIRouter(lifespan=open_desk)


def _open(settings: ServiceSettings, store: ReviewSettings) -> tuple[ReviewService, Knowledge]:
    # Not the triager of `POST /v1/assess`: that one works in the event loop, and spaCy's is not to be shared.
    triager = Triager.load(
        knowledge_dir=settings.knowledge_dir, models_dir=settings.models_dir, max_characters=settings.max_characters
    )
    return ReviewService.open(store, triager), triager.knowledge
