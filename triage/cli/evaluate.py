"""`triage evaluate`: figures of the knowledge, the model and baselines on labelled notes."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from triage.knowledge.schemas import Knowledge
    from triage.settings import Settings
    from triage.training.corpus import Corpus
    from triage.training.evaluation.evaluate import Options
    from triage.training.evaluation.predictions import System
    from triage.training.evaluation.results import Evaluation
    from triage.training.splits import Part


def evaluate(
    part: Annotated[str, typer.Option(help="Whole notes to try on: test, validation or train.")] = "test",
    leave_one_source_out: Annotated[
        bool, typer.Option("--leave-one-source-out", help="Try every author's notes, fitted without that author.")
    ] = False,
    folds: Annotated[
        int | None, typer.Option(min=2, help="With --leave-one-source-out: fits, several authors each; quicker.")
    ] = None,
    corpus: Annotated[Path, typer.Option(help="Directory of labelled notes.")] = Path("training_data"),
    include_read: Annotated[
        bool, typer.Option("--include-read", help="Also try notes that were read while cues were written.")
    ] = False,
    volume: Annotated[int, typer.Option(min=1, help="Notes a week, for the notes to read.")] = 1000,
    json: Annotated[Path | None, typer.Option(help="Write all figures to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one self-contained page with plots to this file.")] = None,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="With --html: show the words of mistakes, never of private notes.")
    ] = False,
) -> None:
    """Measure the shipped knowledge, the promoted model and baselines on labelled notes.

    Notes that were read while cues were written (`sources.yaml` of the corpus) are left out: cues look better on them.
    With --leave-one-source-out the model is fitted anew for each author, from all other authors' notes: the honest
    figure for notes of somebody it has never read.
    """
    from triage.cli.evaluation_tables import show_evaluation
    from triage.files import write_whole
    from triage.knowledge.loading import load_knowledge
    from triage.settings import Settings
    from triage.training.corpus import load_corpus, read_sources
    from triage.training.evaluation.evaluate import Options, evaluate_held_out_sources
    from triage.training.evaluation.trained import TrainedSystem
    from triage.training.splits import Part

    if part not in set(Part):
        raise typer.BadParameter(f"no part '{part}'; there are: {', '.join(Part)}", param_hint="--part")
    if folds is not None and not leave_one_source_out:
        raise typer.BadParameter("goes with --leave-one-source-out", param_hint="--folds")
    render = _renderer() if html is not None else None
    settings = Settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    labelled = load_corpus(corpus, indicators=[indicator.id for indicator in knowledge.indicators])
    read = read_sources(corpus)
    options = Options(volume=volume, not_tried=frozenset() if include_read else read, notify=_notify)
    if leave_one_source_out:
        systems = [*_baselines(knowledge), TrainedSystem(knowledge, labelled, read_by_cue_authors=read)]
        found = evaluate_held_out_sources(systems, labelled, knowledge, options, folds=folds)
    else:
        found = _on_part(labelled, knowledge, Part(part), options, settings)
    if json is not None:
        json.parent.mkdir(parents=True, exist_ok=True)
        write_whole(json, found.model_dump_json(indent=1) + "\n")
    if html is not None and render is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        write_whole(html, render(found, labelled if show_text else None))
    show_evaluation(found)


def _on_part(
    corpus: "Corpus", knowledge: "Knowledge", part: "Part", options: "Options", settings: "Settings"
) -> "Evaluation":
    from triage.scoring.artefact import load_promoted
    from triage.training.evaluation.evaluate import evaluate_part
    from triage.training.evaluation.systems import FittedModel

    scorer = load_promoted(settings.models_dir, knowledge, encoder_dir=settings.encoder_dir)
    systems = _baselines(knowledge)
    if scorer is None:
        _notify("no model is promoted; the figures are those of the knowledge and the baselines")
    else:
        systems.append(FittedModel(knowledge, scorer))
        options = replace(options, model=scorer.version)
    return evaluate_part(systems, corpus, knowledge, part, options)


def _baselines(knowledge: "Knowledge") -> "list[System]":
    from triage.training.evaluation.baselines import KeywordSearch, PlainTfidf
    from triage.training.evaluation.systems import KnowledgeAlone

    indicators = [indicator.id for indicator in knowledge.indicators]
    return [KeywordSearch(knowledge), PlainTfidf(indicators), KnowledgeAlone(knowledge)]


def _renderer() -> "Callable[[Evaluation, Corpus | None], str]":
    """Return what renders the page, before minutes are spent on figures that could not be shown."""
    try:
        from triage.training.report.html import render_report
    except ModuleNotFoundError as error:
        message = f"needs {error.name}; install the extra: pip install 'case-note-triage[report]'"
        raise typer.BadParameter(message, param_hint="--html") from None
    return render_report


def _notify(step: str) -> None:
    print(f"triage: {step}", file=sys.stderr)  # noqa: T201
