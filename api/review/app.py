"""The service with the review pages: what `triage serve` runs where people can sign in."""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from api.app import create_app
from api.review.opening import Opening
from api.review.routes import notes, reviews
from api.review.settings import PageSettings, SignIn, read_page_settings
from api.review.site import Desk, make_site
from api.review.visit import PREFIX
from api.security import is_loopback
from api.settings import ServiceSettings, read_settings
from triage.errors import SettingsError
from triage.review.settings import ReviewSettings


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
    opening = Opening(desk, store or ReviewSettings())
    app = create_app(settings, routers=[notes.router, reviews.router, opening.router()], checks=[opening.check])
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
