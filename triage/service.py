"""The use cases of reviewing: who may do what, on which note, with every read and write in the audit log."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, replace
from typing import Any, Self

from triage.review import access, judging, queue
from triage.review.contents import case_digest
from triage.review.desk import Desk, Step
from triage.review.intake import Intake
from triage.review.items import is_item_id, item_of, load
from triage.review.pages import note_reading, read_page, read_today
from triage.review.people import Person
from triage.review.policies import check_can_lead, check_can_review
from triage.review.records import (
    Decision,
    Item,
    Mark,
    NotePage,
    QueueFilter,
    QueuePage,
    QueueRow,
    Receipt,
    Submission,
)
from triage.review.replays import RequestKey
from triage.review.reports import Reports
from triage.review.retention import Retention
from triage.review.rules import ReviewRules
from triage.review.sent_reviews import keep_review
from triage.review.settings import ReviewSettings
from triage.review.setup import open_store, prepare_store
from triage.review.sign_ins import SignIns
from triage.review.store import Clock, utc_now
from triage.review.upkeep import Upkeep
from triage.review.vocabulary import Action, Outcome, SkipReason
from triage.triager import Triager

__all__ = ["ReviewService", "prepare_store"]

_EVERYTHING = QueueFilter()


class ReviewService:
    """Reviewing, for pages, the API and the command line; safe to share between threads.

    Args:
        desk: The store with its audit log.
        triager: Assesses what is submitted.
        rules: How reviewing works.
        retention: How long records are kept.
    """

    def __init__(self, desk: Desk, triager: Triager, *, rules: ReviewRules, retention: Retention) -> None:
        self.reports = Reports(desk, retention)
        self.upkeep = Upkeep(desk, retention)
        self.sign_ins = SignIns(desk)
        self.rules = rules
        self._desk = desk
        self._intake = Intake(desk, triager, rules)
        self._known = frozenset(indicator.id for indicator in triager.knowledge.indicators)

    @classmethod
    def open(cls, settings: ReviewSettings, triager: Triager, *, clock: Clock = utc_now) -> Self:
        """Open the store that the settings name.

        Raises:
            KeyRingError: No key ring, or another database's; says what to do.
            StoreUnavailable: The database does not answer, or its tables are not of this version.
        """
        desk = Desk(open_store(settings, clock=clock))
        return cls(desk, triager, rules=settings.rules(), retention=settings.retention())

    def close(self) -> None:
        """Close all connections."""
        self._desk.store.close()

    def ping(self) -> None:
        """Raise StoreUnavailable or KeyRingError where the store cannot be used now; open it again then."""
        self._desk.store.ping()

    def submit(self, actor: Person, submission: Submission, *, named: RequestKey | None = None) -> Receipt:
        """Store, assess and queue a note; the same text again changes nothing, another text is a new version.

        Args:
            actor: Who sends it.
            submission: The note.
            named: The request's idempotency key, where it has one.

        Raises:
            NoteError: No id, or one that cannot be stored.
            ReviewConflict: The idempotency key came with another request (`key_reused`).
        """
        return self._intake.submit(actor, submission, named)

    def queue(self, actor: Person, *, filters: QueueFilter = _EVERYTHING, page: int = 1) -> QueuePage:
        """Return a page of the queue."""
        with self._desk.reading(actor, Action.LIST, check=check_can_review, page=page, **_asked(filters)) as step:
            return queue.read_queue(step.tx, actor, filters, page=page)

    def find_case(self, actor: Person, case_id: str) -> tuple[QueueRow, ...]:
        """Return a case's notes, the newest first."""
        with self._desk.reading(actor, Action.SEARCH, self._case(case_id), check=check_can_review) as step:
            return queue.find_case(step.tx, actor, case_id)

    def claim(self, actor: Person, item_id: str) -> Item:
        """Take a note for a time, or keep an own one longer."""
        with self._changing(actor, Action.CLAIM, item_id) as step:
            return queue.claim(step.tx, actor, item_id, self.rules)

    def claim_next(self, actor: Person, *, filters: QueueFilter = _EVERYTHING) -> Item | None:
        """Take the first note that waits for somebody like this person."""
        with self._desk.writing(actor, Action.CLAIM, check=check_can_review, **_asked(filters)) as step:
            item = queue.claim_next(step.tx, actor, filters, self.rules)
            step.subject = item.id if item else None
            return item

    def release(self, actor: Person, item_id: str) -> Item:
        """Give an own note back."""
        with self._changing(actor, Action.RELEASE, item_id) as step:
            return queue.release(step.tx, actor, item_id)

    def skip(self, actor: Person, item_id: str, *, reason: SkipReason) -> Item:
        """Give an own note back with a reason; it is not offered to this person again."""
        with self._changing(actor, Action.SKIP, item_id, reason=reason.value) as step:
            return queue.skip(step.tx, actor, item_id, reason)

    def glance(self, actor: Person, item_id: str) -> Item:
        """Return where a note stands, without its content."""
        with self._desk.reading(actor, Action.READ, _subject(item_id), check=check_can_review, state_only=True) as step:
            return item_of(load(step.tx, actor, item_id))

    def note_page(self, actor: Person, item_id: str) -> NotePage:
        """Return everything this person may see of a note, and count it where it is distressing."""
        with self._changing(actor, Action.READ, item_id) as step:
            page = read_page(step.tx, actor, item_id)
            step.detail |= {"hidden": page.hidden, "version": page.item.version}
            if not page.distressing:
                return page
            note_reading(step.tx, actor, item_id)
            return replace(page, read_today=read_today(step.tx, actor))

    def judge_first(self, actor: Person, item_id: str, *, version: int, marks: Sequence[Mark]) -> Item:
        """Store what the person saw before the flags are shown; none is an answer too."""
        named = [mark.indicator for mark in marks]
        with self._changing(actor, Action.JUDGE, item_id, marks=len(named)) as step:
            return judging.judge_first(
                step.tx, actor, item_id, version=version, marks=marks, known=self._known, rules=self.rules
            )

    def decide(self, actor: Person, item_id: str, *, version: int, decision: Decision) -> Item:
        """Store a decision on one indicator."""
        with self._changing(actor, Action.DECIDE, item_id, **_said(decision)) as step:
            return judging.decide(
                step.tx, actor, item_id, version=version, decision=decision, known=self._known, rules=self.rules
            )

    def undo(self, actor: Person, item_id: str, *, version: int, indicator: str) -> Item:
        """Take an own decision back; it stays in the history."""
        with self._changing(actor, Action.UNDO, item_id, indicator=indicator) as step:
            return judging.undo(step.tx, actor, item_id, version=version, indicator=indicator, rules=self.rules)

    def complete(self, actor: Person, item_id: str, *, version: int, outcome: Outcome, comment: str = "") -> Item:
        """End a reading: settled, or on to a second reader or to adjudication."""
        with self._changing(actor, Action.COMPLETE, item_id, outcome=outcome.value) as step:
            return judging.complete(
                step.tx, actor, item_id, version=version, outcome=outcome, comment=comment, rules=self.rules
            )

    def keep_review(
        self,
        actor: Person,
        item_id: str,
        *,
        decisions: Sequence[Decision],
        outcome: Outcome,
        comment: str = "",
        through: str,
    ) -> tuple[Item, bool]:
        """Store a whole review that a system sends for a person; return the item, and False if it was there before.

        Args:
            actor: The person.
            item_id: The note.
            decisions: On every flag, and on each indicator that was missed.
            outcome: What happens next.
            comment: On the whole note.
            through: Who vouches for the person, for the audit log.
        """
        said = {"outcome": outcome.value, "decisions": [_said(decision) for decision in decisions], "through": through}
        with self._changing(actor, Action.COMPLETE, item_id, **said) as step:
            item, created = keep_review(
                step.tx,
                actor,
                item_id,
                decisions=decisions,
                outcome=outcome,
                comment=comment,
                known=self._known,
                rules=self.rules,
            )
            step.detail["created"] = created
            return item, created

    def reopen(self, actor: Person, item_id: str, *, version: int) -> Item:
        """Take an own completion or adjudication back; it stays in the history."""
        with self._changing(actor, Action.REOPEN, item_id) as step:
            return judging.reopen(step.tx, actor, item_id, version=version, rules=self.rules)

    def adjudicate(
        self,
        actor: Person,
        item_id: str,
        *,
        version: int,
        rulings: Sequence[Decision],
        outcome: Outcome,
        comment: str = "",
    ) -> Item:
        """Settle what two readers saw differently."""
        said = [_said(ruling) for ruling in rulings]
        with self._changing(actor, Action.ADJUDICATE, item_id, outcome=outcome.value, rulings=said) as step:
            return judging.adjudicate(
                step.tx,
                actor,
                item_id,
                version=version,
                rulings=rulings,
                outcome=outcome,
                comment=comment,
                known=self._known,
            )

    def restrict_case(self, actor: Person, case_id: str, *, people: Sequence[str]) -> None:
        """Restrict a case to the people named."""
        with self._about_case(actor, Action.RESTRICT, case_id, people=list(people)) as (step, case):
            access.restrict(step.tx, case, case_id)
            for person_id in people:
                access.grant(step.tx, case, person_id)

    def lift_restriction(self, actor: Person, case_id: str) -> None:
        """Open a case to every reader again."""
        with self._about_case(actor, Action.RESTRICT, case_id, lifted=True) as (step, case):
            access.lift(step.tx, case)

    def grant(self, actor: Person, case_id: str, person_id: str) -> None:
        """Name one more person for a restricted case."""
        with self._about_case(actor, Action.GRANT, case_id, person=person_id) as (step, case):
            access.grant(step.tx, case, person_id)

    def revoke(self, actor: Person, case_id: str, person_id: str) -> None:
        """Take a person's name off a restricted case."""
        with self._about_case(actor, Action.REVOKE, case_id, person=person_id) as (step, case):
            access.revoke(step.tx, case, person_id)

    def case_readers(self, actor: Person, case_id: str) -> tuple[str, ...]:
        """Return the ids of the people named for a restricted case."""
        case = self._case(case_id)
        with self._desk.reading(actor, Action.SEARCH, case, check=check_can_lead, readers=True) as step:
            return access.readers(step.tx, case)

    def _changing(self, actor: Person, action: Action, item_id: str, **detail: Any) -> AbstractContextManager[Step]:
        return self._desk.writing(actor, action, _subject(item_id), check=check_can_review, **detail)

    @contextmanager
    def _about_case(self, actor: Person, action: Action, case_id: str, **detail: Any) -> Iterator[tuple[Step, str]]:
        case = self._case(case_id)
        with self._desk.writing(actor, action, case, check=check_can_lead, **detail) as step:
            yield step, case

    def _case(self, case_id: str) -> str:
        return case_digest(self._desk.store.keys, case_id)


def _subject(item_id: str) -> str | None:
    return item_id if is_item_id(item_id) else None


def _asked(filters: QueueFilter) -> dict[str, Any]:
    return {name: str(value) for name, value in asdict(filters).items() if value is not None}


def _said(decision: Decision) -> dict[str, str]:
    """Return what the audit log keeps of a decision: codes, not words."""
    said = {"indicator": decision.indicator, "verdict": decision.verdict.value}
    return said | ({"reason": decision.reason.value} if decision.reason else {})
