"""The steps of reading a note: first judgement, decisions, undo, completion, adjudication, reopening."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from triage.errors import InvalidTransition, NotAllowed, ReviewConflict
from triage.flag import Band, Status
from triage.review.contents import read_notes
from triage.review.decisions import MAX_COMMENT, check_decision, check_mark, effect, standings
from triage.review.fingerprints import fraction
from triage.review.items import advance, check_holds, is_hidden, item_of, load_for_change
from triage.review.people import Person
from triage.review.policies import check_can_adjudicate, check_can_reopen
from triage.review.records import Decision, IndicatorStanding, Item, Mark
from triage.review.rules import ReviewRules
from triage.review.states import Event
from triage.review.store import Row, Transaction
from triage.review.tables import findings, first_judgements, item_flags, notes
from triage.review.vocabulary import ItemKind, ItemState, Outcome, Standing, Verdict
from triage.review.votes import (
    add_outcome,
    add_vote,
    current,
    latest_review,
    read_reviews,
    read_votes,
    withdraw_outcome,
    withdraw_vote,
)


def judge_first(
    tx: Transaction,
    person: Person,
    item_id: str,
    *,
    version: int,
    marks: Sequence[Mark],
    known: frozenset[str],
    rules: ReviewRules,
) -> Item:
    """Store what the person saw before the flags are shown; what was not flagged counts as added.

    Raises:
        InvalidTransition: The flags are not hidden from this person, or a mark is not in the note.
    """
    row = load_for_change(tx, person, item_id, version)
    check_holds(tx, person, row)
    if not is_hidden(tx, person, row):
        raise InvalidTransition("the flags are already shown on this note", code="wrong_state")
    length = _length(tx, item_id)
    for mark in marks:
        check_mark(mark, known=known, length=length)
    _insert_judgement(tx, person, row, marks)
    flags = flags_of(tx, item_id)
    for mark in {mark.indicator: mark for mark in reversed(marks)}.values():
        if mark.indicator not in flags:
            added = Decision(
                mark.indicator,
                Verdict.ADDED,
                corrected_status=mark.status,
                corrected_level=mark.level,
                start=mark.start,
                end=mark.end,
            )
            add_vote(tx, person.id, item_id, added, blind=True)
    return advance(tx, row, Event.DECIDE, lease_until=tx.now + rules.lease)


def decide(
    tx: Transaction,
    person: Person,
    item_id: str,
    *,
    version: int,
    decision: Decision,
    known: frozenset[str],
    rules: ReviewRules,
) -> Item:
    """Store a decision on one indicator.

    Raises:
        ReviewConflict: Stale, not claimed, or this person has decided on the indicator already (`already_decided`).
        InvalidTransition: The flags are still hidden (`judge_first`), or the decision is not one (`bad_decision`).
    """
    row = load_for_change(tx, person, item_id, version)
    check_holds(tx, person, row)
    _check_shown(tx, person, row)
    check_decision(decision, flags=flags_of(tx, item_id), known=known, length=_length(tx, item_id))
    if decision.indicator in current(read_votes(tx, item_id, ruling=False), person.id):
        raise ReviewConflict("you have decided on this; undo that first", code="already_decided")
    add_vote(tx, person.id, item_id, decision)
    return advance(tx, row, Event.DECIDE, lease_until=tx.now + rules.lease)


def undo(tx: Transaction, person: Person, item_id: str, *, version: int, indicator: str, rules: ReviewRules) -> Item:
    """Take an own decision back; it stays in the history.

    Raises:
        InvalidTransition: There is none.
    """
    row = load_for_change(tx, person, item_id, version)
    check_holds(tx, person, row)
    if indicator not in current(read_votes(tx, item_id, ruling=False), person.id):
        raise InvalidTransition("there is no decision of yours to undo", code="nothing_to_undo")
    withdraw_vote(tx, person.id, item_id, indicator)
    return advance(tx, row, Event.DECIDE, lease_until=tx.now + rules.lease)


def complete(
    tx: Transaction,
    person: Person,
    item_id: str,
    *,
    version: int,
    outcome: Outcome,
    comment: str,
    rules: ReviewRules,
) -> Item:
    """End a reading: the item is settled, or goes to a second reader or to adjudication.

    Raises:
        InvalidTransition: Flags are still hidden (`judge_first`) or undecided (`undecided_flags`).
    """
    row = load_for_change(tx, person, item_id, version)
    check_holds(tx, person, row)
    _check_shown(tx, person, row)
    _check_comment(comment)
    flags = flags_of(tx, item_id)
    given = current(read_votes(tx, item_id, ruling=False), person.id)
    if undecided := [indicator for indicator in flags if indicator not in given]:
        raise InvalidTransition(f"decide on every flag first; {len(undecided)} to go", code="undecided_flags")
    first = row["state"] == ItemState.IN_REVIEW
    add_outcome(tx, person, row, outcome, position=1 if first else 2, comment=comment)
    return _first_done(tx, person, row, given, rules) if first else _second_done(tx, person, row)


def adjudicate(
    tx: Transaction,
    person: Person,
    item_id: str,
    *,
    version: int,
    rulings: Sequence[Decision],
    outcome: Outcome,
    comment: str,
    known: frozenset[str],
) -> Item:
    """Settle what two readers saw differently.

    Raises:
        InvalidTransition: Not in conflict, or the rulings are not one for every conflicting indicator.
        NotAllowed: The person is no lead, or read it.
    """
    row = load_for_change(tx, person, item_id, version)
    check_can_adjudicate(person, item_of(row))
    _check_comment(comment)
    flags, length = flags_of(tx, item_id), _length(tx, item_id)
    conflicting = {s.indicator for s in read_standings(tx, row) if s.standing is Standing.CONFLICTED}
    for ruling in rulings:
        check_decision(ruling, flags=flags, known=known, length=length, ruling=True)
    if sorted(ruling.indicator for ruling in rulings) != sorted(conflicting):
        raise InvalidTransition("rule once on every indicator in conflict", code="bad_decision", where="rulings")
    for ruling in rulings:
        add_vote(tx, person.id, item_id, ruling, ruling=True)
    add_outcome(tx, person, row, outcome, position=3, comment=comment, ruling=True)
    return _settle(tx, row, Event.ADJUDICATE)


def reopen(tx: Transaction, person: Person, item_id: str, *, version: int, rules: ReviewRules) -> Item:
    """Take an own completion or adjudication back; all of it stays in the history.

    Raises:
        NotAllowed: It is somebody else's.
        InvalidTransition: A second reader has begun.
    """
    row = load_for_change(tx, person, item_id, version)
    item = item_of(row)
    check_can_reopen(person, item)
    ruling = item.state is ItemState.ADJUDICATED
    review = latest_review(read_reviews(tx, item_id, ruling=ruling), person.id)
    if review is None:
        raise NotAllowed("only the lead who settled the note can reopen it", code="not_yours")
    tx.connection.execute(delete(findings).where(findings.c.item == item_id))
    withdraw_outcome(tx, review, item_id, ruling=ruling)
    if ruling:
        for indicator in current(read_votes(tx, item_id, ruling=True), person.id):
            withdraw_vote(tx, person.id, item_id, indicator, ruling=True)
        return advance(tx, row, Event.REOPEN, settled_at=None)
    mine = "second_reviewer" if review.position > 1 else "first_reviewer"
    second_reason = row["second_reason"] if review.position > 1 else None
    lease = {"lease_owner": person.id, "lease_until": tx.now + rules.lease, "claimed_at": tx.now}
    changes = {**lease, mine: None, "second_reason": second_reason, "settled_at": None}
    return advance(tx, row, Event.REOPEN, reviews=len(item.reviewers), **changes)


def flags_of(tx: Transaction, item_id: str) -> dict[str, Status]:
    """Return an item's flags with their status."""
    query = select(item_flags.c.indicator, item_flags.c.status).where(item_flags.c.item == item_id)
    return {row.indicator: Status(row.status) for row in tx.connection.execute(query.order_by(item_flags.c.indicator))}


