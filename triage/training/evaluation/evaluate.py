"""Fits and tries several systems on the same held-out notes."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from triage.knowledge.schemas import Knowledge
from triage.training.corpus import Corpus
from triage.training.evaluation.bootstrap import RESAMPLES, resample
from triage.training.evaluation.figures import system_figures
from triage.training.evaluation.folds import Fold, part_fold, source_folds
from triage.training.evaluation.predictions import Prediction, System
from triage.training.evaluation.results import Design, Evaluation, HeldOut
from triage.training.evaluation.swaps import Swap, Swapped, load_swaps, predict_swapped
from triage.training.records import Record
from triage.training.splits import Part

Notify = Callable[[str], None]
"""Told what begins, in a few words."""


@dataclass
class _Said:
    """What a system said of the notes of all folds so far."""

    predictions: list[Prediction] = field(default_factory=list)
    swapped: dict[Swap, Swapped] = field(default_factory=dict)

    def add(self, fitted: System, notes: Sequence[Record], swaps: Iterable[Swap]) -> None:
        """Try a fitted system on more notes."""
        before = len(self.predictions)
        self.predictions += fitted.predict(notes)
        for swap in swaps:
            found = ((before + index, said) for index, said in predict_swapped(fitted, notes, swap))
            self.swapped[swap] = (*self.swapped.get(swap, ()), *found)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How systems are tried.

    Attributes:
        volume: Notes a week, for the workload.
        model: Version of the fitted model among the systems.
        not_tried: Authors whose notes are no test.
        notify: Told of each step.
    """

    volume: int
    model: str | None = None
    not_tried: Collection[str] = ()
    notify: Notify = lambda _: None


def evaluate_part(
    systems: Sequence[System], corpus: Corpus, knowledge: Knowledge, part: Part, options: Options
) -> Evaluation:
    """Try systems on the whole notes of a part; those that learn learn from the training part.

    Args:
        systems: What to try.
        corpus: Labelled notes.
        knowledge: Names of the indicators, and the digest.
        part: Such as the test part.
        options: How.

    Raises:
        DatasetError: The part holds no whole note.
    """
    plan = [part_fold(corpus, part, not_tried=options.not_tried)]
    return _evaluate(systems, plan, corpus, knowledge, part.value, options)


def evaluate_held_out_sources(
    systems: Sequence[System], corpus: Corpus, knowledge: Knowledge, options: Options, *, folds: int | None = None
) -> Evaluation:
    """Try systems on every author's whole notes, each time fitted without that author.

    Args:
        systems: What to try.
        corpus: Labelled notes.
        knowledge: Names of the indicators, and the digest.
        options: How.
        folds: Number of fits; one an author by default.

    Raises:
        DatasetError: Fewer than two authors wrote whole notes.
    """
    plan = source_folds(corpus, count=folds, not_tried=options.not_tried)
    return _evaluate(systems, plan, corpus, knowledge, "sources", options)


def _evaluate(
    systems: Sequence[System],
    folds: Sequence[Fold],
    corpus: Corpus,
    knowledge: Knowledge,
    held_out: HeldOut,
    options: Options,
) -> Evaluation:
    records = [record for fold in folds for record in fold.test]
    said = _predict(systems, folds, options.notify)
    options.notify("counting")
    weights = resample(records)
    names = {indicator.id: indicator.name for indicator in knowledge.indicators}
    return Evaluation(
        design=Design(
            held_out=held_out, folds=len(folds), not_tried=tuple(sorted(options.not_tried)), resamples=RESAMPLES
        ),
        notes=len(records),
        labelled=sum(bool(record.labels) for record in records),
        sources=tuple(dict.fromkeys(record.source for record in records)),
        names=names,
        package=version("case-note-triage"),
        knowledge=knowledge.digest,
        corpus=corpus.digest,
        model=options.model,
        systems=tuple(
            system_figures(
                system,
                records,
                found.predictions,
                weights,
                indicators=tuple(names),
                volume=options.volume,
                swapped=found.swapped,
            )
            for system, found in zip(systems, said, strict=True)
        ),
    )


def _predict(systems: Sequence[System], folds: Sequence[Fold], notify: Notify) -> list[_Said]:
    swaps = load_swaps()
    said = [_Said() for _ in systems]
    for number, fold in enumerate(folds, start=1):
        for system, found in zip(systems, said, strict=True):
            notify(f"{number} of {len(folds)}: {system.name} on {len(fold.test)} notes of {fold.name}")
            found.add(system.fit(fold.train), fold.test, swaps)
    return said
