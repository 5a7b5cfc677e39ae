"""Plots of an evaluation as SVG to set into a page; each says in words what it shows."""

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import NamedTuple

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from triage.flag import Status
from triage.training.evaluation.results import CurvePoint, IndicatorFigures, StatusFigures, SystemFigures
from triage.words import STATUSES


class _Style(NamedTuple):
    """Told apart by colour, dash and marker, so that no plot depends on colour alone."""

    colour: str
    dash: str
    marker: str


_STYLES = (
    _Style("#1d70b8", "-", "o"),
    _Style("#7a4d00", "--", "s"),
    _Style("#4c2c92", ":", "^"),
    _Style("#00703c", "-.", "D"),
)
_INK, _GREY, _PALE = "#0b0c0c", "#505a5f", "#d0d3d4"
_COLUMNS = 4


def plot_precision_recall(systems: Sequence[SystemFigures]) -> Markup:
    """Draw precision over recall of all systems, with the point at which each one flags."""
    figure, axes = _square("recall", "precision")
    for system, style in zip(systems, cycle(_STYLES), strict=False):
        recalls, precisions = _curve(system.curve)
        axes.plot(
            recalls, precisions, label=system.name, color=style.colour, linestyle=style.dash, drawstyle="steps-pre"
        )
        recall, precision = system.overall.recall.value, system.overall.precision.value
        if recall is not None and precision is not None:
            axes.plot([recall], [precision], color=style.colour, marker=style.marker, linestyle="")
    axes.legend(loc="lower left")
    return _svg(
        figure, "precision-recall", "Precision over recall, all notes and indicators; markers: where flags are raised"
    )


def plot_reliability(systems: Sequence[SystemFigures]) -> Markup:
    """Draw the share of labels over the probability, all systems."""
    figure, axes = _square("mean probability of the bin", "share with the label")
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1, label="perfect")
    for system, style in zip(systems, cycle(_STYLES), strict=False):
        bins = [(b.mean_probability or 0.0, b.share_labelled or 0.0) for b in system.reliability if b.count]
        given, labelled = zip(*bins, strict=True)
        axes.plot(given, labelled, label=system.name, color=style.colour, linestyle=style.dash, marker=style.marker)
    axes.legend(loc="upper left")
    return _svg(figure, "reliability", "Share of notes with the label over the probability given, in ten bins")


def plot_indicators(indicators: Mapping[str, IndicatorFigures], names: Mapping[str, str]) -> Markup:
    """Draw F1 with its interval, one line an indicator, the best on top."""
    known = [
        (f1.value, f1.low or 0.0, f1.high or 0.0, names[key])
        for key, f1 in ((key, figures.f1) for key, figures in indicators.items())
        if f1.value is not None
    ]
    ordered = sorted(known)
    figure = Figure(figsize=(8, 1 + 0.28 * len(ordered)), layout="constrained")
    axes = figure.subplots()
    for row, (value, low, high, _) in enumerate(ordered):
        axes.plot([low, high], [row, row], color=_GREY, linewidth=2)
        axes.plot([value], [row], color=_STYLES[0].colour, marker="o", linestyle="")
    axes.set(xlim=(0, 1), xlabel="F1 and its 95 % interval", yticks=range(len(ordered)))
    axes.set_yticklabels([name for *_, name in ordered])
    axes.grid(axis="x", color=_PALE)
    return _svg(figure, "indicators", "F1 of each indicator with its interval")


def plot_indicator_curves(indicators: Mapping[str, IndicatorFigures], names: Mapping[str, str]) -> Markup:
    """Draw precision over recall, one small plot an indicator."""
    known = {key: figures for key, figures in indicators.items() if figures.curve}
    rows = max(1, -(-len(known) // _COLUMNS))
    figure = Figure(figsize=(10, 2.4 * rows), layout="constrained")
    panels = figure.subplots(rows, _COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, (key, figures) in zip(panels, known.items(), strict=False):
        panel.plot(*_curve(figures.curve), color=_STYLES[0].colour, drawstyle="steps-pre")
        panel.set(xlim=(0, 1.02), ylim=(0, 1.02))
        panel.set_title(_wrapped(names[key]), fontsize=8)
    for panel in panels[len(known) :]:
        panel.set_axis_off()
    return _svg(figure, "indicator-curves", "Precision (up) over recall (across) of each indicator")


def plot_confusion(status: StatusFigures) -> Markup:
    """Draw the confusion of statuses, each row shaded by its shares."""
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots()
    totals = {marked: sum(row.values()) for marked, row in status.confusion.items()}
    shares = [
        [row[given] / totals[marked] if totals[marked] else 0.0 for given in Status]
        for marked, row in status.confusion.items()
    ]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for y, row in enumerate(status.confusion.values()):
        for x, given in enumerate(Status):
            colour = "white" if shares[y][x] > 0.5 else _INK
            axes.text(x, y, str(row[given]), ha="center", va="center", color=colour)
    labels = [_wrapped(STATUSES[item], 12) for item in Status]
    axes.set(xticks=range(len(labels)), yticks=range(len(labels)), xlabel="given", ylabel="marked")
    axes.set_xticklabels(labels)
    axes.set_yticklabels(labels)
    return _svg(figure, "confusion", "Statuses given to found mentions (across) by the marked status (down)")


def _square(across: str, up: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6, 5.5), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel=across, ylabel=up)
    axes.grid(color=_PALE)
    return figure, axes


def _curve(points: Sequence[CurvePoint]) -> tuple[list[float], list[float]]:
    """Return recalls and precisions from recall 0, to be drawn in steps: between two points nothing can be reached."""
    if not points:
        return [], []
    return [0.0, *(point.recall for point in points)], [points[0].precision, *(point.precision for point in points)]


def _wrapped(words: str, width: int = 30) -> str:
    return "\n".join(textwrap.wrap(words, width))


def _svg(figure: Figure, name: str, description: str) -> Markup:
    """Return a figure with ids of its own, a name for screen readers, and no document around it."""
    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "triage"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]
    # Several figures in one page would share ids such as "axes_1".
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    # A style for all elements would reach beyond the figure.
    svg = re.sub(r"<style[^>]*>[^<]*</style>", "", svg)
    svg = svg.replace("<svg", f'<svg role="img" aria-labelledby="{name}-title" class="plot"', 1)
    opening = svg.index(">") + 1
    title = f'<title id="{name}-title">{escape(description)}</title>'
    return Markup(svg[:opening] + title + svg[opening:])  # noqa: S704
