"""Shows an evaluation on the terminal."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from triage.flag import Status
from triage.training.evaluation.results import Estimate, Evaluation, MistakeKind, SystemFigures
from triage.words import STATUSES

_OVERALL = {
    "mean_average_precision": "mean average precision",
    "f1": "F1 (micro)",
    "macro_f1": "F1 (macro)",
    "precision": "precision (micro)",
    "recall": "recall (micro)",
    "any_flag_recall": "any-flag recall",
    "any_flag_precision": "any-flag precision",
    "evidence_recall": "marked words shown",
    "evidence_precision": "shown words marked",
    "calibration_error": "calibration error",
    "brier": "Brier score",
}
_WITH_INTERVAL = frozenset({"precision", "recall", "F1", "average precision", "any-flag recall"})
_INTERVAL_WIDTH = 11


def show_evaluation(evaluation: Evaluation) -> None:
    """Print the figures of all systems, and the details of the last one, the most complete."""
    console = Console(highlight=False)
    console.print(_heading(evaluation))
    leading = evaluation.systems[-1]
    for table in (
        _systems(evaluation.systems),
        _indicators(leading),
        _statuses(leading),
        _workload(leading),
        _slices(leading),
        _swaps(leading),
        _mistakes(leading),
    ):
        if table is not None:
            console.print()
            console.print(table)


def _heading(evaluation: Evaluation) -> str:
    authors = f"{evaluation.notes} whole notes of {len(evaluation.sources)} authors"
    how = (
        f"each author held out in turn, {evaluation.design.folds} fits"
        if evaluation.design.held_out == "sources"
        else f"the {evaluation.design.held_out} part"
    )
    return (
        f"[bold]{authors}[/bold] ({evaluation.labelled} with a current sign): {how}. "
        f"{_left_out(evaluation)}In brackets: 95 % intervals from {evaluation.design.resamples} resamples."
    )


def _left_out(evaluation: Evaluation) -> str:
    if not evaluation.design.not_tried:
        return ""
    return "Authors whose notes were read while cues were written are left out. "


def _systems(systems: Sequence[SystemFigures]) -> Table:
    table = _table("All notes and indicators", "", *(system.name for system in systems))
    for field, label in _OVERALL.items():
        table.add_row(label, *(_figure(getattr(system.overall, field)) for system in systems))
    accuracies = [system.status.accuracy if system.status else None for system in systems]
    table.add_row("status accuracy", *map(_figure, accuracies))
    naive = [system.status.baseline_accuracy if system.status else None for system in systems]
    table.add_row("  by any 'no' in the sentence", *map(_figure, naive))
    return table


def _indicators(system: SystemFigures) -> Table:
    columns = ("indicator", "notes", "precision", "recall", "F1", "average precision")
    table = _table(f"By indicator: {system.name} (*: too few notes with it, not validated)", *columns)
    for indicator, figures in system.indicators.items():
        few = "" if figures.enough else "*"
        estimates = (figures.precision, figures.recall, figures.f1, figures.average_precision)
        table.add_row(indicator.replace("_", " "), f"{figures.labelled}{few}", *map(_figure, estimates))
    return table


def _statuses(system: SystemFigures) -> Table | None:
    if system.status is None:
        return None
    table = _table(f"Status of found mentions: {system.name} (rows: marked)", "", *(STATUSES[s] for s in Status))
    for marked, row in system.status.confusion.items():
        table.add_row(STATUSES[marked], *(str(row[given] or "") for given in Status))
    return table


def _workload(system: SystemFigures) -> Table:
    title = f"A week of {system.workload.volume} notes: {system.name}"
    table = _table(title, "share with a sign", "notes to read", "of them with a sign", "missed")
    for row in system.workload.rows:
        estimates = (row.to_read, row.with_sign, row.missed)
        table.add_row(f"{row.prevalence:.0%}", *(_figure(estimate, digits=0) for estimate in estimates))
    return table


def _slices(system: SystemFigures) -> Table:
    table = _table(f"Slices: {system.name}", "", "notes", "F1", "precision", "recall", "any-flag recall")
    for item in system.slices:
        estimates = (item.f1, item.precision, item.recall, item.any_flag_recall)
        figures = ("few",) if item.suppressed else (str(item.notes), *map(_figure, estimates))
        table.add_row(f"{item.dimension}: {item.value}", *figures)
    return table


def _swaps(system: SystemFigures) -> Table:
    table = _table(f"Words exchanged: {system.name}", "exchange", "notes", "flags changed")
    for swap in system.swaps:
        table.add_row(swap.description, str(swap.changed.count), _figure(swap.changed))
    return table


def _mistakes(system: SystemFigures) -> Table:
    table = _table(f"Mistakes: {system.name}", "reason", "misses", "false alarms")
    counts = Counter((mistake.kind, mistake.reason) for mistake in system.mistakes)
    for reason in sorted({reason for _, reason in counts}):
        numbers = (counts[kind, reason] for kind in MistakeKind)
        table.add_row(reason.replace("_", " "), *map(str, numbers))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, min_width=_INTERVAL_WIDTH if column in _WITH_INTERVAL else None)
    return table


def _figure(estimate: Estimate | None, digits: int = 2) -> str:
    if estimate is None or estimate.value is None:
        return "-"
    return f"{estimate.value:.{digits}f} [dim]({estimate.low:.{digits}f}-{estimate.high:.{digits}f})[/dim]"
