"""GET and POST /review/people: who has signed in, and ending somebody's sessions."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.visit import Submitting, Visiting

router = APIRouter(prefix="/people")


@router.get("")
def show(known: Visiting) -> Response:
    """Show a lead who has signed in."""
    return known.page("people.html", everybody=known.service.sign_ins.everybody(known.person))


@router.post("")
def end_sessions(known: Submitting) -> Response:
    """End somebody's sessions."""
    known.service.sign_ins.end(known.person, known.form.get("person", ""))
    return known.go("/people", say="The sessions have ended. The audit log keeps who ended them.")
