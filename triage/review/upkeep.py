"""What the operator does with a store: purge what is due, erase a case, move rows to a new key."""

from collections.abc import Iterator

from triage.review.contents import case_digest
from triage.review.desk import Desk
from triage.review.people import Person
from triage.review.policies import check_can_lead, check_can_operate
from triage.review.rekeying import keys_in_use, rekey
from triage.review.retention import (
    Retention,
    case_items,
    count_expired,
    erase_items,
    expired_items,
    forget_case,
    purge_rows,
)
from triage.review.vocabulary import Action, EraseReason


class Upkeep:
    """Use cases of keeping a store.

    Args:
        desk: The store with its audit log.
        retention: How long each class of record is kept.
    """

    def __init__(self, desk: Desk, retention: Retention) -> None:
        self._desk = desk
        self._retention = retention

    def due(self, actor: Person) -> dict[str, int]:
        """Return how many records of each class a purge would erase."""
        with self._desk.reading(actor, Action.PURGE, check=check_can_operate, only_counted=True) as step:
            return count_expired(step.tx, self._retention)

    def purge(self, actor: Person) -> int:
        """Erase everything whose time to be kept has ended; return the number of notes."""
        erased = 0
        while count := self._purge_batch(actor):
            erased += count
        with self._desk.writing(actor, Action.PURGE, check=check_can_operate) as step:
            purge_rows(step.tx, self._retention)
        self._desk.store.shred()
        return erased

    def case_size(self, actor: Person, case_id: str) -> int:
        """Return how many note texts of a case have content."""
        case = case_digest(self._desk.store.keys, case_id)
        with self._desk.reading(actor, Action.ERASE, case, check=check_can_lead, only_counted=True) as step:
            return len(case_items(step.tx, case))

    def erase_case(self, actor: Person, case_id: str, *, reason: EraseReason) -> int:
        """Erase the content of a case at once, in whatever state; return the number of note texts."""
        case = case_digest(self._desk.store.keys, case_id)
        with self._desk.writing(actor, Action.ERASE, case, check=check_can_lead, reason=reason.value) as step:
            due = case_items(step.tx, case)
            erase_items(step.tx, due)
            forget_case(step.tx, case)
            step.detail["notes"] = len(due)
        self._desk.store.shred()
        return len(due)

    def rekey(self, actor: Person) -> Iterator[int]:
        """Move rows to the current key; yields the rows of each transaction."""
        with self._desk.writing(actor, Action.REKEY, check=check_can_operate, key=self._desk.store.keys.current):
            pass
        yield from rekey(self._desk.store)

    def keys_in_use(self, actor: Person) -> dict[str, int]:
        """Return how many rows each key seals."""
        with self._desk.reading(actor, Action.REKEY, check=check_can_operate, only_counted=True) as step:
            return keys_in_use(step.tx)

    def _purge_batch(self, actor: Person) -> int:
        with self._desk.writing(actor, Action.PURGE, check=check_can_operate) as step:
            due = expired_items(step.tx, self._retention)
            erase_items(step.tx, due)
            step.detail["notes"] = len(due)
        return len(due)
