"""Renders an evaluation as one self-contained page: figures, plots with their data tables, mistakes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from triage.flag import Status
from triage.highlight import Piece, pieces
from triage.training.corpus import Corpus
from triage.training.evaluation.results import Estimate, Evaluation, Mistake, Overall
from triage.training.report import plots
from triage.words import STATUSES

PRIVATE = "private"
"""A council's own notes stand below a folder of this name; their text is never shown."""


@dataclass(frozen=True, slots=True)
class ShownMistake:
    """A mistake, with the note's text cut at the edges of its spans where it may be shown."""

    mistake: Mistake
    pieces: list[Piece[bool]]


def render_report(evaluation: Evaluation, texts: Corpus | None = None) -> str:
    """Return the page.

    Args:
        evaluation: The last system is shown in full, the others beside it in the main table and plots.
        texts: Where the texts of mistakes are taken from; without it ids and offsets alone are shown.
    """
    leading = evaluation.systems[-1]
    return (
        _environment()
        .get_template("report.html")
        .render(
            evaluation=evaluation,
            leading=leading,
            labels=_labels(),
            reasons=Counter((mistake.reason, mistake.kind) for mistake in leading.mistakes),
            mistakes=list(_shown(leading.mistakes, _texts(texts) if texts else {})),
            precision_recall=plots.plot_precision_recall(evaluation.systems),
            reliability=plots.plot_reliability(evaluation.systems),
            indicators=plots.plot_indicators(leading.indicators, evaluation.names),
            curves=plots.plot_indicator_curves(leading.indicators, evaluation.names),
            confusion=plots.plot_confusion(leading.status) if leading.status else None,
        )
    )


def figure(estimate: Estimate | None, digits: int = 2) -> str:
    """Write a figure with its interval and what it counts over."""
    if estimate is None or estimate.value is None:
        return "not defined"
    value, low, high = (f"{number:.{digits}f}" for number in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def _labels() -> dict[str, str]:
    """Return what each overall figure means, from the one place that says so."""
    lines = (line.strip() for line in (Overall.__doc__ or "").splitlines())
    named = (line.partition(": ") for line in lines)
    return {name: meaning for name, _, meaning in named if name in Overall.model_fields}


def _texts(corpus: Corpus) -> dict[str, str]:
    return {entry.record.id: entry.record.text for entry in corpus.entries if PRIVATE not in entry.file.split("/")[:-1]}


def _shown(mistakes: tuple[Mistake, ...], texts: dict[str, str]) -> Iterator[ShownMistake]:
    for mistake in mistakes:
        text = texts.get(mistake.note_id)
        spans = [(start, end, True) for start, end in mistake.spans]
        yield ShownMistake(mistake, pieces(text, spans) if text is not None else [])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("triage.training.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update({"STATUSES": STATUSES, "Status": Status})
    environment.filters["figure"] = figure
    return environment
