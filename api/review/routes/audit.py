"""GET /review/audit: the audit log, and whether it is whole."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.review.visit import Submitting, Visiting

router = APIRouter(prefix="/audit")
_ROWS = 100


@router.get("")
def show_entries(known: Visiting, after: Annotated[int, Query(ge=0, le=10**12)] = 0) -> Response:
    """Show a page of the log."""
    entries = known.service.reports.audit_entries(known.person, after=after, limit=_ROWS)
    return known.page("audit.html", entries=entries, after=after, rows=_ROWS, verdict=None)


@router.post("")
def verify(known: Submitting) -> Response:
    """Recompute the whole chain."""
    verdict = known.service.reports.verify_audit(known.person)
    return known.page("audit.html", entries=(), after=0, rows=_ROWS, verdict=verdict)
