"""Restricted cases: visible only to the people named for them."""

from sqlalchemy import delete, exists, insert, select, update

from triage.review.store import Transaction
from triage.review.tables import case_access, item_flags, items, restricted_cases


def restrict(tx: Transaction, case: str, case_id: str | None) -> None:
    """Restrict a case, with all its notes; nothing changes where it is restricted already.

    Args:
        tx: The transaction.
        case: Keyed digest of the case.
        case_id: Kept sealed, for a lead to see whom to name.
    """
    if tx.connection.execute(select(restricted_cases.c.id).where(restricted_cases.c.id == case)).first() is None:
        row = tx.seal(restricted_cases, {"id": case}, {"case_id": case_id})
        tx.connection.execute(insert(restricted_cases).values(row))
    _mark(tx, case, restricted=True)


def lift(tx: Transaction, case: str) -> None:
    """Lift the restriction of a case and forget who was named for it."""
    tx.connection.execute(delete(case_access).where(case_access.c.case_hash == case))
    tx.connection.execute(delete(restricted_cases).where(restricted_cases.c.id == case))
    _mark(tx, case, restricted=False)


def grant(tx: Transaction, case: str, person_id: str) -> None:
    """Name a person for a case."""
    if person_id not in readers(tx, case):
        tx.connection.execute(insert(case_access).values(case_hash=case, person=person_id))


def revoke(tx: Transaction, case: str, person_id: str) -> None:
    """Take a person's name off a case."""
    tx.connection.execute(delete(case_access).where(case_access.c.case_hash == case, case_access.c.person == person_id))


def readers(tx: Transaction, case: str) -> tuple[str, ...]:
    """Return the ids of the people named for a case."""
    query = select(case_access.c.person).where(case_access.c.case_hash == case).order_by(case_access.c.person)
    return tuple(tx.connection.execute(query).scalars().all())


def unnamed_cases(tx: Transaction) -> tuple[str, ...]:
    """Return the ids of restricted cases with waiting notes that nobody is named for."""
    waiting = exists().where(items.c.case_hash == restricted_cases.c.id, items.c.open.is_(True))
    named = exists().where(case_access.c.case_hash == restricted_cases.c.id)
    query = select(restricted_cases).where(waiting, ~named)
    rows = tx.connection.execute(query).mappings().all()
    return tuple(str(tx.unseal(restricted_cases, row)["case_id"]) for row in rows)


def _mark(tx: Transaction, case: str, *, restricted: bool) -> None:
    mine = items.c.case_hash == case
    tx.connection.execute(update(items).where(mine).values(restricted=restricted))
    flagged = item_flags.c.item.in_(select(items.c.id).where(mine))
    tx.connection.execute(update(item_flags).where(flagged).values(restricted=restricted))