def read_standings(tx: Transaction, row: Row) -> tuple[IndicatorStanding, ...]:
    """Return what the decisions on an item amount to."""
    given = read_votes(tx, row["id"], ruling=False)
    reviews = [review for review in read_reviews(tx, row["id"]) if review.current]
    reviews.sort(key=lambda review: review.position)
    needed = 1 if row["second_reason"] is None else 2
    return standings(
        flags_of(tx, row["id"]),
        [current(given, review.reviewer) for review in reviews],
        current(read_votes(tx, row["id"], ruling=True)),
        complete=len(reviews) >= needed,
    )


def _first_done(tx: Transaction, person: Person, row: Row, given: dict[str, Decision], rules: ReviewRules) -> Item:
    name = tx.connection.execute(select(notes.c.note_hash).where(notes.c.id == row["note"])).scalar_one()
    reason = rules.second.reason(
        band=Band(row["band"]),
        flagged=row["kind"] == ItemKind.FLAGGED,
        verdicts=[decision.verdict for decision in given.values()],
        fraction=fraction(tx.keys, "dismissal", name),
    )
    if reason is None:
        return _settle(tx, row, Event.SETTLE, first_reviewer=person.id)
    return advance(tx, row, Event.ASK_SECOND, first_reviewer=person.id, second_reason=reason)


