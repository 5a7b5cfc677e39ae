"""A case: its evidence to print for a referral, and who may see it."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.visit import Submitting, Visit, Visiting
from triage.errors import NotFound

router = APIRouter(prefix="/notes/{item_id}")


@router.get("/bundle")
def show_bundle(known: Visiting, item_id: str) -> Response:
    """Show the dated evidence of the note's case."""
    bundle = known.service.reports.bundle(known.person, _case_of(known, item_id))
    return known.page("bundle.html", bundle=bundle, item_id=item_id, indicators=known.indicators)


@router.get("/access")
def show_access(known: Visiting, item_id: str) -> Response:
    """Show a lead who may see the case."""
    case_id = _case_of(known, item_id)
    item = known.service.glance(known.person, item_id)
    readers = known.service.case_readers(known.person, case_id)
    return known.page("access.html", item=item, case_id=case_id, readers=readers)


@router.post("/access")
def change_access(known: Submitting, item_id: str) -> Response:
    """Restrict the case, open it again, or name and un-name people."""
    case_id, service, actor = _case_of(known, item_id), known.service, known.person
    named = known.form.get("person", "").split()
    match known.form.get("step"):
        case "restrict":
            # Whoever restricts a case is named too, and so cannot lose sight of it by mistake.
            service.restrict_case(actor, case_id, people=sorted({*named, actor.id}))
        case "lift":
            service.lift_restriction(actor, case_id)
        case "grant":
            for person_id in named:
                service.grant(actor, case_id, person_id)
        case "revoke":
            for person_id in named:
                service.revoke(actor, case_id, person_id)
    return known.go(f"/notes/{item_id}/access", say="Changed. The audit log keeps who changed it.")


def _case_of(known: Visit, item_id: str) -> str:
    case_id = known.service.note_page(known.person, item_id).note.case_id
    if case_id is None:
        raise NotFound("this note names no case", code="no_case")
    return case_id
