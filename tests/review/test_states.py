import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import InvalidTransition
from triage.review.states import BEING_READ, OPEN, SETTLED, TRANSITIONS, UNCLAIMED, Event, step
from triage.review.vocabulary import ItemState


@given(st.sampled_from(ItemState), st.sampled_from(Event), st.integers(0, 2))
def test_a_step_ends_in_a_state_or_is_refused_with_words(state, event, reviews):
    try:
        after = step(state, event, reviews=reviews)
    except InvalidTransition as refusal:
        assert refusal.code == "wrong_state" and "_" not in refusal.message
    else:
        assert after in ItemState


def test_every_state_but_the_first_ones_is_reached():
    reached = {*TRANSITIONS.values(), ItemState.SUPERSEDED, ItemState.ERASED}
    assert set(ItemState) - reached == {ItemState.NOT_QUEUED, ItemState.COLLAPSED}


def test_everything_in_the_queue_can_be_claimed():
    for state in OPEN:
        assert step(state, Event.CLAIM) in BEING_READ
    assert OPEN == BEING_READ | UNCLAIMED and not OPEN & SETTLED


@pytest.mark.parametrize("state", ItemState)
def test_a_newer_text_leaves_settled_reviews_alone(state):
    if state is ItemState.ERASED:
        with pytest.raises(InvalidTransition):
            step(state, Event.SUPERSEDE)
    else:
        assert step(state, Event.SUPERSEDE) == (state if state in SETTLED else ItemState.SUPERSEDED)


def test_reopening_goes_back_to_the_review_that_settled():
    assert step(ItemState.AGREED, Event.REOPEN, reviews=1) is ItemState.IN_REVIEW
    assert step(ItemState.AGREED, Event.REOPEN, reviews=2) is ItemState.IN_SECOND_REVIEW


def test_the_documented_table_is_the_real_one():
    page = (Path(__file__).parents[2] / "docs" / "review-store.md").read_text(encoding="utf-8")
    listed = [line for line in page.splitlines() if re.fullmatch(r"\| `[a-z_]+` \| [a-z ]+ \| `[a-z_]+` \|", line)]
    assert listed == [f"| `{a}` | {event.replace('_', ' ')} | `{b}` |" for (a, event), b in TRANSITIONS.items()]
