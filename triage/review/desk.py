"""Opens a transaction for somebody: the role is checked, what is done is in the audit log, what is refused as well."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from triage.errors import NotAllowed, NotFound
from triage.review.audit import append
from triage.review.people import Person
from triage.review.store import ReviewStore, Transaction
from triage.review.tallies import count_touched
from triage.review.vocabulary import Action

Check = Callable[[Person], None]


@dataclass(slots=True)
class Step:
    """One step under way.

    Attributes:
        tx: The transaction.
        subject: Item or digest of a case for the audit entry; may be set once it is known.
        detail: For the audit entry; never words of a note.
    """

    tx: Transaction
    subject: str | None
    detail: dict[str, Any] = field(default_factory=dict)


class Desk:
    """The store with its audit log.

    Args:
        store: An open store.
    """

    def __init__(self, store: ReviewStore) -> None:
        self.store = store

    @contextmanager
    def writing(
        self, actor: Person, action: Action, subject: str | None = None, *, check: Check, **detail: Any
    ) -> Iterator[Step]:
        """Open a step that changes something; the entry is part of its transaction.

        Raises:
            NotAllowed: The role is missing; that is recorded.
            StoreUnavailable: Nothing was changed.
        """
        with self.refusing(actor, action, subject):
            check(actor)
            with self.store.writing() as tx:
                step = Step(tx, subject, detail)
                yield step
                append(tx, actor, action, step.subject, **step.detail)
                # Last: from the entry on, one writer at a time counts, so that no two wait for each other.
                count_touched(tx)

    @contextmanager
    def reading(
        self, actor: Person, action: Action, subject: str | None = None, *, check: Check, **detail: Any
    ) -> Iterator[Step]:
        """Open a step that only reads; its entry is on disk before the caller gets anything."""
        with self.refusing(actor, action, subject):
            check(actor)
            with self.store.reading() as tx:
                step = Step(tx, subject, detail)
                yield step
            with self.store.writing() as tx:
                append(tx, actor, action, step.subject, **step.detail)

    @contextmanager
    def refusing(self, actor: Person, action: Action, subject: str | None = None) -> Iterator[None]:
        """Record a refusal that the block raises."""
        try:
            yield
        except (NotAllowed, NotFound) as refusal:
            with self.store.writing() as tx:
                append(tx, actor, Action.DENIED, subject, wanted=action.value, code=refusal.code)
            raise
