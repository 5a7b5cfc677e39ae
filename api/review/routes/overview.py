"""GET /review/overview and /review/notices: counts, agreement, misses; what a lead may want to look into."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.visit import Submitting, Visiting

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
    notices = known.service.reports.notices(known.person)
    everybody = known.service.sign_ins.everybody(known.person)
    return known.page("notices.html", notices=notices, everybody=everybody)


@router.post("/notices/name")
def name_reader(known: Submitting) -> Response:
    """Name somebody for a restricted case that nobody could see until now."""
    person_id = known.form.get("person", "").strip()
    if person_id:
        known.service.grant(known.person, known.form.get("case_id", ""), person_id)
    return known.go("/notices", say=f"{person_id} may now see the case." if person_id else "Nobody was named.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
