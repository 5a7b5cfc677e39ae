"""Signing in and out: a link that works once, or OpenID Connect; a proxy needs no page."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.review.oidc import OidcClient
from api.review.rendering import render
from api.review.settings import PageSettings, SignIn
from api.review.sign_in import TRY_OUT_PEOPLE, use_link_token
from api.review.visit import PREFIX, Submitting, frame, service_of, session_of
from triage.errors import NotAllowed, NotFound
from triage.review.people import Person

router = APIRouter()


@router.get("/sign-in")
def show(request: Request) -> Response:
    """Say how to sign in."""
    context = frame(request, session_of(request), None) | {"how": request.app.state.settings.sign_in}
    return HTMLResponse(render("sign_in.html", context))


@router.get("/sign-in/link")
def use_link(request: Request, token: str = "") -> Response:
    """Sign in by the one-time link."""
    settings: PageSettings = request.app.state.settings
    _only(settings, SignIn.SINGLE_USER)
    service_of(request)  # Where the store is not open, the link stays good.
    if settings.link_file is None or not use_link_token(settings.link_file, token):
        raise NotAllowed("this link was used before or is not the right one; start again for a new one", code="link")
    _begin(request, TRY_OUT_PEOPLE["you"])
    return RedirectResponse(PREFIX + "/", 303)


@router.get("/sign-in/oidc")
async def begin_oidc(request: Request) -> Response:
    """Go to the identity provider."""
    settings: PageSettings = request.app.state.settings
    _only(settings, SignIn.OIDC)
    base = str(settings.public_url or request.url.replace(path="", query="")).rstrip("/")
    return await _oidc(request).begin(request, f"{base}{PREFIX}/sign-in/callback")


@router.get("/sign-in/callback")
async def finish_oidc(request: Request) -> Response:
    """Come back from the identity provider."""
    _only(request.app.state.settings, SignIn.OIDC)
    person = await _oidc(request).finish(request)
    await run_in_threadpool(_begin, request, person)
    return RedirectResponse(PREFIX + "/", 303)


@router.post("/sign-out")
def sign_out(known: Submitting) -> Response:
    """End the person's sessions, also where a copy of the cookie is kept."""
    known.service.sign_ins.sign_out(known.person)
    known.session.sign_out()
    return RedirectResponse(PREFIX + "/sign-in", 303)


@router.post("/try-out")
def act_as(known: Submitting) -> Response:
    """Act as another of the people of single-user mode."""
    _only(known.request.app.state.settings, SignIn.SINGLE_USER)
    person = TRY_OUT_PEOPLE.get(known.form.get("person", ""))
    if person is None:
        raise NotFound("there is no such person to act as", code="no_person")
    choices = known.session.choices
    _begin(known.request, person)
    known.session.choose(choices)
    return known.go("/", say=f"You now act as: {person.name}.")


def _begin(request: Request, person: Person) -> None:
    session_of(request).sign_in(person.id, service_of(request).sign_ins.sign_in(person))


def _only(settings: PageSettings, how: SignIn) -> None:
    if settings.sign_in is not how:
        raise NotFound("people do not sign in this way here", code="no_sign_in")


def _oidc(request: Request) -> OidcClient:
    state = request.app.state
    if not hasattr(state, "oidc"):
        state.oidc = OidcClient(state.settings)
    client: OidcClient = state.oidc
    return client
