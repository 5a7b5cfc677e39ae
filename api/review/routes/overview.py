"""GET /review/overview and /review/notices: counts, agreement, misses; what a lead may want to look into."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.visit import Visiting

router = APIRouter()


@router.get("/overview")
def show_overview(known: Visiting, since: str = "") -> Response:
    """Show the counts."""
    begin = _day(since)
    figures = known.service.reports.overview(known.person, since=begin)
    return known.page("overview.html", figures=figures, since=begin, indicators=known.indicators)


@router.get("/overview.csv")
def download(known: Visiting, since: str = "") -> Response:
    """Return the same counts as CSV."""
    text = known.service.reports.overview_csv(known.person, since=_day(since))
    headers = {"Content-Disposition": 'attachment; filename="overview.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/notices")
def show_notices(known: Visiting) -> Response:
    """Show a lead what to look into."""
    return known.page("notices.html", notices=known.service.reports.notices(known.person))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
