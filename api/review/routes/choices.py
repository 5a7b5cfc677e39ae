"""GET and POST /review/choices: covered words and single-key shortcuts, for this session."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.session import Choices
from api.review.visit import Submitting, Visiting

router = APIRouter(prefix="/choices")


@router.get("")
def show(known: Visiting) -> Response:
    """Show the choices."""
    return known.page("choices.html")


@router.post("")
def choose(known: Submitting) -> Response:
    """Keep the choices."""
    known.session.choose(Choices(mask="mask" in known.form, shortcuts="shortcuts" in known.form))
    return known.go("/choices", say="Your choices are kept until you sign out.")
