"""Who may do what, as pure functions in pairs: `check_can_x` raises, `can_x` answers."""

from collections.abc import Callable
from typing import ParamSpec

from triage.errors import NotAllowed
from triage.review.people import Person, Role
from triage.review.records import Item
from triage.review.vocabulary import ItemState

P = ParamSpec("P")


def check_can_submit(person: Person) -> None:
    """Raise NotAllowed unless the caller is a system that sends notes."""
    _require(person, "submit notes", Role.SYSTEM)


def check_can_review(person: Person) -> None:
    """Raise NotAllowed unless the person reads and decides notes."""
    _require(person, "review notes", Role.REVIEWER, Role.LEAD)


def check_can_lead(person: Person) -> None:
    """Raise NotAllowed unless the person leads: notices, restrictions, erasure."""
    _require(person, "do what a lead does", Role.LEAD)


def check_can_see_overview(person: Person) -> None:
    """Raise NotAllowed unless the person may see counts."""
    _require(person, "see the overview", Role.LEAD, Role.ANALYST, Role.AUDITOR)


def check_can_export(person: Person) -> None:
    """Raise NotAllowed unless the person may take reviewed notes as training data."""
    _require(person, "export reviewed notes", Role.ANALYST, Role.SYSTEM)


def check_can_audit(person: Person) -> None:
    """Raise NotAllowed unless the person may read the audit log."""
    _require(person, "read the audit log", Role.AUDITOR, Role.SYSTEM)


def check_can_operate(person: Person) -> None:
    """Raise NotAllowed unless the caller is the operator's command line: purge, keys."""
    _require(person, "keep the store", Role.SYSTEM)


def check_can_end_sessions(person: Person) -> None:
    """Raise NotAllowed unless the person may end other people's sessions."""
    _require(person, "end sessions", Role.LEAD, Role.SYSTEM)


def check_can_claim(person: Person, item: Item) -> None:
    """Raise NotAllowed where the person already reviewed the item: a second reading is another person's."""
    check_can_review(person)
    if person.id in item.reviewers and item.state in (ItemState.WAITING_SECOND, ItemState.IN_SECOND_REVIEW):
        raise NotAllowed("you were this note's first reader; a second person reads it", code="same_reader")


def check_can_adjudicate(person: Person, item: Item) -> None:
    """Raise NotAllowed unless the person is a lead who did not review the item."""
    check_can_lead(person)
    if person.id in item.reviewers:
        raise NotAllowed("you reviewed this note; another lead adjudicates it", code="same_reader")


def check_can_reopen(person: Person, item: Item) -> None:
    """Raise NotAllowed unless the person's own step is the one to take back."""
    if item.state is ItemState.ADJUDICATED:
        return check_can_adjudicate(person, item)
    check_can_review(person)
    if not item.reviewers or item.reviewers[-1] != person.id:
        raise NotAllowed("only the person who completed the last review can reopen it", code="not_yours")
    return None


def can_submit(person: Person) -> bool:
    """Return whether `check_can_submit` passes."""
    return _passes(check_can_submit, person)


def can_review(person: Person) -> bool:
    """Return whether `check_can_review` passes."""
    return _passes(check_can_review, person)


def can_lead(person: Person) -> bool:
    """Return whether `check_can_lead` passes."""
    return _passes(check_can_lead, person)


def can_see_overview(person: Person) -> bool:
    """Return whether `check_can_see_overview` passes."""
    return _passes(check_can_see_overview, person)


def can_export(person: Person) -> bool:
    """Return whether `check_can_export` passes."""
    return _passes(check_can_export, person)


def can_audit(person: Person) -> bool:
    """Return whether `check_can_audit` passes."""
    return _passes(check_can_audit, person)


def can_claim(person: Person, item: Item) -> bool:
    """Return whether `check_can_claim` passes."""
    return _passes(check_can_claim, person, item)


def can_adjudicate(person: Person, item: Item) -> bool:
    """Return whether `check_can_adjudicate` passes."""
    return _passes(check_can_adjudicate, person, item)


def can_reopen(person: Person, item: Item) -> bool:
    """Return whether `check_can_reopen` passes."""
    return _passes(check_can_reopen, person, item)


def _require(person: Person, what: str, *roles: Role) -> None:
    if not person.roles & frozenset(roles):
        needed = " or ".join(roles)
        raise NotAllowed(f"you may not {what}; the role {needed} is needed", code="role_missing")


def _passes(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
    try:
        check(*args, **kwargs)
    except NotAllowed:
        return False
    return True
