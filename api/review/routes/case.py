"""A case: its evidence to print for a referral, who may see it, and erasing it."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.visit import Submitting, Visit, Visiting
from triage.errors import InvalidTransition, NotFound
from triage.review.vocabulary import EraseReason

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
    everybody = known.service.sign_ins.everybody(known.person)
    return known.page("access.html", item=item, case_id=case_id, readers=readers, everybody=everybody)


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
            if actor.id in named:
                return known.go("/", say="You are not named for that case any more. The audit log keeps it.")
    return known.go(f"/notes/{item_id}/access", say="Changed. The audit log keeps who changed it.")


@router.get("/erase")
def show_erase(known: Visiting, item_id: str) -> Response:
    """Ask a lead whether the case is really to be erased."""
    return _erase_page(known, item_id, _case_of(known, item_id))


@router.post("/erase")
def erase(known: Submitting, item_id: str) -> Response:
    """Erase the case, once its id is typed and a reason is chosen."""
    case_id = _case_of(known, item_id)
    reason = known.form.get("reason", "")
    if reason not in set(EraseReason):
        return _erase_page(known, item_id, case_id, fault=_bad("reason", "choose why the case is erased"))
    if known.form.get("case_id", "").strip() != case_id:
        return _erase_page(known, item_id, case_id, fault=_bad("case_id", "type the id of the case exactly as shown"))
    texts = known.service.upkeep.erase_case(known.person, case_id, reason=EraseReason(reason))
    number = "1 text" if texts == 1 else f"{texts} texts"
    return known.go("/", say=f"The case is erased: {number}. The audit log keeps who did it.")


def _erase_page(known: Visit, item_id: str, case_id: str, *, fault: InvalidTransition | None = None) -> Response:
    return known.page(
        "erase.html",
        status=422 if fault else 200,
        item_id=item_id,
        case_id=case_id,
        texts=known.service.upkeep.case_size(known.person, case_id),
        fault=fault,
        given=known.form,
    )


def _bad(field: str, message: str) -> InvalidTransition:
    return InvalidTransition(message, code="bad_decision", where=field)


def _case_of(known: Visit, item_id: str) -> str:
    case_id = known.service.note_page(known.person, item_id).note.case_id
    if case_id is None:
        raise NotFound("this note names no case", code="no_case")
    return case_id
