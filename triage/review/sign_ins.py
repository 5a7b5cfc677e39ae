"""Who has signed in, with which roles, and which sessions still hold: looked up at every request, ended at once."""

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from triage.errors import NotFound, ReviewConflict
from triage.review.desk import Desk
from triage.review.people import Person, Role
from triage.review.policies import check_can_end_sessions
from triage.review.store import Transaction
from triage.review.tables import people
from triage.review.vocabulary import Action

MAX_NAME = 200
"""What is longer is cut off."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who has signed in at least once.

    Attributes:
        person: With the roles of the last sign-in.
        session: Number of the session that holds; a cookie with an earlier one is worth nothing.
    """

    person: Person
    session: int


class SignIns:
    """Use cases of signing in and out.

    Args:
        desk: The store with its audit log.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def sign_in(self, person: Person) -> int:
        """Keep a person's name and roles, for earlier sessions too, and return the number for the new session."""
        try:
            return self._sign_in(person)
        except ReviewConflict:  # The same person came in twice at one moment.
            return self._sign_in(person)

    def look_up(self, person_id: str) -> KnownPerson | None:
        """Return who that is now; None for somebody who never signed in."""
        with self._desk.store.reading() as tx:
            return _find(tx, person_id)

    def sign_out(self, person: Person) -> None:
        """End a person's sessions, in every browser."""
        with self._desk.writing(person, Action.SIGN_OUT, check=_anybody) as step:
            _end(step.tx, person.id)

    def end(self, actor: Person, person_id: str) -> None:
        """End somebody's sessions: the next request has to sign in again, and gets the roles of that moment.

        Raises:
            NotFound: Nobody of that id has signed in.
        """
        with self._desk.writing(actor, Action.END_SESSIONS, check=check_can_end_sessions, person=person_id) as step:
            if _find(step.tx, person_id) is None:
                raise NotFound("nobody of that id has signed in", code="no_person")
            _end(step.tx, person_id)

    def everybody(self, actor: Person) -> tuple[Person, ...]:
        """Return everybody who has signed in, by name."""
        with self._desk.reading(actor, Action.LIST, check=check_can_end_sessions, people=True) as step:
            rows = step.tx.connection.execute(select(people).order_by(people.c.name, people.c.id)).mappings().all()
            return tuple(Person(row["id"], row["name"], frozenset(map(Role, row["roles"]))) for row in rows)

    def _sign_in(self, person: Person) -> int:
        roles = sorted(person.roles)
        with self._desk.writing(person, Action.SIGN_IN, check=_anybody, roles=roles) as step:
            known = _find(step.tx, person.id)
            values = {"name": person.name[:MAX_NAME], "roles": roles}
            if known is None:
                step.tx.connection.execute(insert(people).values(id=person.id, session=1, **values))
                return 1
            step.tx.connection.execute(update(people).where(people.c.id == person.id).values(**values))
            return known.session


def _find(tx: Transaction, person_id: str) -> KnownPerson | None:
    row = tx.connection.execute(select(people).where(people.c.id == person_id)).mappings().one_or_none()
    if row is None:
        return None
    return KnownPerson(Person(row["id"], row["name"], frozenset(map(Role, row["roles"]))), row["session"])


def _end(tx: Transaction, person_id: str) -> None:
    tx.connection.execute(update(people).where(people.c.id == person_id).values(session=people.c.session + 1))


def _anybody(_person: Person) -> None:
    """Whom the sign-in confirmed may sign in, if only to be told that a role is missing."""
