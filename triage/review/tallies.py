"""Counts for the overview, by week, kept up to date in the transaction of each change instead of read from all notes.

What a note adds to each figure is worked out from its rows, and beside it lies what it added last time: the difference
goes into the totals. So `recount`, which starts from nothing, always comes to the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_, update

from triage.review.store import Row, Transaction
from triage.review.tables import findings, first_judgements, item_flags, item_tallies, items, tallies, votes
from triage.review.vocabulary import ItemKind, ItemState, Verdict

BATCH = 1_000
"""Items counted together."""

Line = tuple[str, str]
"""A figure and a label within it."""
Counts = Mapping[tuple[date, str, str], int]


class Figure(StrEnum):
    """What is counted of the latest text of each note; a near-identical note that is folded away is not counted."""

    KIND = "kind"
    BAND = "band"
    FLAGGED_BAND = "flagged_band"
    TEAM = "team"
    STATE = "state"
    INDICATOR = "indicator"
    AGREE = "agree"
    """Decisions that stand, by indicator."""
    DISAGREE = "disagree"
    SHOWN_AGREE = "shown_agree"
    """The same on notes that were not blind."""
    SHOWN_DISAGREE = "shown_disagree"
    BLIND_FLAGS = "blind_flags"
    """Flags of notes that a reader judged before seeing them."""
    BLIND_FOUND = "blind_found"
    """Those that the reader marked too."""
    UNFLAGGED = "unflagged"
    """Unflagged notes by sampling rate."""
    READ = "read"
    """Those that were sampled and read."""
    MISSED = "missed"
    """Those in which something was found, by `rate` or by `rate/indicator`."""
    KEPT = "kept"
    """Flagged notes where a flag was kept, by indicator; without one, where any was."""
    ADDED = "added"
    """Flagged notes where a reader added an indicator."""


def count_touched(tx: Transaction) -> None:
    """Bring the totals up to what the transaction's changes make of them."""
    if not tx.touched:
        return
    ids = sorted(tx.touched)
    stored = select(item_tallies.c.item, item_tallies.c.lines).where(item_tallies.c.item.in_(ids))
    before = {row.item: row.lines for row in tx.connection.execute(stored)}
    change: Counter[tuple[date, str, str]] = Counter()
    new: list[dict[str, Any]] = []
    for row, lines in _contributions(tx.connection, ids):
        change.update({(row["week"], *line): count for line, count in lines.items()})
        change.subtract({(row["week"], figure, label): count for figure, label, count in before.get(row["id"], ())})
        kept = _kept(lines)
        if row["id"] not in before:
            new.append({"item": row["id"], "lines": kept})
        elif kept != before[row["id"]]:
            mine = item_tallies.c.item == row["id"]
            tx.connection.execute(update(item_tallies).where(mine).values(lines=kept))
    if new:
        tx.connection.execute(insert(item_tallies), new)
    _add(tx.connection, {key: count for key, count in change.items() if count})
    tx.touched.clear()


def recount(connection: Connection) -> None:
    """Count everything from nothing, as after an upgrade."""
    connection.execute(delete(tallies))
    connection.execute(delete(item_tallies))
    totals: Counter[tuple[date, str, str]] = Counter()
    ids = connection.execute(select(items.c.id).order_by(items.c.id)).scalars().all()
    for start in range(0, len(ids), BATCH):
        kept = []
        for row, lines in _contributions(connection, ids[start : start + BATCH]):
            totals.update({(row["week"], *line): count for line, count in lines.items()})
            kept.append({"item": row["id"], "lines": _kept(lines)})
        connection.execute(insert(item_tallies), kept)
    _insert(connection, totals)


