"""The supervisor's overview: counts, agreement with the machine, measured misses, age of the queue; one CSV of it."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from triage.review.figures import Agreement, BlindGap, Cell, Misses, Overview, QueueAge
from triage.review.items import BANDS
from triage.review.recall import Stratum, exact_interval, measure
from triage.review.store import Transaction
from triage.review.suppression import SMALL, cells
from triage.review.tables import findings, first_judgements, item_flags, items, votes
from triage.review.vocabulary import ItemKind, ItemState, Verdict

_UNFLAGGED = (ItemKind.SAMPLE.value, ItemKind.UNFLAGGED.value)


def read_overview(tx: Transaction, *, since: date | None) -> Overview:
    """Return the overview of the notes that came in since a day (its whole week); of all by default."""
    current = [items.c.latest.is_(True), items.c.state != ItemState.COLLAPSED.value]
    if since is not None:
        current.append(items.c.week >= since)
    scope = and_(*current)
    return Overview(
        since=since,
        notes=cells(_count(tx, items.c.kind, scope)),
        by_indicator=cells(_by_indicator(tx, scope)),
        by_band=cells(_in_order(_count(tx, items.c.band, scope), [band.value for band in BANDS])),
        by_week=cells(dict(sorted(_count(tx, items.c.week, scope).items()))),
        by_team=cells(dict(sorted(_count(tx, items.c.team, scope).items()))),
        by_state=cells(_in_order(_count(tx, items.c.state, scope), [state.value for state in ItemState])),
        agreement=_agreement(tx, scope),
        blind_gap=_blind_gap(tx, scope),
        misses=read_misses(tx, scope),
        queue_age=_queue_age(tx),
    )


def read_misses(tx: Transaction, scope: ColumnElement[bool]) -> tuple[Misses, ...]:
    """Return measured misses: for anything at all first, then for every indicator that somebody found."""
    strata = _strata(tx, scope)
    kept = _kept(tx, scope)
    missed = _missed(tx, scope)
    names = sorted({name for name, _ in kept} | {name for counts in missed.values() for name in counts if name})
    results = [
        measure(
            None,
            confirmed=_notes_kept(tx, scope),
            seen=0,
            strata=[Stratum(p, read, missed.get(rate, {}).get("", 0)) for rate, p, read in strata],
        )
    ]
    results += [
        measure(
            name,
            confirmed=kept.get((name, True), 0),
            seen=kept.get((name, False), 0),
            strata=[Stratum(p, read, missed.get(rate, {}).get(name, 0)) for rate, p, read in strata],
        )
        for name in names
    ]
    return tuple(results)


def overview_csv(overview: Overview) -> str:
    """Return the overview as one CSV table: table, label, measure, value; an empty value is a hidden count."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["table", "label", "measure", "value"])
    writer.writerows(_lines(overview))
    return stream.getvalue()


def _lines(overview: Overview) -> Iterator[Sequence[object]]:
    tables: Mapping[str, tuple[Cell, ...]] = {
        "notes": overview.notes,
        "indicator": overview.by_indicator,
        "band": overview.by_band,
        "week": overview.by_week,
        "team": overview.by_team,
        "state": overview.by_state,
    }
    for table, row in tables.items():
        for cell in row:
            yield table, _harmless(cell.label), "notes", f"fewer than {SMALL}" if cell.count is None else cell.count
    for agreement in overview.agreement:
        for name in ("agreed", "decided", "low", "high"):
            yield "agreement", agreement.indicator or "all", name, getattr(agreement, name)
    for misses in overview.misses:
        for name in ("confirmed", "sampled", "missed", "estimated", "recall", "low", "high", "refusal"):
            yield "misses", misses.indicator or "any", name, getattr(misses, name)
    for age in overview.queue_age:
        for name in ("waiting", "oldest_hours", "median_hours"):
            yield "queue age", age.band, name, getattr(age, name)


def _harmless(label: str) -> str:
    """Keep a spreadsheet from taking a team's name for a formula."""
    return f"'{label}" if label[:1] in tuple("=+-@\t\r") else label


def _count(tx: Transaction, column: ColumnElement[Any], scope: ColumnElement[bool]) -> dict[str, int]:
    query = select(column, func.count()).select_from(items).where(scope).group_by(column)
    return {"none" if row[0] is None else str(row[0]): row[1] for row in tx.connection.execute(query)}


def _in_order(counts: Mapping[str, int], labels: Sequence[str]) -> dict[str, int]:
    return {label: counts[label] for label in labels if label in counts}


