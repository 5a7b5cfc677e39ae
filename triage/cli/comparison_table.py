"""Shows a comparison of assessments on the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from triage.flag import Status
from triage.training.evaluation.changes import ChangeKind, Comparison, FlagChange
from triage.words import STATUSES


def show_comparison(comparison: Comparison) -> None:
    """Print one row a changed flag, and the totals."""
    console = Console(highlight=False)
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("note", "change", "indicator", "before", "after", "words"):
        table.add_column(heading, overflow="fold")
    for change in comparison.changes:
        note = _printable(change.note_id)
        if change.causes[0] is not change.causes[1]:
            causes = (f"not assessed ({cause})" if cause else "assessed" for cause in change.causes)
            table.add_row(note, "assessed", "", *causes, "")
        for flag in change.flags:
            table.add_row(note, flag.kind, flag.indicator, _said(flag.before), _said(flag.after), _words(flag))
    if comparison.changes:
        console.print(table)
    console.print(
        f"{comparison.notes} notes, {len(comparison.changes)} differ: {comparison.count(ChangeKind.GAINED)} flags "
        f"gained, {comparison.count(ChangeKind.LOST)} lost, {comparison.count(ChangeKind.STATUS)} with another status."
    )


def _said(status: Status | None) -> str:
    return STATUSES[status] if status else "-"


def _words(flag: FlagChange) -> Text:
    return _printable("; ".join(quote.quote for quote in flag.words))


def _printable(text: str) -> Text:
    """Write control characters, which a terminal would obey, as escapes."""
    return Text(repr(text)[1:-1])
