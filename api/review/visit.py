"""One request of one person: who asks, the submitted form, the store, and the page that answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.review.rendering import render
from api.review.session import Session
from api.review.settings import PageSettings, SignIn
from api.review.sign_in import TRY_OUT_PEOPLE, SignInNeeded
from triage.errors import InvalidTransition, NotAllowed, StoreUnavailable
from triage.knowledge.schemas import Indicator
from triage.review.people import Person
from triage.review.policies import can_audit, can_lead, can_review, can_see_overview
from triage.service import ReviewService

PREFIX = "/review"
_MOST_FIELDS = 400


@dataclass(frozen=True, slots=True)
class Visit:
    """What a route needs.

    Attributes:
        form: Submitted fields; empty unless the request is a form with the session's token.
    """

    request: Request
    session: Session
    person: Person
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def service(self) -> ReviewService:
        """The open store.

        Raises:
            StoreUnavailable: It is not open.
        """
        return service_of(self.request)

    @property
    def indicators(self) -> dict[str, Indicator]:
        """The indicators by id, as the knowledge orders them."""
        knowledge = self.request.app.state.desk.knowledge
        return {indicator.id: indicator for indicator in knowledge.indicators} if knowledge else {}

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Return a page."""
        return HTMLResponse(render(template, frame(self.request, self.session, self.person) | context), status)

    def go(self, path: str, *, say: str | None = None) -> Response:
        """Send the browser to a page, with a message to show there."""
        if say is not None:
            self.session.say(say)
        return RedirectResponse(PREFIX + path, 303)


def frame(request: Request, session: Session, person: Person | None) -> dict[str, Any]:
    """Return what every page shows around its own content."""
    settings: PageSettings = request.app.state.settings
    single = settings.sign_in is SignIn.SINGLE_USER
    return {
        "person": person,
        "prefix": PREFIX,
        "csrf": session.csrf,
        "choices": session.choices,
        "message": session.take_message(),
        "try_out_people": TRY_OUT_PEOPLE if single and person else {},
        "can_sign_out": person is not None and settings.sign_in is not SignIn.PROXY,
        "links": _links(person) if person else (),
        "here": request.url.path,
    }


def session_of(request: Request) -> Session:
    """Return the session of a request."""
    settings: PageSettings = request.app.state.settings
    return Session(request.session, hours=settings.session_hours)


def service_of(request: Request) -> ReviewService:
    """Return the open store.

    Raises:
        StoreUnavailable: It is not open.
    """
    service: ReviewService | None = request.app.state.desk.service
    if service is None:
        raise StoreUnavailable("the store is not open; the operator sees why in the log", code="not_open")
    return service


def visit(request: Request) -> Visit:
    """Return the visit of a signed-in person.

    Raises:
        StoreUnavailable: It cannot be known who is.
        SignInNeeded: Nobody is signed in.
        NotAllowed: The request did not come through the proxy that signs people in.
    """
    session = session_of(request)
    person = request.app.state.identifier(request, session, service_of(request).sign_ins)
    if person is None:
        raise SignInNeeded
    request.scope["caller_id"] = person.id
    return Visit(request, session, person)


async def submitted(request: Request, known: Annotated[Visit, Depends(visit)]) -> Visit:
    """Return the visit of a signed-in person with a form.

    Raises:
        NotAllowed: The form does not carry this session's token.
    """
    form = await read_form(request)
    if not known.session.is_genuine(form.get("csrf", "")):
        raise NotAllowed("this form is not from your session; open the page again", code="csrf")
    return Visit(request, known.session, known.person, form)


async def read_form(request: Request) -> dict[str, str]:
    """Return the text fields of a form.

    Raises:
        InvalidTransition: Too many fields, or text that cannot be stored.
    """
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if any("\x00" in value for value in fields.values()):
        raise InvalidTransition("the form holds a character that cannot be stored", code="bad_decision", where="form")
    return fields


Visiting = Annotated[Visit, Depends(visit)]
Submitting = Annotated[Visit, Depends(submitted)]


def _links(person: Person) -> tuple[tuple[str, str], ...]:
    allowed = (
        (can_review(person), "/", "Queue"),
        (can_see_overview(person), "/overview", "Overview"),
        (can_lead(person), "/notices", "Notices"),
        (can_lead(person), "/people", "People"),
        (can_audit(person), "/audit", "Audit log"),
        (True, "/choices", "Your choices"),
    )
    return tuple((PREFIX + path, name) for may, path, name in allowed if may)