def _second_done(tx: Transaction, person: Person, row: Row) -> Item:
    outcomes = {review.outcome for review in read_reviews(tx, row["id"]) if review.current}
    differ = any(standing.standing is Standing.CONFLICTED for standing in read_standings(tx, row))
    if differ or len(outcomes) > 1:
        return advance(tx, row, Event.CONFLICT, second_reviewer=person.id)
    return _settle(tx, row, Event.SETTLE, second_reviewer=person.id)


def _settle(tx: Transaction, row: Row, event: Event, **changes: Any) -> Item:
    """Take the last step and write down, for counting, what the decisions came to."""
    item = advance(tx, row, event, settled_at=tx.now, **changes)
    flags = flags_of(tx, row["id"])
    lines: dict[str, dict[str, object]] = {}
    for standing in read_standings(tx, row):
        decision = standing.decision
        if decision is None or decision.verdict is Verdict.UNSURE:
            continue
        left = effect(decision, flags.get(standing.indicator, Status.AFFIRMED))
        if standing.indicator in flags:
            kept = left is not None and left[0] == standing.indicator
            lines[standing.indicator] = {"indicator": standing.indicator, "flagged": True, "kept": kept}
        if left is not None and left[0] not in flags:
            lines[left[0]] = {"indicator": left[0], "flagged": False, "kept": True}
    if lines:
        tx.connection.execute(insert(findings), [{"item": row["id"], **line} for line in lines.values()])
    return item


def _insert_judgement(tx: Transaction, person: Person, row: Row, marks: Sequence[Mark]) -> None:
    tx.connection.execute(
        insert(first_judgements).values(
            item=row["id"],
            reviewer=person.id,
            marks=[[mark.indicator, mark.start, mark.end, mark.status, mark.level] for mark in marks],
            seconds=int((tx.now - row["claimed_at"]).total_seconds()),
            at=tx.now,
        )
    )


def _check_shown(tx: Transaction, person: Person, row: Row) -> None:
    if is_hidden(tx, person, row):
        raise InvalidTransition("say first what you see in the note; then its flags are shown", code="judge_first")


def _check_comment(comment: str) -> None:
    if len(comment) > MAX_COMMENT:
        raise InvalidTransition(f"longer than {MAX_COMMENT:,} characters", code="bad_decision", where="comment")


def _length(tx: Transaction, item_id: str) -> int:
    return len(read_notes(tx, [item_id])[item_id].note.text)
