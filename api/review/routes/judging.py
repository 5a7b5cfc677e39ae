"""The steps of reading a note: first judgement, decisions, additions, undo, outcome."""

import re

from fastapi import APIRouter
from fastapi.responses import Response

from api.review.forms import mark_rows, read_decision, read_marks, read_outcome
from api.review.rendering import VERDICTS
from api.review.routes.note import show_note, take_step, text_of, version_of
from api.review.visit import Submitting, Visit
from triage.errors import InvalidTransition
from triage.review.records import Item

router = APIRouter(prefix="/notes/{item_id}")

_PLACE = re.compile(r"[a-z]+(-\d+)?")


@router.post("/judge")
def judge_first(known: Submitting, item_id: str) -> Response:
    """Store what the reader sees before the flags are shown."""
    step = known.form.get("step", "")
    if step == "rows":
        return show_note(known, item_id, form="judge", more=1)

    def judge() -> Item:
        filled = list(mark_rows(known.form))
        if step == "nothing" and filled:
            raise _bad("m0-words", "you filled in a row; save it, or empty it and say that you see nothing")
        if step != "nothing" and not filled:
            raise _bad("m0-words", "fill in what you see, or choose 'I see nothing to flag'")
        marks = read_marks(known.form, text_of(known, item_id))
        return known.service.judge_first(known.person, item_id, version=version_of(known), marks=marks)

    return take_step(known, item_id, "judge", judge, say="Your first judgement is kept. Now the flags are shown.")


@router.post("/decide")
def decide(known: Submitting, item_id: str) -> Response:
    """Store a decision on one flag."""

    def decide() -> Item:
        decision = read_decision(known.form, text_of(known, item_id))
        return known.service.decide(known.person, item_id, version=version_of(known), decision=decision)

    name, said = _name(known), VERDICTS.get(known.form.get("verdict", ""), "")  # type: ignore[call-overload]
    form = f"decide-{known.form.get('indicator', '')}"
    return take_step(known, item_id, form, decide, say=f"Kept: {name}: {said}.", to=_place(known))


@router.post("/add")
def add(known: Submitting, item_id: str) -> Response:
    """Add an indicator that the tool missed."""

    def add() -> Item:
        decision = read_decision({**known.form, "verdict": "added"}, text_of(known, item_id))
        return known.service.decide(known.person, item_id, version=version_of(known), decision=decision)

    return take_step(known, item_id, "add", add, say=f"Added: {_name(known)}.", to="#added")


@router.post("/undo")
def undo(known: Submitting, item_id: str) -> Response:
    """Take an own decision back."""

    def undo() -> Item:
        indicator = known.form.get("indicator", "")
        return known.service.undo(known.person, item_id, version=version_of(known), indicator=indicator)

    say = f"Undone: {_name(known)}. The history keeps it."
    return take_step(known, item_id, "undo", undo, say=say, to=_place(known))


@router.post("/complete")
def complete(known: Submitting, item_id: str) -> Response:
    """End the reading."""

    def complete() -> Item:
        return known.service.complete(
            known.person,
            item_id,
            version=version_of(known),
            outcome=read_outcome(known.form),
            comment=known.form.get("comment", "").strip(),
        )

    return take_step(known, item_id, "complete", complete, say="Your review is complete.")


@router.post("/reopen")
def reopen(known: Submitting, item_id: str) -> Response:
    """Take an own completion back."""

    def reopen() -> Item:
        return known.service.reopen(known.person, item_id, version=version_of(known))

    return take_step(known, item_id, "reopen", reopen, say="The review is open again. The history keeps it.")


def _name(known: Visit) -> str:
    indicator = known.indicators.get(known.form.get("indicator", ""))
    return indicator.name if indicator else "the indicator"


def _place(known: Visit) -> str:
    place = known.form.get("next", "")
    return f"#{place}" if _PLACE.fullmatch(place) else ""


def _bad(field: str, message: str) -> InvalidTransition:
    return InvalidTransition(message, code="bad_decision", where=field)
