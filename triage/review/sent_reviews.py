"""A whole review in one step, as a case-management system sends it: taken, decided and completed, or nothing of it."""

from collections.abc import Sequence

from triage.errors import InvalidTransition, ReviewConflict
from triage.review import judging, queue
from triage.review.items import item_of, load, load_for_change
from triage.review.people import Person
from triage.review.records import Decision, Item
from triage.review.rules import ReviewRules
from triage.review.store import Row, Transaction
from triage.review.vocabulary import Outcome
from triage.review.votes import current, latest_review, read_reviews, read_votes


def keep_review(
    tx: Transaction,
    person: Person,
    item_id: str,
    *,
    decisions: Sequence[Decision],
    outcome: Outcome,
    comment: str,
    known: frozenset[str],
    rules: ReviewRules,
) -> tuple[Item, bool]:
    """Store a person's whole review.

    Returns:
        The item after it, and whether it is new: False where the person said exactly this before.

    Raises:
        ReviewConflict: A newer text came in, somebody else is reading the note, or the person said something else
            (`already_reviewed`).
        InvalidTransition: The note is not in the queue, its flags are still hidden, one of them is undecided, or a
            decision is not one (`where` says which).
    """
    row = load(tx, person, item_id, lock=True)
    if person.id in item_of(row).reviewers:
        if not _said(tx, person, row, decisions, outcome, comment):
            raise ReviewConflict(
                "this person reviewed the note and said something else; a review that was sent is not changed",
                code="already_reviewed",
            )
        return item_of(row), False
    load_for_change(tx, person, item_id, row["version"])
    item = queue.claim(tx, person, item_id, rules)
    for number, decision in enumerate(decisions):
        try:
            item = judging.decide(
                tx, person, item_id, version=item.version, decision=decision, known=known, rules=rules
            )
        except InvalidTransition as fault:
            where = f"decisions/{number}/{fault.where}" if fault.where else None
            raise InvalidTransition(fault.message, code=fault.code, where=where) from None
    done = judging.complete(tx, person, item_id, version=item.version, outcome=outcome, comment=comment, rules=rules)
    return done, True


def _said(
    tx: Transaction, person: Person, row: Row, decisions: Sequence[Decision], outcome: Outcome, comment: str
) -> bool:
    kept = current(read_votes(tx, row["id"], ruling=False), person.id)
    review = latest_review(read_reviews(tx, row["id"]), person.id)
    same = kept == {decision.indicator: decision for decision in decisions}
    return same and review is not None and (review.outcome, review.comment) == (outcome, comment)
