"""What each part of the model is worth on authors that it has not seen: parts added one by one, and taken away.

Run it with `python -m bench.ablation --output docs/ablation.md`; `--only` and `--folds` make it quicker. Every row is
fitted and measured in the same way: authors whose notes were read while cues were written are learnt from, all others
are held out in turn, and neither sentence model, note model nor thresholds see the author whose notes they judge.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from triage.files import write_whole
from triage.scoring.estimator import Parameters
from triage.settings import Settings
from triage.training.evaluation.baselines import FIXED_THRESHOLD, PlainTfidf
from triage.training.examples import Examples
from triage.training.fitting import cross_fit, source_folds
from triage.training.quality import figures_of
from triage.training.train import Training, prepare

SHIPPED = Parameters()
_LEARNT = ("words", "characters", "concepts", "neighbours")
_HEADINGS = ("", "mean average precision", "against shipped", "micro-F1", "macro-F1", "seconds")


@dataclass(frozen=True)
class Row:
    """Figures of one variant."""

    name: str
    mean_average_precision: float
    micro_f1: float
    macro_f1: float
    seconds: float


def _with(*, pairs: bool = False, blocks: Sequence[str] = _LEARNT) -> Parameters:
    """Return the shipped parameters with other blocks."""
    weights = {name: weight if name in blocks else 0.0 for name, weight in SHIPPED.block_weights.items()}
    if pairs:
        weights["concept_pairs"] = SHIPPED.block_weights["neighbours"]
    return replace(SHIPPED, block_weights=weights)


SHIPPED_ROW = "shipped: the same and cues at note level"
PLAIN = "plain TF-IDF and logistic regression"
VARIANTS: dict[str, Parameters] = {
    "words": replace(_with(blocks=_LEARNT[:1]), cues=False),
    "words, characters": replace(_with(blocks=_LEARNT[:2]), cues=False),
    "words, characters, concepts": replace(_with(blocks=_LEARNT[:3]), cues=False),
    "words, characters, concepts, concept pairs": replace(_with(blocks=_LEARNT[:3], pairs=True), cues=False),
    "words, characters, concepts, neighbours": replace(SHIPPED, cues=False),
    SHIPPED_ROW: SHIPPED,
    "shipped without words": _with(blocks=("characters", "concepts", "neighbours")),
    "shipped without characters": _with(blocks=("words", "concepts", "neighbours")),
    "shipped without concepts": _with(blocks=("words", "characters", "neighbours")),
    "shipped without neighbours": _with(blocks=_LEARNT[:3]),
    "shipped and concept pairs": _with(pairs=True),
    "shipped without class weights": replace(SHIPPED, balanced=False),
    "shipped, labels of any status": replace(SHIPPED, any_status=True),
}


def main(
    corpus: Annotated[Path, typer.Option(help="Directory of labelled notes.")] = Path("training_data"),
    only: Annotated[
        list[str] | None, typer.Option(help="Rows whose name holds these words; all by default. Repeatable.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Groups of authors.")] = SHIPPED.folds,
    output: Annotated[Path | None, typer.Option(help="Write a page in Markdown to this file.")] = None,
) -> None:
    """Fit and measure each variant and print the table."""
    names = [name for name in (PLAIN, *VARIANTS) if only is None or any(words in name for words in only)]
    if not names:
        raise typer.BadParameter("no row has such a name", param_hint="--only")
    training = prepare(data_dir=corpus, knowledge_dir=Settings().knowledge_dir, parameters=SHIPPED, progress=typer.echo)
    rows = []
    for name in names:
        rows.append(measure(training, name, folds=folds))
        typer.echo(f"{name}: {rows[-1].mean_average_precision:.4f} in {rows[-1].seconds:.0f} s")
    page = to_markdown(rows, training, folds=folds)
    typer.echo(page)
    if output is not None:
        write_whole(output, page)


def measure(training: Training, name: str, *, folds: int) -> Row:
    """Fit and measure one variant.

    Args:
        training: What to learn from.
        name: Of `VARIANTS`, or `PLAIN`.
        folds: Groups of authors.
    """
    start = time.perf_counter()
    if name == PLAIN:
        labels, probabilities = _plain(training.examples, folds)
        flagged = probabilities >= FIXED_THRESHOLD
    else:
        found = cross_fit(training.examples, training.subject, replace(VARIANTS[name], folds=folds))
        labels, probabilities, flagged = found.labels, found.probabilities, found.flagged
    figures = figures_of(labels, probabilities, flagged, indicators=training.examples.indicators)
    return Row(
        name,
        figures["mean_average_precision"],
        figures["micro_f1"],
        figures["macro_f1"],
        time.perf_counter() - start,
    )


def to_markdown(rows: Sequence[Row], training: Training, *, folds: int) -> str:
    """Return the page with the table and what it was measured on."""
    shipped = next((row.mean_average_precision for row in rows if row.name == SHIPPED_ROW), None)
    lines = ["| " + " | ".join(_HEADINGS) + " |", "|---" * len(_HEADINGS) + "|"]
    for row in rows:
        difference = "" if shipped is None else f"{row.mean_average_precision - shipped:+.3f}"
        figures = (row.mean_average_precision, row.micro_f1, row.macro_f1)
        mean, micro, macro = (f"{figure:.3f}" for figure in figures)
        lines.append(f"| {row.name} | {mean} | {difference} | {micro} | {macro} | {row.seconds:.0f} |")
    examples = training.examples
    notes, authors = int(examples.unread.sum()), len(set(examples.sources()[examples.unread]))
    return "\n".join(
        [
            "# What each part of the model is worth",
            "",
            f"Measured on {notes} whole notes of {authors} authors, each scored by models that saw",
            f"none of its author: {folds} groups of authors are held out in turn. Notes that were read while cues were",
            f"written are learnt from and never counted. Plain TF-IDF flags from a probability of {FIXED_THRESHOLD},",
            "all others from thresholds chosen on other authors' notes. Differences below about 0.005 say nothing.",
            "",
            *lines,
            "",
            f"Corpus `{training.corpus.digest[:19]}`, knowledge `{training.knowledge.digest[:19]}`. Written by",
            "`python -m bench.ablation --output docs/ablation.md`.",
            "",
        ]
    )


def _plain(examples: Examples, folds: int) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return labels and scores of the unread whole notes by plain TF-IDF with logistic regression."""
    labels, scores = [], []
    for held_out in source_folds(examples, folds):
        tried = examples.subset(held_out)
        fitted = PlainTfidf(examples.indicators).fit(examples.subset(~held_out).records)
        labels.append(tried.note_labels())
        scores += [
            [said.probabilities.get(name, 0.0) for name in examples.indicators]
            for said in fitted.predict(tried.records)
        ]
    return np.concatenate(labels), np.array(scores)


if __name__ == "__main__":
    typer.run(main)
