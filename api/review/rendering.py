"""Renders the pages: one template environment, plain words for codes, and note text that keeps every character."""

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from triage.flag import FLAGGED, Band, Level, Status
from triage.review.vocabulary import ERASE_REASONS, OUTCOMES, REASONS, SKIP_REASONS, ItemState, Standing, Verdict
from triage.words import BANDS, LEVELS, NOT_ASSESSED, NOTHING_FOUND, STATUSES, why_not_flagged

STATIC = Path(__file__).parent.parent / "static"
_UNSENDABLE = re.compile(r"[\x00\ud800-\udfff]")

STATES = {
    ItemState.NOT_QUEUED: "Not queued",
    ItemState.COLLAPSED: "Folded into a near-identical note",
    ItemState.WAITING: "Waiting",
    ItemState.IN_REVIEW: "Being read",
    ItemState.WAITING_SECOND: "Waiting for a second reader",
    ItemState.IN_SECOND_REVIEW: "Being read a second time",
    ItemState.CONFLICTED: "Readers differ: a lead settles it",
    ItemState.AGREED: "Settled",
    ItemState.ADJUDICATED: "Settled by a lead",
    ItemState.SUPERSEDED: "Replaced by a newer version",
    ItemState.ERASED: "Erased",
}
VERDICTS = {
    Verdict.AGREE: "Agree",
    Verdict.DISAGREE: "Disagree",
    Verdict.UNSURE: "Not sure",
    Verdict.ADDED: "Added",
    Verdict.WITHDRAWN: "Undone",
}
SECOND_REASONS = {
    "band": "two people read every note of this urgency",
    "unsure": "the first reader was not sure",
    "dismissal_sample": "some notes whose flags were all dismissed are read again",
}


def render(template: str, context: dict[str, Any]) -> str:
    """Return a page."""
    return environment().get_template(f"review/{template}").render(context)


def note_text(text: str) -> Markup:
    """Return note text for a page, character for character.

    A carriage return would be lost in the browser, and characters that HTML cannot carry show as U+FFFD.
    """
    return Markup(str(escape(_UNSENDABLE.sub("\ufffd", text))).replace("\r", "&#13;"))  # noqa: S704


def on_day(moment: datetime | date) -> str:
    """Return a date as people write it, with the time where there is one."""
    day = f"{moment.day} {moment:%b %Y}"
    return f"{day}, {moment:%H:%M}" if isinstance(moment, datetime) and (moment.hour or moment.minute) else day


@cache
def environment() -> Environment:
    """Return the template environment."""
    made = Environment(
        loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(note_text=note_text, on_day=on_day, capitalize_first=_capitalise, lower_first=_lower)
    made.globals.update(
        BANDS=BANDS,
        LEVELS=LEVELS,
        STATUSES=STATUSES,
        why_not_flagged=why_not_flagged,
        REASONS=REASONS,
        OUTCOMES=OUTCOMES,
        SKIP_REASONS=SKIP_REASONS,
        ERASE_REASONS=ERASE_REASONS,
        STATES=STATES,
        VERDICTS=VERDICTS,
        SECOND_REASONS=SECOND_REASONS,
        FLAGGED=FLAGGED,
        NOTHING_FOUND=NOTHING_FOUND,
        NOT_ASSESSED=NOT_ASSESSED,
        Band=Band,
        Level=Level,
        Status=Status,
        Standing=Standing,
        Verdict=Verdict,
    )
    return made


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
