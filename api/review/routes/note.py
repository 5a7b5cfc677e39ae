"""GET /review/notes/{id}: one note; and taking it, giving it back or skipping it."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.faults import status_of
from api.review.note_view import view_note
from api.review.visit import Submitting, Visit, Visiting
from triage.errors import InvalidTransition, ReviewConflict
from triage.review.records import Item
from triage.review.vocabulary import SkipReason

router = APIRouter(prefix="/notes/{item_id}")

_MOST_ROWS = 30
Fault = InvalidTransition | ReviewConflict


@router.get("")
def read_note(known: Visiting, item_id: str) -> Response:
    """Show a note."""
    return show_note(known, item_id)


@router.post("/claim")
def claim(known: Submitting, item_id: str) -> Response:
    """Take the note for a time."""
    return take_step(known, item_id, "claim", lambda: known.service.claim(known.person, item_id))


@router.post("/release")
def release(known: Submitting, item_id: str) -> Response:
    """Give the note back."""
    known.service.release(known.person, item_id)
    return known.go("/", say="You gave the note back. Decisions you made on it are kept.")


@router.post("/skip")
def skip(known: Submitting, item_id: str) -> Response:
    """Give the note back with a reason."""
    chosen = known.form.get("reason", "")
    if chosen not in set(SkipReason):
        fault = InvalidTransition("choose why you skip the note", code="bad_decision", where="reason")
        return show_note(known, item_id, fault=fault, form="skip")
    known.service.skip(known.person, item_id, reason=SkipReason(chosen))
    return known.go("/", say="You skipped the note. It stays in the queue for others.")


def take_step(
    known: Visit, item_id: str, form: str, step: Callable[[], Item], *, say: str | None = None, to: str = ""
) -> Response:
    """Take a step and show the note again: with what was submitted where the step is refused.

    Args:
        known: The visit.
        item_id: The note.
        form: Name of the form, for the error summary.
        step: What to do.
        say: Message once it is done.
        to: Part of the page to go to, with its `#`.
    """
    try:
        step()
    except (InvalidTransition, ReviewConflict) as fault:
        return show_note(known, item_id, fault=fault, form=form)
    return known.go(f"/notes/{item_id}{to}", say=say)


def show_note(known: Visit, item_id: str, *, fault: Fault | None = None, form: str = "", more: int = 0) -> Response:
    """Return the note page.

    Args:
        known: The visit; its form is filled in again where a step was refused.
        item_id: The note.
        fault: Why it was refused.
        form: Name of the form that was submitted.
        more: How many rows to add to those of a first judgement.
    """
    page = known.service.note_page(known.person, item_id)
    return known.page(
        "note.html",
        status=status_of(fault)[0] if fault else 200,
        page=page,
        view=view_note(page, known.person, known.indicators),
        indicators=known.indicators,
        fault=fault,
        form=form,
        given=known.form if form else {},
        rows=min(_MOST_ROWS, max(1, sum(name.endswith("-words") for name in known.form) + more)),
    )


def version_of(known: Visit) -> int:
    """Return the version of the note that the form was made for.

    Raises:
        InvalidTransition: The form was tampered with.
    """
    version = known.form.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise InvalidTransition("the form is damaged; open the note again", code="bad_decision", where="version")
    return int(version)


def text_of(known: Visit, item_id: str) -> Callable[[], str]:
    """Return what reads the note's text."""
    return lambda: known.service.note_page(known.person, item_id).note.text
