"""The supervisor's overview: counts, agreement with the machine, measured misses, age of the queue; one CSV of it."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from statistics import median

from sqlalchemy import func, select

from triage.review.figures import Agreement, BlindGap, Cell, Misses, Overview, QueueAge
from triage.review.items import BANDS
from triage.review.recall import Stratum, exact_interval, measure
from triage.review.store import Transaction
from triage.review.suppression import SMALL, cells
from triage.review.tables import items
from triage.review.tallies import Figure, read_tallies
from triage.review.vocabulary import ItemState

Figures = Mapping[str, Mapping[str, int]]
"""Counts by figure and label."""


def read_overview(tx: Transaction, *, since: date | None) -> Overview:
    """Return the overview of the notes that came in since a day (its whole week); of all by default."""
    figures, weeks = read_tallies(tx.connection, since=since)
    return Overview(
        since=since,
        notes=cells(figures[Figure.KIND]),
        by_indicator=cells(_most_first(figures[Figure.INDICATOR])),
        by_band=cells(_in_order(figures[Figure.BAND], [band.value for band in BANDS])),
        by_week=cells(weeks),
        by_team=cells(figures[Figure.TEAM]),
        by_state=cells(_in_order(figures[Figure.STATE], [state.value for state in ItemState])),
        agreement=_agreement(figures),
        blind_gap=_blind_gap(figures),
        misses=_misses(figures),
        queue_age=_queue_age(tx),
    )


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


def _in_order(counts: Mapping[str, int], labels: Sequence[str]) -> dict[str, int]:
    return {label: counts[label] for label in labels if label in counts}


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _agreement(figures: Figures) -> tuple[Agreement, ...]:
    agreed, disagreed = figures[Figure.AGREE], figures[Figure.DISAGREE]
    pairs = {
        name: (agreed.get(name, 0), agreed.get(name, 0) + disagreed.get(name, 0))
        for name in sorted({*agreed, *disagreed})
    }
    total = (sum(agreed.values()), sum(decided for _, decided in pairs.values()))
    return (_share(None, *total), *(_share(name, *pairs[name]) for name in pairs))


def _share(indicator: str | None, agreed: int, decided: int) -> Agreement:
    if decided < SMALL:
        return Agreement(indicator, None, None, None, None)
    return Agreement(indicator, agreed, decided, *exact_interval(agreed, decided))


def _blind_gap(figures: Figures) -> BlindGap:
    """Compare flags that readers marked before seeing them with flags agreed with where shown."""
    marked, found = _only(figures[Figure.BLIND_FLAGS]), _only(figures[Figure.BLIND_FOUND])
    agreed = _only(figures[Figure.SHOWN_AGREE])
    decided = agreed + _only(figures[Figure.SHOWN_DISAGREE])
    return BlindGap(
        blind=found / marked if marked else None,
        shown=agreed / decided if decided else None,
        blind_flags=marked,
        shown_flags=decided,
    )


def _only(counts: Mapping[str, int]) -> int:
    """Return the count of a figure without labels."""
    return counts.get("", 0)


def _misses(figures: Figures) -> tuple[Misses, ...]:
    """Return measured misses: for anything at all first, then for every indicator that somebody found."""
    kept, added, missed = figures[Figure.KEPT], figures[Figure.ADDED], figures[Figure.MISSED]
    in_sample = {label.partition("/")[2] for label in missed}
    return (
        measure(None, confirmed=_only(kept), seen=0, strata=_strata(figures, "")),
        *(
            measure(name, confirmed=kept.get(name, 0), seen=added.get(name, 0), strata=_strata(figures, f"/{name}"))
            for name in sorted({*kept, *added, *in_sample} - {""})
        ),
    )


def _strata(figures: Figures, suffix: str) -> list[Stratum]:
    """Return, by sampling rate, the unflagged notes, those read, and those in which something was found."""
    read, missed = figures[Figure.READ], figures[Figure.MISSED]
    rates = sorted(figures[Figure.UNFLAGGED].items(), key=lambda pair: float(pair[0]))
    return [Stratum(count, read.get(rate, 0), missed.get(rate + suffix, 0)) for rate, count in rates]


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
