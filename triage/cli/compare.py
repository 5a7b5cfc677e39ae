"""`triage compare`: every note that gains or loses a flag between two files of assessments or two model versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from triage.flag import Assessment
    from triage.note import Note


def compare(
    before: Annotated[str, typer.Argument(help="A JSONL file of assessments, or a model version.")],
    after: Annotated[str, typer.Argument(help="The same of what came later.")],
    notes: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="With versions: notes to assess; the corpus's by default."),
    ] = None,
    corpus: Annotated[Path, typer.Option(help="With versions: directory of labelled notes.")] = Path("training_data"),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List every note that gains or loses a flag, or whose flag changes its status, with the words."""
    from triage.cli.comparison_table import show_comparison
    from triage.training.evaluation.changes import compare_assessments

    sides = [_assessments(side, notes, corpus) for side in (before, after)]
    found = compare_assessments(*sides, names=(before, after))
    if json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        show_comparison(found)


def _assessments(side: str, notes: Path | None, corpus: Path) -> "list[Assessment]":
    from triage.training.evaluation.changes import load_assessments

    if Path(side).is_file():
        return load_assessments(Path(side))
    from triage.knowledge.loading import load_knowledge
    from triage.scoring.artefact import load_version
    from triage.settings import Settings
    from triage.triager import Triager

    settings = Settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    scorer = load_version(settings.models_dir, side, knowledge, encoder_dir=settings.encoder_dir)
    triager = Triager(knowledge, scorer=scorer, max_characters=settings.max_characters)
    indicators = [indicator.id for indicator in knowledge.indicators]
    return list(triager.assess_many(_notes(notes, corpus, indicators)))


def _notes(notes: Path | None, corpus: Path, indicators: "Sequence[str]") -> "list[Note]":
    from triage.batch import kind_of, read_entries
    from triage.note import Note
    from triage.training.corpus import load_corpus

    if notes is None:
        whole = load_corpus(corpus, indicators=indicators).whole_notes()
        return [Note(record.text, id=record.id) for record in whole]
    entries = list(read_entries(notes.read_bytes(), name=notes.name, kind=kind_of(notes)))
    for entry in entries:
        if entry.error is not None:
            raise entry.error
    return [entry.note for entry in entries]
