"""GET and POST /review/notes/{id}/adjudicate: a lead settles what two readers saw differently."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.faults import status_of
from api.review.forms import read_decision, read_outcome
from api.review.note_view import view_note
from api.review.routes.note import Fault, text_of, version_of
from api.review.visit import Submitting, Visit, Visiting
from triage.errors import InvalidTransition, ReviewConflict
from triage.review.records import NotePage
from triage.review.vocabulary import Standing

router = APIRouter(prefix="/notes/{item_id}/adjudicate")


@router.get("")
def show(known: Visiting, item_id: str) -> Response:
    """Show where the readers differ."""
    return _page(known, known.service.note_page(known.person, item_id))


@router.post("")
def adjudicate(known: Submitting, item_id: str) -> Response:
    """Store one ruling for every indicator in conflict."""
    page = known.service.note_page(known.person, item_id)
    try:
        rulings = [
            read_decision(known.form, text_of(known, item_id), prefix=f"r{number}-", indicator=indicator)
            for number, indicator in enumerate(conflicts(page), start=1)
        ]
        known.service.adjudicate(
            known.person,
            item_id,
            version=version_of(known),
            rulings=rulings,
            outcome=read_outcome(known.form),
            comment=known.form.get("comment", "").strip(),
        )
    except (InvalidTransition, ReviewConflict) as fault:
        return _page(known, page, fault=fault)
    return known.go(f"/notes/{item_id}", say="Settled. The readers' own decisions are kept beside yours.")


def conflicts(page: NotePage) -> list[str]:
    """Return the indicators that the readers differ on: flags as the note numbers them, then additions."""
    differ = [standing.indicator for standing in page.standings if standing.standing is Standing.CONFLICTED]
    flagged = [flag.indicator for flag in page.assessment.flags] if page.assessment else []
    return sorted(differ, key=lambda indicator: flagged.index(indicator) if indicator in flagged else len(flagged))


def _page(known: Visit, page: NotePage, *, fault: Fault | None = None) -> Response:
    view = view_note(page, known.person, known.indicators)
    return known.page(
        "adjudicate.html",
        status=status_of(fault)[0] if fault else 200,
        page=page,
        view=view,
        indicators=known.indicators,
        conflicts=conflicts(page),
        flagged={flag_view.flag.indicator: flag_view for flag_view in view.flags},
        fault=fault,
        form="adjudicate",
        given=known.form,
    )
