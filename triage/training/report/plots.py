"""Plots of an evaluation as SVG to set into a page; each says in words what it shows."""

import io
import re
from collections.abc import Callable, Mapping, Sequence

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from triage.flag import Status
from triage.training.evaluation.results import IndicatorFigures, StatusFigures, SystemFigures
from triage.words import STATUSES

# Told apart by colour, dash and marker, so that no plot depends on colour alone.
_STYLES = (
    {"color": "#1d70b8", "linestyle": "-", "marker": "o"},
    {"color": "#7a4d00", "linestyle": "--", "marker": "s"},
    {"color": "#4c2c92", "linestyle": ":", "marker": "^"},
    {"color": "#00703c", "linestyle": "-.", "marker": "D"},
)
_SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "triage", "font.family": "sans-serif", "font.size": 11}
_COLUMNS = 4


def plot_precision_recall(systems: Sequence[SystemFigures]) -> Markup:
    """Draw precision over recall of all systems, with the point at which each one flags."""
    figure, axes = _square("recall", "precision")
    for system, style in zip(systems, _styles(systems), strict=True):
        lines = {key: style[key] for key in ("color", "linestyle")}
        axes.plot([p.recall for p in system.curve], [p.precision for p in system.curve], label=system.name, **lines)
        recall, precision = system.overall.recall.value, system.overall.precision.value
        if recall is not None and precision is not None:
            axes.plot([recall], [precision], color=style["color"], marker=style["marker"], linestyle="")
    axes.legend(loc="lower left")
    return _svg(
        figure, "precision-recall", "Precision over recall, all notes and indicators; markers: where flags are raised"
    )


def plot_reliability(systems: Sequence[SystemFigures]) -> Markup:
    """Draw the share of labels over the probability, all systems."""
    figure, axes = _square("mean probability of the bin", "share with the label")
    axes.plot([0, 1], [0, 1], color="#505a5f", linewidth=1, label="perfect")
    for system, style in zip(systems, _styles(systems), strict=True):
        bins = [row for row in system.reliability if row.count]
        axes.plot([b.mean_probability for b in bins], [b.share_labelled for b in bins], label=system.name, **style)
    axes.legend(loc="upper left")
    return _svg(figure, "reliability", "Share of notes with the label over the probability given, in ten bins")


def plot_indicators(indicators: Mapping[str, IndicatorFigures], names: Mapping[str, str]) -> Markup:
    """Draw F1 with its interval, one line an indicator, the best on top."""
    known = [(key, figures.f1) for key, figures in indicators.items() if figures.f1.value is not None]
    ordered = sorted(known, key=lambda item: item[1].value or 0)
    figure = Figure(figsize=(8, 1 + 0.28 * len(ordered)), layout="constrained")
    axes = figure.subplots()
    for row, (_, f1) in enumerate(ordered):
        axes.plot([f1.low, f1.high], [row, row], color="#505a5f", linewidth=2)
        axes.plot([f1.value], [row], color="#1d70b8", marker="o", linestyle="")
    axes.set(xlim=(0, 1), xlabel="F1 and its 95 % interval", yticks=range(len(ordered)))
    axes.set_yticklabels([names[key] for key, _ in ordered])
    axes.grid(axis="x", color="#d0d3d4")
    return _svg(figure, "indicators", "F1 of each indicator with its interval")


def plot_indicator_curves(indicators: Mapping[str, IndicatorFigures], names: Mapping[str, str]) -> Markup:
    """Draw precision over recall, one small plot an indicator."""
    known = {key: figures for key, figures in indicators.items() if figures.curve}
    rows = max(1, -(-len(known) // _COLUMNS))
    figure = Figure(figsize=(10, 2.4 * rows), layout="constrained")
    panels = figure.subplots(rows, _COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, (key, figures) in zip(panels, known.items(), strict=False):
        panel.plot([p.recall for p in figures.curve], [p.precision for p in figures.curve], color="#1d70b8")
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
    for y, (marked, row) in enumerate(status.confusion.items()):
        for x, given in enumerate(Status):
            colour = "white" if shares[y][x] > 0.5 else "#0b0c0c"  # noqa: PLR2004
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
    axes.grid(color="#d0d3d4")
    return figure, axes


def _styles(systems: Sequence[SystemFigures]) -> list[dict[str, str]]:
    return [_STYLES[index % len(_STYLES)] for index in range(len(systems))]


def _wrapped(words: str, width: int = 30) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(words, width))


def _svg(figure: Figure, name: str, description: str) -> Markup:
    """Return a figure with ids of its own, a name for screen readers, and no document around it."""
    stream = io.StringIO()
    with mpl.rc_context(_SETTINGS):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]
    # Several figures in one page would share ids such as "axes_1".
    prefixed: Sequence[tuple[str, str | Callable[[re.Match[str]], str]]] = (
        (r'\bid="', f'id="{name}-'),
        (r'href="#', f'href="#{name}-'),
        (r"url\(#", f"url(#{name}-"),
    )
    for pattern, replacement in prefixed:
        svg = re.sub(pattern, replacement, svg)
    # A style for all elements would reach beyond the figure.
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    head = f'<svg role="img" aria-labelledby="{name}-title" style="stroke-linejoin: round; stroke-linecap: butt; max-width: 100%; height: auto"'
    title = f'<title id="{name}-title">{escape(description)}</title>'
    svg = svg.replace("<svg", head, 1)
    end = svg.index(">") + 1
    return Markup(svg[:end] + title + svg[end:])  # noqa: S704
