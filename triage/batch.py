"""Files of notes: plain text, JSON lines and CSV in, one assessment a note out, in order."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Protocol

from joblib import Parallel, delayed

from triage.errors import NoteError
from triage.flag import Assessment, Cause
from triage.note import MAX_CHARACTERS, Note, decode_text, note_from_record, parse_note
from triage.triager import Triager

CHUNK = 256
"""Notes a worker takes at a time."""


class FileKind(StrEnum):
    """How notes are written in a file."""

    TEXT = "text"
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the CSV columns; None where there is no such column."""

    text: str = "text"
    id: str | None = "id"
    case_id: str | None = "case_id"
    recorded_at: str | None = "recorded_at"


@dataclass(frozen=True, slots=True)
class Entry:
    """One note of a file, or why it could not be read.

    Attributes:
        where: `file:line`.
        error: None for a note that was read.
    """

    note: Note
    where: str
    error: NoteError | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one entry."""

    entry: Entry
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Recipe:
    """How each worker builds its own triager: by paths, never by a live object.

    Attributes:
        models_dir: Where the promoted model is looked for; None for knowledge alone.
        encoder_dir: Where the encoder of a model that needs one is.
    """

    knowledge_dir: Path | None = None
    models_dir: Path | None = None
    max_characters: int = MAX_CHARACTERS
    encoder_dir: Path | None = None


@cache
def make_triager(recipe: Recipe) -> Triager:
    """Load the triager of a recipe, once a process."""
    return Triager.load(
        knowledge_dir=recipe.knowledge_dir,
        models_dir=recipe.models_dir,
        encoder_dir=recipe.encoder_dir,
        max_characters=recipe.max_characters,
    )


def kind_of(path: Path) -> FileKind:
    """Guess the kind of a file by its ending; anything unknown is one plain-text note."""
    return {".jsonl": FileKind.JSONL, ".ndjson": FileKind.JSONL, ".csv": FileKind.CSV}.get(
        path.suffix.lower(), FileKind.TEXT
    )


def read_entries(raw: bytes, *, name: str, kind: FileKind, columns: Columns | None = None) -> Iterator[Entry]:
    """Read all notes of a file; what cannot be read becomes an entry with its error.

    Args:
        raw: The file's bytes.
        name: The file's name for messages.
        kind: How the notes are written.
        columns: CSV columns.

    Raises:
        NoteError: The file as a whole is unusable, such as CSV without the text column.
    """
    if kind is FileKind.TEXT:
        yield _entry(f"{name}:1", partial(_plain_note, raw, name))
    elif kind is FileKind.JSONL:
        for number, line in enumerate(raw.split(b"\n"), start=1):
            if line.strip():
                yield _entry(f"{name}:{number}", partial(parse_note, line))
    else:
        yield from _read_csv(raw, name, columns or Columns())


def assess_entries(triager: Triager, entries: Iterable[Entry]) -> Iterator[Result]:
    """Assess entries in order in this process."""
    waiting = iter(entries)
    while chunk := list(islice(waiting, CHUNK)):
        answers = triager.assess_many(entry.note for entry in chunk if entry.error is None)
        for entry in chunk:
            if entry.error is None:
                yield Result(entry, next(answers))
            else:
                yield Result(entry, triager.not_assessed(entry.note, _cause(entry.error)))


def assess_in_parallel(recipe: Recipe, entries: Iterable[Entry], *, workers: int) -> Iterator[Result]:
    """Assess entries in order with several processes, each with its own triager."""
    waiting = iter(entries)
    chunks = iter(lambda: list(islice(waiting, CHUNK)), [])
    parallel = Parallel(n_jobs=workers, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    for results in parallel(delayed(_assess_chunk)(recipe, chunk) for chunk in chunks):
        yield from results


def _assess_chunk(recipe: Recipe, chunk: list[Entry]) -> list[Result]:
    return list(assess_entries(make_triager(recipe), chunk))


class _Read(Protocol):
    def __call__(self, *, where: str) -> Note:
        """Read one note; `where` is for messages."""


def _entry(where: str, read: _Read) -> Entry:
    try:
        return Entry(read(where=where), where)
    except NoteError as error:
        return Entry(Note(""), where, error)


def _read_csv(raw: bytes, name: str, columns: Columns) -> Iterator[Entry]:
    # Undecodable bytes travel as lone surrogates, so that one bad row does not lose the others.
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig", errors="surrogateescape"), newline=""), strict=True)
    try:
        header = rows.fieldnames or []
        if columns.text not in header:
            raise NoteError(
                f"no column '{columns.text}'; choose one with --text-column", code="missing_text", where=f"{name}:1"
            )
        for row in rows:
            yield _entry(f"{name}:{rows.line_num}", partial(_note_of_row, row, columns))
    except csv.Error:
        raise NoteError("not valid CSV", code="invalid_csv", where=f"{name}:{rows.line_num}") from None


def _plain_note(raw: bytes, name: str, *, where: str) -> Note:
    return Note(decode_text(raw, where=where), id=name)


def _note_of_row(row: dict[str, str | None], columns: Columns, *, where: str) -> Note:
    text = row.get(columns.text)
    if text is not None and any("\udc80" <= character <= "\udcff" for character in text):
        raise NoteError("not valid UTF-8; save the file as UTF-8", code="invalid_utf8", where=where)
    record = {
        "text": text,
        "id": row.get(columns.id) if columns.id else None,
        "case_id": row.get(columns.case_id) if columns.case_id else None,
        "recorded_at": row.get(columns.recorded_at) if columns.recorded_at else None,
    }
    return note_from_record(record, where=where)


def _cause(error: NoteError) -> Cause:
    return Cause.INVALID_UTF8 if error.code == "invalid_utf8" else Cause.UNREADABLE
