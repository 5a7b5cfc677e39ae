"""`triage data`: check, count and exchange labelled notes, compare annotators, choose what to label next."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.export_decisions import export_decisions
from triage.training.exchange.tools import Source, Target

if TYPE_CHECKING:
    from triage.note import Note
    from triage.training.records import Record
    from triage.training.sampling import Candidate

app = typer.Typer(no_args_is_help=True, help="Check, count and exchange labelled notes.")
app.command("export-decisions")(export_decisions)

TRAINING_DATA = Path("training_data")

Corpus = Annotated[Path, typer.Argument(help="Directory of labelled notes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
Output = Annotated[Path, typer.Option(help="Write to this file.")]


@app.command()
def check(directory: Corpus = TRAINING_DATA) -> None:
    """Report every fault with file and line, and what a person should look at; exit code 1 if there is a fault."""
    from triage.errors import DatasetError
    from triage.training.checks import check_corpus

    found = check_corpus(directory, indicators=_indicators())
    for warning in found.warnings:
        _say(f"warning: {warning}")
    if found.faults:
        raise DatasetError(f"{len(found.faults)} fault(s).", code="dataset_faulty", issues=found.faults)
    typer.echo(f"No faults in {found.records} records; {len(found.warnings)} warning(s).")


@app.command()
def stats(directory: Corpus = TRAINING_DATA, as_json: AsJson = False) -> None:
    """Count records, words and marks by indicator, status, author and part."""
    from triage.cli.data_tables import show_statistics
    from triage.training.corpus import load_corpus
    from triage.training.statistics import count_corpus

    indicators = _indicators()
    counted = count_corpus(load_corpus(directory, indicators=indicators), indicators=indicators)
    if as_json:
        typer.echo(counted.model_dump_json(indent=1))
    else:
        show_statistics(counted)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What the labelling tool exported.")],
    tool: Annotated[Source, typer.Option("--from", help="The tool.")],
    output: Output,
    source: Annotated[
        str | None, typer.Option(help="Author of notes that name none. Default: the file's name.")
    ] = None,
    originals: Annotated[Path | None, typer.Option(help="The records that went to the tool, to restore texts.")] = None,
    annotator: Annotated[str | None, typer.Option(help="Take this person's labels only.")] = None,
    mark_whole_text: Annotated[
        bool, typer.Option("--mark-whole-text", help="Labels of a whole text mark all of it.")
    ] = False,
) -> None:
    """Turn a tool's labels into records, mend what can be mended and list the rest; exit code 2 if there is a rest."""
    from triage.training.exchange.formats import import_labels
    from triage.training.exchange.settle import Options

    options = Options(
        indicators=_indicators(),
        source=source or file.stem,
        originals={record.id: record for record in _records(originals)} if originals else None,
        annotator=annotator,
        mark_whole_text=mark_whole_text,
    )
    found = import_labels(_read(file), format=tool, name=file.name, options=options)
    _write_records(output, found.records)
    for title, lines in (("notice", found.notices), ("mended", found.repaired), ("left out", found.refused)):
        for line in lines:
            _say(f"{title}: {line}")
    _say(f"Offsets count {found.offsets.unit.words}: {found.offsets.evidence}.")
    _say(f"{len(found.records)} note(s) written, {len(found.repaired)} mend(s), {len(found.refused)} left out.")
    raise typer.Exit(2 if found.refused else 0)


@app.command()
def export(
    records: Annotated[Path, typer.Argument(help="A file of records, or a directory of such files.")],
    tool: Annotated[Target, typer.Option("--to", help="The tool.")],
    output: Output,
    without_labels: Annotated[bool, typer.Option("--without-labels", help="Notes only, to be labelled anew.")] = False,
) -> None:
    """Write records for a labelling tool; marks are spelt indicator|status or indicator|status|harm."""
    from triage.training.exchange.formats import export_labels, export_notes

    found = _records(records)
    _write(output, (export_notes if without_labels else export_labels)(found, format=tool))
    if tool is Target.DOCCANO_CLASSES and not without_labels:
        _say("notice: text classification has no place for the marked words; only labels of whole texts were written")
    _say(f"{len(found)} note(s) written.")


@app.command()
def agree(
    a: Annotated[Path, typer.Argument(help="One annotator's records.")],
    b: Annotated[Path, typer.Argument(help="Another's records of the same notes.")],
    as_json: AsJson = False,
) -> None:
    """Compare two annotators: kappa and F1 of flags, overlap of the marked words, status; list where they differ."""
    from triage.cli.data_tables import show_agreement
    from triage.training.agreement import compare

    found = compare(_records(a), _records(b))
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        show_agreement(found)