def read_tallies(connection: Connection, *, since: date | None) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Return the counts by figure and label, and the notes by week, of the weeks that begin on or after a day."""
    scope = [] if since is None else [tallies.c.week >= since]
    total = func.sum(tallies.c.total)
    by_label = (
        select(tallies.c.figure, tallies.c.label, total)
        .where(*scope)
        .group_by(tallies.c.figure, tallies.c.label)
        .having(total > 0)
        .order_by(tallies.c.figure, tallies.c.label)
    )
    figures: dict[str, dict[str, int]] = {figure: {} for figure in Figure}
    for figure, label, count in connection.execute(by_label):
        figures[figure][label] = int(count)
    by_week = (
        select(tallies.c.week, total)
        .where(*scope, tallies.c.figure == Figure.KIND.value)
        .group_by(tallies.c.week)
        .having(total > 0)
        .order_by(tallies.c.week)
    )
    return figures, {week.isoformat(): int(count) for week, count in connection.execute(by_week)}


def _kept(lines: Counter[Line]) -> list[list[Any]]:
    return sorted([figure, label, count] for (figure, label), count in lines.items())


def _add(connection: Connection, change: Counts) -> None:
    if not change:
        return
    keys = tuple_(tallies.c.week, tallies.c.figure, tallies.c.label)
    rows = connection.execute(select(tallies).where(keys.in_(list(change)))).all()
    known = {(row.week, row.figure, row.label): row.total for row in rows}
    if known:
        mine = [tallies.c[name] == bindparam(f"of_{name}") for name in ("week", "figure", "label")]
        connection.execute(
            update(tallies).where(*mine).values(total=bindparam("sum")),
            [
                {"of_week": key[0], "of_figure": key[1], "of_label": key[2], "sum": total + change[key]}
                for key, total in known.items()
            ],
        )
    _insert(connection, {key: count for key, count in change.items() if key not in known})


def _insert(connection: Connection, counts: Counts) -> None:
    rows = [{"week": key[0], "figure": key[1], "label": key[2], "total": count} for key, count in counts.items()]
    if rows:
        connection.execute(insert(tallies), rows)


def _contributions(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[Row, Counter[Line]]]:
    """Yield items with what each adds to the figures."""
    rows = connection.execute(select(items).where(items.c.id.in_(ids)).order_by(items.c.id)).mappings().all()
    counted = [row["id"] for row in rows if _is_counted(row)]
    flags = _by_item(connection.execute(select(item_flags).where(item_flags.c.item.in_(counted))).mappings())
    said = _by_item(connection.execute(select(votes).where(votes.c.item.in_(counted))).mappings())
    found = _by_item(connection.execute(select(findings).where(findings.c.item.in_(counted))).mappings())
    judged = _by_item(
        connection.execute(select(first_judgements).where(first_judgements.c.item.in_(counted))).mappings()
    )
    for row in rows:
        lines: Counter[Line] = Counter()
        if _is_counted(row):
            key = row["id"]
            lines.update(_of_note(row, flags.get(key, ())))
            lines.update(_of_votes(row, said.get(key, ())))
            lines.update(_of_findings(row, found.get(key, ())))
            lines.update(_of_judgements(row, flags.get(key, ()), judged.get(key, ())))
        yield row, lines


def _is_counted(row: Row) -> bool:
    return bool(row["latest"]) and row["state"] != ItemState.COLLAPSED


def _of_note(row: Row, flags: Iterable[Row]) -> Iterator[Line]:
    yield Figure.KIND, row["kind"]
    yield Figure.BAND, row["band"]
    yield Figure.TEAM, row["team"] or "none"
    yield Figure.STATE, row["state"]
    for flag in flags:
        yield Figure.INDICATOR, flag["indicator"]
    if row["kind"] == ItemKind.FLAGGED:
        yield Figure.FLAGGED_BAND, row["band"]
    if row["sampling_rate"] is not None:
        yield Figure.UNFLAGGED, repr(row["sampling_rate"])
        if row["kind"] == ItemKind.SAMPLE and row["settled_at"] is not None:
            yield Figure.READ, repr(row["sampling_rate"])


def _of_votes(row: Row, said: Iterable[Row]) -> Iterator[Line]:
    """Yield the readers' decisions that no later row supersedes."""
    last: dict[tuple[str, str], Row] = {}
    for vote in sorted(said, key=lambda vote: vote["sequence"]):
        last[vote["reviewer"], vote["indicator"]] = vote
    for vote in last.values():
        if vote["ruling"] or vote["verdict"] not in (Verdict.AGREE, Verdict.DISAGREE):
            continue
        agrees = vote["verdict"] == Verdict.AGREE
        yield Figure.AGREE if agrees else Figure.DISAGREE, vote["indicator"]
        if not row["blind"]:
            yield Figure.SHOWN_AGREE if agrees else Figure.SHOWN_DISAGREE, ""


def _of_findings(row: Row, found: Iterable[Row]) -> Iterator[Line]:
    kept = [finding for finding in found if finding["kept"]]
    if row["kind"] == ItemKind.FLAGGED:
        if kept:
            yield Figure.KEPT, ""
        for finding in kept:
            yield Figure.KEPT if finding["flagged"] else Figure.ADDED, finding["indicator"]
    elif row["kind"] == ItemKind.SAMPLE and kept:
        rate = repr(row["sampling_rate"])
        yield Figure.MISSED, rate
        for finding in kept:
            yield Figure.MISSED, f"{rate}/{finding['indicator']}"


def _of_judgements(row: Row, flags: Sequence[Row], judged: Iterable[Row]) -> Iterator[Line]:
    if row["kind"] != ItemKind.FLAGGED:
        return
    for judgement in judged:
        own = {mark[0] for mark in judgement["marks"]}
        for flag in flags:
            yield Figure.BLIND_FLAGS, ""
            if flag["indicator"] in own:
                yield Figure.BLIND_FOUND, ""


def _by_item(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["item"], []).append(row)
    return found
