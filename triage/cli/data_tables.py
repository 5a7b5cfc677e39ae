"""Shows counts of labelled notes, agreement and samples on the terminal."""

from collections import Counter
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from triage.flag import Status
from triage.training.agreement import Agreement, Disagreement
from triage.training.checks import ENOUGH_POSITIVES
from triage.training.sampling import Picked, Pile
from triage.training.splits import Part
from triage.training.statistics import Counts, Statistics

_SHOWN = 20


def show_statistics(counted: Statistics) -> None:
    """Print the size of a corpus."""
    console = Console(highlight=False)
    sizes = _table("", "records", "words", "marks")
    _add_counts(sizes, "all", counted.total)
    _add_counts(sizes, "whole notes", counted.whole_notes)
    for part, counts in counted.by_part.items():
        _add_counts(sizes, f"part: {part}", counts)
    console.print(sizes)
    console.print(f"{counted.without_marks} records without any mark.\n")
    console.print(_positives(counted))
    console.print()
    console.print(_statuses(counted))
    console.print()
    sources = _table("source", "records", "words", "marks", "part")
    for source, size in counted.by_source.items():
        _add_counts(sources, source, size, ", ".join(size.parts))
    console.print(sources)
    console.print(counted.digest)


def show_agreement(found: Agreement) -> None:
    """Print how far two annotators agree, and where they do not."""
    console = Console(highlight=False)
    console.print(
        f"{found.notes} notes compared; {len(found.only_in_a)} in the first file only, {len(found.only_in_b)} in the "
        f"second only, {len(found.other_text)} with another text."
    )
    console.print(
        f"Flags F1 {_number(found.flag_f1)}; marked words F1 {_number(found.span_f1)} by shared characters, "
        f"{_number(found.span_f1_any_overlap)} by any overlap; same status {_number(found.status)} "
        f"(kappa {_number(found.status_kappa)}); same harm flag {_number(found.harm)}."
    )
    table = _table("indicator", "both", "first only", "second only", "kappa", "F1")
    for indicator, item in found.by_indicator.items():
        counts = (str(item.both), str(item.only_a), str(item.only_b))
        table.add_row(indicator, *counts, _number(item.kappa), _number(item.f1))
    console.print(table)
    for difference in found.disagreements[:_SHOWN]:
        console.print(_difference(difference), markup=False)
    if (more := len(found.disagreements) - _SHOWN) > 0:
        console.print(f"... and {more} more; --json lists all.")


def show_piles(picks: Sequence[Picked], total: int) -> None:
    """Print how many notes were picked and why."""
    piles = Counter(picked.pile for picked in picks)
    rate = next((picked.rate for picked in picks if picked.rate is not None), 0.0)
    listed = ", ".join(f"{piles[pile]} {pile}" for pile in Pile)
    console = Console(highlight=False)
    console.print(f"{len(picks)} of {total} notes picked: {listed}.")
    console.print(f"Estimate recall from the random pile alone: it is {rate:.2%} of all notes.")
    if not piles[Pile.UNCERTAIN]:
        console.print("No note has a probability near its threshold, or no model was asked: `triage train` makes one.")


def _positives(counted: Statistics) -> Table:
    table = _table("records where it is flagged", "all", *Part)
    for indicator, found in counted.by_indicator.items():
        few = "" if found.positives >= ENOUGH_POSITIVES else " (too few)"
        parts = [str(found.positives_by_part[part]) for part in Part]
        table.add_row(indicator, f"{found.positives}{few}", *parts)
    return table


def _statuses(counted: Statistics) -> Table:
    table = _table("marks", *Status, "harm")
    for indicator, found in counted.by_indicator.items():
        table.add_row(indicator, *(str(found.marks[status]) for status in Status), str(found.harm))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0, collapse_padding=True)
    for number, heading in enumerate(headings):
        table.add_column(
            heading.replace("_", " "), justify="right" if number else "left", no_wrap=not number, overflow="fold"
        )
    return table


def _add_counts(table: Table, name: str, counts: Counts, *more: str) -> None:
    table.add_row(name, f"{counts.records:,}", f"{counts.words:,}", f"{counts.marks:,}", *more)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _difference(found: Disagreement) -> str:
    sides = [
        f"{span[0]}-{span[1]} {status}" if span else "nothing"
        for span, status in ((found.a, found.status_a), (found.b, found.status_b))
    ]
    return f"  {found.note}: {found.indicator}: {sides[0]} / {sides[1]}"