@app.command()
def sample(
    notes: Annotated[Path, typer.Argument(help="Notes without labels: .jsonl or .csv, each with an id.")],
    output: Output,
    count: Annotated[int, typer.Option(min=1, help="How many to pick.")] = 100,
    model: Annotated[bool, typer.Option(help="Ask the promoted model, if any, what it is unsure of.")] = True,
    random_share: Annotated[float, typer.Option(min=0, max=1, help="Part drawn at random, to estimate recall.")] = 0.2,
    seed: Annotated[int, typer.Option(help="The same seed gives the same notes.")] = 0,
) -> None:
    """Pick notes to label next: some at random, some the model is unsure of, some unlike all others."""
    from triage.cli.data_tables import show_piles
    from triage.training.sampling import Plan, pick, to_record

    unlabelled = _notes(notes)
    candidates, thresholds = _candidates(unlabelled, model)
    picks = pick(candidates, Plan(count=count, random_share=random_share, seed=seed, thresholds=thresholds))
    _write_records(output, [to_record(unlabelled[found.index], found, source=notes.stem) for found in picks])
    show_piles(picks, len(unlabelled))


@app.command()
def schema() -> None:
    """Write the JSON Schema of a record to standard output."""
    from triage.training.records import schema_text

    typer.echo(schema_text(), nl=False)


def _candidates(notes: "Sequence[Note]", ask_model: bool) -> "tuple[list[Candidate], dict[str, float]]":
    """Return the notes with the probability of every indicator, raised or not, and the thresholds."""
    from triage.knowledge.loading import load_knowledge
    from triage.scoring.artefact import load_promoted
    from triage.settings import Settings
    from triage.training.evaluation.systems import FittedModel
    from triage.training.records import make_record
    from triage.training.sampling import Candidate

    settings = Settings()
    knowledge = load_knowledge(settings.knowledge_dir)
    model = load_promoted(settings.models_dir, knowledge, encoder_dir=settings.encoder_dir) if ask_model else None
    if model is None:
        return [Candidate(note.id or "", note.text) for note in notes], {}
    records = [make_record(id=note.id or "", source="unlabelled", text=note.text) for note in notes]
    said = FittedModel(knowledge, model).predict(records)
    candidates = [Candidate(r.id, r.text, found.probabilities) for r, found in zip(records, said, strict=True)]
    return candidates, dict(zip(model.indicators, model.thresholds.tolist(), strict=True))


def _indicators() -> frozenset[str]:
    from triage.knowledge.loading import load_knowledge
    from triage.settings import Settings

    return frozenset(indicator.id for indicator in load_knowledge(Settings().knowledge_dir).indicators)


def _records(path: Path) -> "Sequence[Record]":
    from triage.training.corpus import load_corpus, load_records

    indicators = _indicators()
    return (
        load_corpus(path, indicators=indicators).records if path.is_dir() else load_records(path, indicators=indicators)
    )


def _notes(path: Path) -> "Sequence[Note]":
    """Read notes that a person can be asked to label.

    Raises:
        NoteError: A note cannot be read, has no id, the id of another, or no words.
    """
    from triage.batch import kind_of, read_entries
    from triage.errors import NoteError

    notes: dict[str, Note] = {}
    for entry in read_entries(_read(path), name=path.name, kind=kind_of(path)):
        if entry.error:
            raise entry.error
        if not entry.note.id or entry.note.id in notes:
            raise NoteError("the id is missing or that of an earlier note", code="invalid_field", where=entry.where)
        if not entry.note.text.strip():
            raise NoteError("the text holds no words", code="empty", where=entry.where)
        notes[entry.note.id] = entry.note
    return list(notes.values())


def _read(path: Path) -> bytes:
    from triage.errors import DatasetError, Issue

    try:
        return path.read_bytes()
    except OSError as error:
        issue = Issue(str(path), 0, "D000", f"cannot be read: {error.strerror}")
        raise DatasetError("Nothing was done.", code="no_file", issues=[issue]) from None


def _write_records(path: Path, records: "Iterable[Record]") -> None:
    _write(path, "".join(record.to_json_line() + "\n" for record in records).encode())


def _write(path: Path, content: bytes) -> None:
    from triage.errors import DatasetError, Issue
    from triage.files import write_whole

    try:
        write_whole(path, content)
    except OSError as error:
        issue = Issue(str(path), 0, "D000", f"cannot be written: {error.strerror}")
        raise DatasetError("Nothing was written.", code="no_file", issues=[issue]) from None


def _say(message: object) -> None:
    print(message, file=sys.stderr)  # noqa: T201
