"""GET /review: what waits, in reading order; search by case; take the next note."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.review.visit import Submitting, Visiting
from triage.flag import Band
from triage.review.policies import can_audit, can_review, can_see_overview
from triage.review.records import QueueFilter
from triage.review.vocabulary import ItemState

router = APIRouter()

_OFFERED_STATES = (
    ItemState.WAITING,
    ItemState.IN_REVIEW,
    ItemState.WAITING_SECOND,
    ItemState.IN_SECOND_REVIEW,
    ItemState.CONFLICTED,
    ItemState.AGREED,
    ItemState.ADJUDICATED,
)


@router.get("/")
def show_queue(
    known: Visiting,
    band: str = "",
    indicator: str = "",
    team: str = "",
    days: str = "",
    state: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show a page of the queue; whoever does not review goes to what they may see."""
    if not can_review(known.person):
        if can_see_overview(known.person):
            return known.go("/overview")
        if can_audit(known.person):
            return known.go("/audit")
    chosen = {"band": band, "indicator": indicator, "team": team, "days": days, "state": state}
    filters = read_filters(chosen)
    found = known.service.queue(known.person, filters=filters, page=page)
    return known.page(
        "queue.html",
        found=found,
        chosen=chosen,
        states=_OFFERED_STATES,
        indicators=known.indicators,
        pages=max(1, -(-found.total // found.page_size)),
    )


@router.post("/search")
def search(known: Submitting) -> Response:
    """Show the notes of one case; a form and not an address, since addresses are written into logs."""
    case_id = known.form.get("case_id", "").strip()
    rows = known.service.find_case(known.person, case_id) if case_id else ()
    return known.page("case_search.html", case_id=case_id, rows=rows, indicators=known.indicators)


@router.post("/next")
def take_next(known: Submitting) -> Response:
    """Take the first note that waits for this person."""
    item = known.service.claim_next(known.person, filters=read_filters(known.form))
    if item is None:
        return known.go("/", say="No note is waiting for you with this filter.")
    return known.go(f"/notes/{item.id}")


def read_filters(fields: Mapping[str, str]) -> QueueFilter:
    """Return the filter that an address or a form names; an unknown value is no filter."""
    days = fields.get("days", "")
    return QueueFilter(
        band=Band(fields["band"]) if fields.get("band") in set(Band) else None,
        indicator=fields.get("indicator") or None,
        team=fields.get("team") or None,
        older_than_days=int(days) if days.isdecimal() and len(days) < 5 else None,
        state=ItemState(fields["state"]) if fields.get("state") in set(_OFFERED_STATES) else None,
    )