def _by_indicator(tx: Transaction, scope: ColumnElement[bool]) -> dict[str, int]:
    query = (
        select(item_flags.c.indicator, func.count())
        .join(items, items.c.id == item_flags.c.item)
        .where(scope)
        .group_by(item_flags.c.indicator)
        .order_by(func.count().desc(), item_flags.c.indicator)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def _standing_votes(scope: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition of agreeing or disagreeing votes of readers that no later row supersedes."""
    later = votes.alias("later")
    superseded = exists().where(
        later.c.item == votes.c.item,
        later.c.reviewer == votes.c.reviewer,
        later.c.indicator == votes.c.indicator,
        later.c.sequence > votes.c.sequence,
    )
    decided = votes.c.verdict.in_([Verdict.AGREE.value, Verdict.DISAGREE.value])
    return and_(scope, votes.c.ruling.is_(False), decided, ~superseded)


def _agreement(tx: Transaction, scope: ColumnElement[bool]) -> tuple[Agreement, ...]:
    query = (
        select(votes.c.indicator, votes.c.verdict, func.count())
        .join(items, items.c.id == votes.c.item)
        .where(_standing_votes(scope))
        .group_by(votes.c.indicator, votes.c.verdict)
    )
    counts = {(row[0], row[1]): row[2] for row in tx.connection.execute(query)}
    names = sorted({indicator for indicator, _ in counts})
    pairs = {
        name: (counts.get((name, "agree"), 0), counts.get((name, "agree"), 0) + counts.get((name, "disagree"), 0))
        for name in names
    }
    total = (sum(agreed for agreed, _ in pairs.values()), sum(decided for _, decided in pairs.values()))
    return (_share(None, *total), *(_share(name, *pairs[name]) for name in names))


def _share(indicator: str | None, agreed: int, decided: int) -> Agreement:
    if decided < SMALL:
        return Agreement(indicator, None, None, None, None)
    return Agreement(indicator, agreed, decided, *exact_interval(agreed, decided))


def _blind_gap(tx: Transaction, scope: ColumnElement[bool]) -> BlindGap:
    """Compare flags that readers marked before seeing them with flags agreed with where shown."""
    judged = (
        select(first_judgements.c.item, first_judgements.c.marks)
        .join(items, items.c.id == first_judgements.c.item)
        .where(scope, items.c.kind == ItemKind.FLAGGED.value)
    )
    marked = found = 0
    for row in tx.connection.execute(judged).all():
        own = {mark[0] for mark in row.marks}
        flags = (
            tx.connection.execute(select(item_flags.c.indicator).where(item_flags.c.item == row.item)).scalars().all()
        )
        marked += len(flags)
        found += len(own.intersection(flags))
    shown = (
        select(votes.c.verdict, func.count())
        .join(items, items.c.id == votes.c.item)
        .where(_standing_votes(scope), items.c.blind.is_(False))
        .group_by(votes.c.verdict)
    )
    counts = {row[0]: row[1] for row in tx.connection.execute(shown)}
    decided = sum(counts.values())
    return BlindGap(
        blind=found / marked if marked else None,
        shown=counts.get("agree", 0) / decided if decided else None,
        blind_flags=marked,
        shown_flags=decided,
    )


def _strata(tx: Transaction, scope: ColumnElement[bool]) -> list[tuple[float, int, int]]:
    """Return (rate, unflagged notes, sampled and read) by sampling rate."""
    read = func.count().filter(items.c.kind == ItemKind.SAMPLE.value, items.c.settled_at.is_not(None))
    query = (
        select(items.c.sampling_rate, func.count(), read)
        .where(scope, items.c.kind.in_(_UNFLAGGED))
        .group_by(items.c.sampling_rate)
        .order_by(items.c.sampling_rate)
    )
    return [(row[0], row[1], row[2]) for row in tx.connection.execute(query)]


def _missed(tx: Transaction, scope: ColumnElement[bool]) -> dict[float, dict[str, int]]:
    """Return the sampled notes in which something was found, by rate and indicator; "" stands for anything."""
    joined = findings.join(items, items.c.id == findings.c.item)
    condition = and_(scope, items.c.kind == ItemKind.SAMPLE.value, findings.c.kept.is_(True))
    anything = (
        select(items.c.sampling_rate, func.count(findings.c.item.distinct()))
        .select_from(joined)
        .where(condition)
        .group_by(items.c.sampling_rate)
    )
    each = (
        select(items.c.sampling_rate, findings.c.indicator, func.count())
        .select_from(joined)
        .where(condition)
        .group_by(items.c.sampling_rate, findings.c.indicator)
    )
    counts: dict[float, dict[str, int]] = {row[0]: {"": row[1]} for row in tx.connection.execute(anything)}
    for row in tx.connection.execute(each):
        counts[row[0]][row[1]] = row[2]
    return counts


def _kept(tx: Transaction, scope: ColumnElement[bool]) -> dict[tuple[str, bool], int]:
    """Return the flagged notes in which an indicator was kept (True) or added (False)."""
    query = (
        select(findings.c.indicator, findings.c.flagged, func.count())
        .join(items, items.c.id == findings.c.item)
        .where(scope, items.c.kind == ItemKind.FLAGGED.value, findings.c.kept.is_(True))
        .group_by(findings.c.indicator, findings.c.flagged)
    )
    return {(row[0], row[1]): row[2] for row in tx.connection.execute(query)}


def _notes_kept(tx: Transaction, scope: ColumnElement[bool]) -> int:
    query = (
        select(func.count(findings.c.item.distinct()))
        .join(items, items.c.id == findings.c.item)
        .where(scope, items.c.kind == ItemKind.FLAGGED.value, findings.c.kept.is_(True))
    )
    return int(tx.connection.execute(query).scalar_one())


def _queue_age(tx: Transaction) -> tuple[QueueAge, ...]:
    return tuple(_band_age(tx, rank) for rank in range(len(BANDS)))


def _band_age(tx: Transaction, rank: int) -> QueueAge:
    waiting = (items.c.open.is_(True), items.c.rank == rank)
    count = tx.connection.execute(select(func.count()).where(*waiting)).scalar_one()
    queued = select(items.c.queued_at).where(*waiting).order_by(items.c.queued_at)
    # The oldest, and the one or two in the middle: the rest need not be read.
    ages = [
        (tx.now - tx.connection.execute(queued.limit(1).offset(place)).scalar_one()).total_seconds() / 3600
        for place in ((0, (count - 1) // 2, count // 2) if count else ())
    ]
    return QueueAge(BANDS[rank].value, count, ages[0] if ages else None, median(ages[1:]) if ages else None)
