"""The steps of a review as one table: state and event to the next state; nothing else changes a state."""

from enum import StrEnum

from triage.errors import InvalidTransition
from triage.review.vocabulary import ItemState

S = ItemState


class Event(StrEnum):
    """What can happen to an item."""

    CLAIM = "claim"
    RELEASE = "release"
    DECIDE = "decide"
    SETTLE = "settle"
    ASK_SECOND = "ask_second"
    CONFLICT = "conflict"
    ADJUDICATE = "adjudicate"
    REOPEN = "reopen"
    SUPERSEDE = "supersede"
    UNFOLD = "unfold"
    ERASE = "erase"


TRANSITIONS: dict[tuple[ItemState, Event], ItemState] = {
    (S.WAITING, Event.CLAIM): S.IN_REVIEW,
    (S.IN_REVIEW, Event.CLAIM): S.IN_REVIEW,
    (S.IN_REVIEW, Event.RELEASE): S.WAITING,
    (S.IN_REVIEW, Event.DECIDE): S.IN_REVIEW,
    (S.IN_REVIEW, Event.SETTLE): S.AGREED,
    (S.IN_REVIEW, Event.ASK_SECOND): S.WAITING_SECOND,
    (S.WAITING_SECOND, Event.CLAIM): S.IN_SECOND_REVIEW,
    (S.WAITING_SECOND, Event.REOPEN): S.IN_REVIEW,
    (S.IN_SECOND_REVIEW, Event.CLAIM): S.IN_SECOND_REVIEW,
    (S.IN_SECOND_REVIEW, Event.RELEASE): S.WAITING_SECOND,
    (S.IN_SECOND_REVIEW, Event.DECIDE): S.IN_SECOND_REVIEW,
    (S.IN_SECOND_REVIEW, Event.SETTLE): S.AGREED,
    (S.IN_SECOND_REVIEW, Event.CONFLICT): S.CONFLICTED,
    (S.CONFLICTED, Event.ADJUDICATE): S.ADJUDICATED,
    (S.ADJUDICATED, Event.REOPEN): S.CONFLICTED,
    (S.COLLAPSED, Event.UNFOLD): S.WAITING,
}
"""Claiming an item that is being read is possible for its owner, or for anybody once the lease has run out.

Reopening an agreed item goes back to the review that settled it, which depends on how many there were: see `reopened`.
"""

OPEN = frozenset({S.WAITING, S.IN_REVIEW, S.WAITING_SECOND, S.IN_SECOND_REVIEW})
"""States of the queue: somebody has yet to read the note, or is reading it."""
BEING_READ = frozenset({S.IN_REVIEW, S.IN_SECOND_REVIEW})
UNCLAIMED = frozenset({S.WAITING, S.WAITING_SECOND})
SETTLED = frozenset({S.AGREED, S.ADJUDICATED})


def step(state: ItemState, event: Event, *, reviews: int = 0) -> ItemState:
    """Return the state after the event.

    Args:
        state: Before.
        event: What happens.
        reviews: Completed reviews; decides where reopening an agreed item leads.

    Raises:
        InvalidTransition: The state does not allow it (code `wrong_state`).
    """
    if event is Event.ERASE:
        return S.ERASED
    if event is Event.SUPERSEDE and state is not S.ERASED:
        return state if state in SETTLED else S.SUPERSEDED
    if (state, event) == (S.AGREED, Event.REOPEN):
        return S.IN_SECOND_REVIEW if reviews > 1 else S.IN_REVIEW
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise InvalidTransition(
            f"a note that is {state.replace('_', ' ')} cannot be changed this way ({event.replace('_', ' ')}); "
            "open the note again to see what is possible",
            code="wrong_state",
        ) from None
