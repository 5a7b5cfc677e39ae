"""Takes in notes: each is assessed together with its case, stored and queued, once however often it is sent."""

from collections.abc import Sequence

from triage.errors import ReviewConflict
from triage.flag import Assessment, Cause, ReadingOrder
from triage.note import Note
from triage.review.desk import Desk
from triage.review.people import Person
from triage.review.policies import check_can_submit
from triage.review.records import Receipt, Submission
from triage.review.replays import RequestKey, find_replay, keep_replay
from triage.review.rules import ReviewRules
from triage.review.store import Transaction
from triage.review.submissions import check_submission, earlier_notes, find_same, lock_note, renew, store_note
from triage.review.vocabulary import Action
from triage.triager import Triager

CASE_DAYS = 90
"""How far back a case's earlier notes count for the reading order of a new one."""
CASE_NOTES = 30
"""Of those, at most so many, the latest."""

Answer = tuple[Assessment, ReadingOrder]


class Intake:
    """Stores what is submitted.

    Args:
        desk: The store with its audit log.
        triager: Assesses the notes.
        rules: How reviewing works.
    """

    def __init__(self, desk: Desk, triager: Triager, rules: ReviewRules) -> None:
        self._desk = desk
        self._triager = triager
        self._rules = rules

    def submit(self, actor: Person, submission: Submission, named: RequestKey | None) -> Receipt:
        """Store, assess and queue a note; see `triage.service.ReviewService.submit`."""
        check_submission(submission)
        with self._desk.refusing(actor, Action.SUBMIT):
            check_can_submit(actor)
        try:
            return self._submit(actor, submission, named)
        except ReviewConflict:  # The same note or key came in twice at one moment: now the other one is there.
            return self._submit(actor, submission, named)

    def _submit(self, actor: Person, submission: Submission, named: RequestKey | None) -> Receipt:
        with self._desk.store.reading() as tx:
            known = find_replay(tx, actor.id, submission.source, named) if named else None
            known = known or find_same(tx, submission)
            earlier = () if known else earlier_notes(tx, submission, days=CASE_DAYS, limit=CASE_NOTES)
        answer = None if known else self._assess(submission.note, earlier)
        with self._desk.writing(actor, Action.SUBMIT, check=check_can_submit, earlier=len(earlier)) as step:
            receipt = self._stored(step.tx, actor, submission, named, answer)
            step.subject = receipt.item_id
            step.detail |= {"created": receipt.created, "replayed": receipt.replayed}
            return receipt

    def _stored(
        self,
        tx: Transaction,
        actor: Person,
        submission: Submission,
        named: RequestKey | None,
        answer: Answer | None,
    ) -> Receipt:
        """Return what became of a submission: answered before, stored before, or stored now."""
        lock_note(tx, submission)
        if named and (replay := find_replay(tx, actor.id, submission.source, named)):
            return replay
        receipt = find_same(tx, submission)
        if receipt is not None:
            renew(tx, submission, receipt.item_id)
        elif answer is not None:
            receipt = store_note(tx, submission, *answer, self._rules)
        else:
            raise ReviewConflict("the note changed while it was submitted; submit it again", code="stale")
        if named:
            keep_replay(tx, actor.id, submission.source, named, receipt)
        return receipt

    def _assess(self, note: Note, earlier: Sequence[Note]) -> Answer:
        """Assess a note together with its case; whatever fails, the note is queued for a person."""
        try:
            assessments, order = self._triager.assess_case([*earlier, note])
        except Exception:  # Its message could hold note text.
            failed = self._triager.not_assessed(note, Cause.INTERNAL_ERROR)
            return failed, failed.reading_order
        return assessments[-1], order
