"""Rows of decisions and outcomes: added, never changed; a later row of the same person supersedes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select

from triage.flag import Level, Status
from triage.review.people import Person
from triage.review.records import Adjudication, Decision, Review, Vote
from triage.review.store import Row, Transaction
from triage.review.tables import outcomes, votes
from triage.review.vocabulary import Outcome, Reason, Verdict


def add_vote(
    tx: Transaction, person_id: str, item_id: str, decision: Decision, *, blind: bool = False, ruling: bool = False
) -> None:
    """Add a decision; two at the same moment cannot both be added."""
    mine = (votes.c.item == item_id, votes.c.reviewer == person_id, votes.c.indicator == decision.indicator)
    row = {
        "id": uuid4().hex,
        "item": item_id,
        "reviewer": person_id,
        "ruling": ruling,
        "indicator": decision.indicator,
        "sequence": _next(tx, select(func.max(votes.c.sequence)).where(*mine)),
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "corrected_indicator": decision.corrected_indicator,
        "corrected_status": decision.corrected_status,
        "corrected_level": decision.corrected_level,
        "start": decision.start,
        "end": decision.end,
        "blind": blind,
        "at": tx.now,
    }
    tx.connection.execute(insert(votes).values(tx.seal(votes, row, {"comment": decision.comment})))


def withdraw_vote(tx: Transaction, person_id: str, item_id: str, indicator: str, *, ruling: bool = False) -> None:
    """Take a decision back by a row that supersedes it."""
    add_vote(tx, person_id, item_id, Decision(indicator, Verdict.WITHDRAWN), ruling=ruling)


def read_votes(tx: Transaction, item_id: str, *, ruling: bool) -> tuple[Vote, ...]:
    """Return every row of an item's decisions in the order they were made, withdrawals included."""
    query = (
        select(votes)
        .where(votes.c.item == item_id, votes.c.ruling.is_(ruling))
        .order_by(votes.c.at, votes.c.sequence, votes.c.indicator)
    )
    rows = tx.connection.execute(query).mappings().all()
    last: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        key = row["reviewer"], row["indicator"]
        last[key] = max(last[key], row["sequence"])
    return tuple(
        Vote(
            id=row["id"],
            reviewer=row["reviewer"],
            decision=_decision(tx, row),
            at=row["at"],
            current=row["sequence"] == last[row["reviewer"], row["indicator"]] and row["verdict"] != Verdict.WITHDRAWN,
            blind=row["blind"],
        )
        for row in rows
    )


def current(given: Iterable[Vote], person_id: str | None = None) -> dict[str, Decision]:
    """Return the decisions that stand, by indicator: of one person, or of all."""
    return {
        vote.decision.indicator: vote.decision
        for vote in given
        if vote.current and (person_id is None or vote.reviewer == person_id)
    }


def add_outcome(
    tx: Transaction,
    person: Person,
    item: Row,
    outcome: Outcome,
    *,
    position: int,
    comment: str,
    ruling: bool = False,
) -> None:
    """Add a reader's, or for a ruling a lead's, outcome of the whole note."""
    since = item["claimed_at"] or tx.now
    row = _outcome_row(tx, person.id, item["id"], outcome, position=position, ruling=ruling, withdrawn=False)
    row["seconds"] = int((tx.now - since).total_seconds())
    tx.connection.execute(insert(outcomes).values(tx.seal(outcomes, row, {"comment": comment})))


def withdraw_outcome(tx: Transaction, review: Review, item_id: str, *, ruling: bool = False) -> None:
    """Take an outcome back by a row that supersedes it."""
    row = _outcome_row(
        tx, review.reviewer, item_id, review.outcome, position=review.position, ruling=ruling, withdrawn=True
    )
    tx.connection.execute(insert(outcomes).values(tx.seal(outcomes, row, {"comment": ""})))


def read_reviews(tx: Transaction, item_id: str, *, ruling: bool = False) -> tuple[Review, ...]:
    """Return an item's outcomes in the order they were given; withdrawals only show in `current`."""
    query = select(outcomes).where(outcomes.c.item == item_id, outcomes.c.ruling.is_(ruling)).order_by(outcomes.c.at)
    rows = tx.connection.execute(query).mappings().all()
    last: dict[str, int] = defaultdict(int)
    for row in rows:
        last[row["reviewer"]] = max(last[row["reviewer"]], row["sequence"])
    return tuple(
        Review(
            reviewer=row["reviewer"],
            position=row["position"],
            outcome=Outcome(row["outcome"]),
            comment=_comment(tx.unseal(outcomes, row)),
            at=row["at"],
            seconds=row["seconds"],
            current=row["sequence"] == last[row["reviewer"]],
        )
        for row in rows
        if not row["withdrawn"]
    )


def read_adjudications(tx: Transaction, item_id: str) -> tuple[Adjudication, ...]:
    """Return how leads settled an item, earlier ones that were taken back included."""
    rulings = read_votes(tx, item_id, ruling=True)
    return tuple(
        Adjudication(
            lead=review.reviewer,
            rulings=tuple(
                vote.decision
                for vote in rulings
                if vote.at == review.at and vote.reviewer == review.reviewer and vote.decision.verdict != "withdrawn"
            ),
            outcome=review.outcome,
            comment=review.comment,
            at=review.at,
            current=review.current,
        )
        for review in read_reviews(tx, item_id, ruling=True)
    )


def latest_review(reviews: Sequence[Review], person_id: str) -> Review | None:
    """Return a person's review that stands."""
    return next((review for review in reviews if review.current and review.reviewer == person_id), None)


def _outcome_row(
    tx: Transaction, person_id: str, item_id: str, outcome: Outcome, *, position: int, ruling: bool, withdrawn: bool
) -> dict[str, Any]:
    mine = (outcomes.c.item == item_id, outcomes.c.reviewer == person_id)
    return {
        "id": uuid4().hex,
        "item": item_id,
        "reviewer": person_id,
        "ruling": ruling,
        "sequence": _next(tx, select(func.max(outcomes.c.sequence)).where(*mine)),
        "withdrawn": withdrawn,
        "position": position,
        "outcome": outcome.value,
        "seconds": 0,
        "at": tx.now,
    }


def _next(tx: Transaction, query: Any) -> int:
    return (tx.connection.execute(query).scalar_one() or 0) + 1


def _decision(tx: Transaction, row: Row) -> Decision:
    return Decision(
        indicator=row["indicator"],
        verdict=Verdict(row["verdict"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        corrected_indicator=row["corrected_indicator"],
        corrected_status=Status(row["corrected_status"]) if row["corrected_status"] else None,
        corrected_level=Level(row["corrected_level"]) if row["corrected_level"] else None,
        start=row["start"],
        end=row["end"],
        comment=_comment(tx.unseal(votes, row)),
    )


def _comment(content: Any) -> str:
    return str(content["comment"]) if content else ""
