"""`triage score`: notes of a file to the terminal, JSON or a page."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from triage.batch import Entry, Result


class Format(StrEnum):
    """How answers are written."""

    TERMINAL = "terminal"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"


_FEW = 500
"""Up to so many notes one process is quicker than starting several."""


def score(
    file: Annotated[str, typer.Argument(help="Notes: .txt (one note), .jsonl, .csv, or - for standard input.")],
    output: Annotated[Path | None, typer.Option(help="Write to this file; its ending chooses the format.")] = None,
    format: Annotated[Format | None, typer.Option(help="terminal, json, jsonl or html.")] = None,
    kind: Annotated[str | None, typer.Option(help="text, jsonl or csv, where the name does not tell.")] = None,
    text_column: Annotated[str, typer.Option(help="CSV column of the text.")] = "text",
    id_column: Annotated[str, typer.Option(help="CSV column of the note's id.")] = "id",
    case_column: Annotated[str, typer.Option(help="CSV column of the case id.")] = "case_id",
    date_column: Annotated[str, typer.Option(help="CSV column of the date.")] = "recorded_at",
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 chooses by the number of notes.")] = 0,
) -> None:
    """Assess notes and show the flags with the words highlighted.

    Exit code 0: all notes were assessed. 1: nothing could be done. 2: some notes could not be read or assessed;
    each is named on standard error, and all others are in the output.
    """
    from triage.batch import Columns, FileKind, kind_of, read_entries

    columns = Columns(text=text_column, id=id_column, case_id=case_column, recorded_at=date_column)
    name, raw = _read(file)
    chosen = FileKind(kind) if kind else kind_of(Path(name))
    entries = list(read_entries(raw, name=name, kind=chosen, columns=columns))
    incomplete = _write(_assess(entries, workers), len(entries), _format(format, output), output)
    raise typer.Exit(2 if incomplete else 0)


def _read(file: str) -> tuple[str, bytes]:
    if file == "-":
        return "stdin", sys.stdin.buffer.read()
    path = Path(file)
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        from triage.errors import NoteError

        raise NoteError(f"cannot be read: {error.strerror}", code="no_file", where=file) from None


def _format(format: Format | None, output: Path | None) -> Format:
    if format is not None:
        return format
    endings = {".json": Format.JSON, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".html": Format.HTML}
    return endings.get(output.suffix.lower(), Format.JSONL) if output else Format.TERMINAL


def _assess(entries: "list[Entry]", workers: int) -> "Iterator[Result]":
    import os

    from triage.batch import Recipe, assess_entries, assess_in_parallel, make_triager
    from triage.settings import Settings

    settings = Settings()
    recipe = Recipe(settings.knowledge_dir, settings.models_dir, settings.max_characters, settings.encoder_dir)
    processes = workers or (1 if len(entries) <= _FEW else os.cpu_count() or 1)
    if processes == 1:
        return assess_entries(make_triager(recipe), entries)
    return assess_in_parallel(recipe, entries, workers=processes)


def _write(results: "Iterator[Result]", total: int, format: Format, output: Path | None) -> bool:
    """Write all results; return whether some notes were not assessed."""
    from triage.cli.progress import tracked
    from triage.files import opened_whole

    incomplete = False

    def watched() -> "Iterator[Result]":
        nonlocal incomplete
        for result in tracked(results, total):
            if result.assessment.outcome == "not_assessed":
                incomplete = True
                reason = result.entry.error or f"{result.entry.where}: not assessed ({result.assessment.cause})"
                print(f"triage: {reason}", file=sys.stderr)  # noqa: T201
            yield result

    if output is None:
        _write_to(sys.stdout, watched(), format)
        return incomplete
    with opened_whole(output) as stream:
        _write_to(stream, watched(), format)
    return incomplete


def _write_to(stream: TextIO, results: "Iterator[Result]", format: Format) -> None:
    if format is Format.JSONL:
        for result in results:
            stream.write(result.assessment.model_dump_json() + "\n")
    elif format is Format.JSON:
        stream.write("[")
        for index, result in enumerate(results):
            stream.write((",\n " if index else "") + result.assessment.model_dump_json())
        stream.write("]\n")
    elif format is Format.HTML:
        from triage.page import write_page

        write_page(stream, ((result.entry.note, result.assessment) for result in results))
    else:
        from triage.cli.terminal import show

        show(stream, ((result.entry.note, result.assessment) for result in results))
