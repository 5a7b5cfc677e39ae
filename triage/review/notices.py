"""Notices to a lead: reading that has become a formality, notes that reach nobody; questions, not findings."""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from sqlalchemy import func, select

from triage.flag import Band
from triage.review.access import unnamed_cases
from triage.review.figures import Notice
from triage.review.items import BANDS
from triage.review.store import Transaction
from triage.review.tables import items, outcomes, votes
from triage.review.vocabulary import Verdict

WINDOW = timedelta(days=30)
ENOUGH_VOTES = 30
"""Fewer decisions say nothing of a person's habit."""
ALWAYS = 0.98
"""Share of agreement from which a person may have stopped judging."""
ENOUGH_REVIEWS = 10
FAST_SECONDS = 15
"""Median time on a note below which it can hardly have been read."""
OFTEN_SKIPPED = 3
OVERDUE = {Band.SAME_DAY: timedelta(hours=24), Band.NEXT_WORKING_DAY: timedelta(days=4)}
"""When a waiting note is late: a weekend may lie between."""


def read_notices(tx: Transaction) -> tuple[Notice, ...]:
    """Return what a lead should look into now."""
    return (*_always_agrees(tx), *_very_fast(tx), *_often_skipped(tx), *_overdue(tx), *_unnamed(tx))


def _always_agrees(tx: Transaction) -> Iterator[Notice]:
    query = (
        select(votes.c.reviewer, votes.c.verdict, func.count())
        .where(votes.c.at >= tx.now - WINDOW, votes.c.ruling.is_(False))
        .where(votes.c.verdict.in_([Verdict.AGREE.value, Verdict.DISAGREE.value]))
        .group_by(votes.c.reviewer, votes.c.verdict)
        .order_by(votes.c.reviewer)
    )
    counts: dict[str, dict[str, int]] = {}
    for reviewer, verdict, count in tx.connection.execute(query):
        counts.setdefault(reviewer, {})[verdict] = count
    for reviewer, given in counts.items():
        total = sum(given.values())
        agreed = given.get(Verdict.AGREE.value, 0)
        if total >= ENOUGH_VOTES and agreed >= ALWAYS * total:
            text = f"{reviewer} agreed with {agreed} of {total} flags in {WINDOW.days} days."
            yield Notice("agrees_always", reviewer, text)


def _very_fast(tx: Transaction) -> Iterator[Notice]:
    query = (
        select(outcomes.c.reviewer, outcomes.c.seconds)
        .where(outcomes.c.at >= tx.now - WINDOW, outcomes.c.ruling.is_(False), outcomes.c.withdrawn.is_(False))
        .order_by(outcomes.c.reviewer)
    )
    times: dict[str, list[int]] = {}
    for reviewer, seconds in tx.connection.execute(query):
        times.setdefault(reviewer, []).append(seconds)
    for reviewer, seconds in times.items():
        middle = median(seconds)
        if len(seconds) >= ENOUGH_REVIEWS and middle < FAST_SECONDS:
            text = f"{reviewer} took {middle:.0f} seconds a note (median of {len(seconds)} in {WINDOW.days} days)."
            yield Notice("very_fast", reviewer, text)


def _often_skipped(tx: Transaction) -> Iterator[Notice]:
    query = select(items.c.id, items.c.skips).where(items.c.open.is_(True), items.c.skips >= OFTEN_SKIPPED)
    for item_id, count in tx.connection.execute(query.order_by(items.c.queued_at).limit(50)):
        yield Notice("often_skipped", item_id, f"A note was given back {count} times and still waits.")


def _overdue(tx: Transaction) -> Iterator[Notice]:
    for band, limit in OVERDUE.items():
        # Some stand sooner than their band says, none later.
        stands = (items.c.open.is_(True), items.c.rank <= BANDS.index(band), items.c.band == band.value)
        late = (*stands, items.c.queued_at < tx.now - limit)
        count = tx.connection.execute(select(func.count()).where(*late)).scalar_one()
        if count:
            yield Notice("overdue", band.value, f"{count} notes to be read {band.replace('_', ' ')} still wait.")


def _unnamed(tx: Transaction) -> Iterator[Notice]:
    for case_id in unnamed_cases(tx):
        text = f"Restricted case {case_id} has notes waiting that nobody is named for: name a reader."
        yield Notice("nobody_named", case_id, text)
