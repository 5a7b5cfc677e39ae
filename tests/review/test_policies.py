import inspect
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from triage.errors import NotAllowed
from triage.flag import Band
from triage.review import policies
from triage.review.people import Person, Role
from triage.review.records import Item
from triage.review.vocabulary import ItemKind, ItemState

ITEM = Item(
    id="0" * 32,
    version=1,
    state=ItemState.WAITING_SECOND,
    kind=ItemKind.FLAGGED,
    band=Band.NOTE,
    queued_at=datetime(2026, 3, 2, tzinfo=UTC),
    team=None,
    restricted=False,
    blind=False,
    lease_owner=None,
    lease_until=None,
    second_reason="band",
    reviewers=("first",),
)
ALLOWED = {
    "submit": {"system"},
    "review": {"reviewer", "lead"},
    "lead": {"lead"},
    "see_overview": {"lead", "analyst", "auditor"},
    "export": {"analyst", "system"},
    "audit": {"auditor", "system"},
}


@pytest.mark.parametrize("what", ALLOWED)
@pytest.mark.parametrize("role", Role)
def test_the_pair_agrees_and_knows_its_roles(what, role):
    person = Person("p", "P", frozenset({role}))
    allowed = role.value in ALLOWED[what]
    assert getattr(policies, f"can_{what}")(person) is allowed
    if not allowed:
        with pytest.raises(NotAllowed, match="role"):
            getattr(policies, f"check_can_{what}")(person)


def test_every_answer_has_its_check():
    names = {name for name, _ in inspect.getmembers(policies, inspect.isfunction)}
    assert {f"check_{name}" for name in names if name.startswith("can_")} <= names


def test_the_second_reader_is_another_person():
    first, second = (Person(name, name, frozenset({Role.REVIEWER})) for name in ("first", "second"))
    assert not policies.can_claim(first, ITEM)
    assert policies.can_claim(second, ITEM)


def test_adjudication_is_a_lead_s_who_did_not_read_it():
    item = replace(ITEM, state=ItemState.CONFLICTED, reviewers=("first", "second"))
    assert not policies.can_adjudicate(Person("third", "T", frozenset({Role.REVIEWER})), item)
    assert not policies.can_adjudicate(Person("first", "F", frozenset({Role.LEAD})), item)
    assert policies.can_adjudicate(Person("third", "T", frozenset({Role.LEAD})), item)


def test_only_the_last_reader_reopens():
    item = replace(ITEM, state=ItemState.AGREED, reviewers=("first", "second"))
    assert not policies.can_reopen(Person("first", "F", frozenset({Role.REVIEWER})), item)
    assert policies.can_reopen(Person("second", "S", frozenset({Role.REVIEWER})), item)
