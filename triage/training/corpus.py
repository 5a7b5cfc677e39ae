"""Labelled notes of a directory, loaded as a whole or refused with every fault named."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from srsly.ruamel_yaml import YAML
from srsly.ruamel_yaml.error import YAMLError

from triage.errors import DatasetError, Issue
from triage.flag import Frozen
from triage.training.records import Record, faults_in

NOT_TRAINING = frozenset({"samples", "regression"})
"""Folders below a corpus that hold other notes: those to show, and those that must keep behaving."""
SOURCES = "sources.yaml"
SNIPPETS = "snippets"
"""Files below a folder of this name hold one to three sentences a record; all others hold whole notes."""


class _Sources(Frozen):
    read_by_cue_authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record and where it stands.

    Attributes:
        file: Path relative to the corpus, with forward slashes.
        line: Line number from 1.
    """

    record: Record
    file: str
    line: int

    @property
    def is_whole_note(self) -> bool:
        """Whether the record is a whole note rather than a snippet."""
        return SNIPPETS not in self.file.split("/")[:-1]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled notes without a fault.

    Attributes:
        entries: In order of file name and line.
        digest: `sha256:` and 64 hexadecimal digits over the names and bytes of all files.
        records: The records of the entries.
    """

    entries: tuple[Entry, ...]
    digest: str
    records: tuple[Record, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "records", tuple(entry.record for entry in self.entries))

    def whole_notes(self) -> tuple[Record, ...]:
        """Return the records that are whole notes: all that do not stand in a `snippets` folder."""
        return tuple(entry.record for entry in self.entries if entry.is_whole_note)

    def by_source(self) -> Mapping[str, tuple[Record, ...]]:
        """Return the records of each author, authors in order of name."""
        groups: dict[str, list[Record]] = defaultdict(list)
        for record in self.records:
            groups[record.source].append(record)
        return {source: tuple(records) for source, records in sorted(groups.items())}


def load_corpus(directory: Path, *, indicators: Iterable[str]) -> Corpus:
    """Load every `*.jsonl` below a directory, except in `samples/` and `regression/`.

    Args:
        directory: Such as `training_data`; a council's own notes in its `private/` are read too.
        indicators: Ids of the indicators that marks may name.

    Raises:
        DatasetError: There is no record, or some are faulty; every fault is listed with file and line.
    """
    entries, issues = read_entries(directory, indicators=indicators)
    if issues:
        message = f"The corpus was not loaded: {len(issues)} fault(s)."
        raise DatasetError(message, code="dataset_faulty", issues=issues)
    return Corpus(tuple(entries), corpus_digest(directory))


def read_sources(directory: Path) -> frozenset[str]:
    """Return the authors whose notes were read while cues were written, by the `sources.yaml` of a corpus.

    Raises:
        DatasetError: The file is not of that form.
    """
    path = directory / SOURCES
    if not path.is_file():
        return frozenset()
    try:
        return frozenset(
            _Sources.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8"))).read_by_cue_authors
        )
    except (ValidationError, YAMLError, UnicodeDecodeError):
        issue = Issue(SOURCES, 0, "D092", "must be YAML with one list of sources, `read_by_cue_authors`")
        raise DatasetError("The sources were not read.", code="dataset_faulty", issues=[issue]) from None


def load_records(path: Path, *, indicators: Iterable[str]) -> tuple[Record, ...]:
    """Load the records of one file.

    Raises:
        DatasetError: There is no record, or some are faulty; every fault is listed with file and line.
    """
    if not path.is_file():
        issues = [Issue(path.name, 0, "D000", "no such file")]
    else:
        entries, issues = _read_files([(path.name, path)], indicators)
    if issues:
        raise DatasetError(f"{path.name} was not loaded.", code="dataset_faulty", issues=issues)
    return tuple(entry.record for entry in entries)


def read_entries(directory: Path, *, indicators: Iterable[str]) -> tuple[list[Entry], list[Issue]]:
    """Read what can be read of a directory.

    Returns:
        The good records, and every fault of the others.
    """
    if not directory.is_dir():
        return [], [Issue(str(directory), 0, "D000", "no such directory")]
    return _read_files(_files(directory), indicators)


def corpus_digest(directory: Path) -> str:
    """Return `sha256:...` over the names and bytes of all files of a corpus, line ends not counted."""
    total = hashlib.sha256()
    for name, path in _files(directory):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(len(name.encode()).to_bytes(4) + name.encode() + len(content).to_bytes(8) + content)
    return f"sha256:{total.hexdigest()}"


def _files(directory: Path) -> list[tuple[str, Path]]:
    named = ((path.relative_to(directory).as_posix(), path) for path in directory.rglob("*.jsonl") if path.is_file())
    return sorted((name, path) for name, path in named if not NOT_TRAINING & set(name.split("/")[:-1]))


def _read_files(files: Sequence[tuple[str, Path]], indicators: Iterable[str]) -> tuple[list[Entry], list[Issue]]:
    entries: list[Entry] = []
    issues: list[Issue] = []
    first: dict[str, Entry] = {}
    known = frozenset(indicators)
    for name, path in files:
        for found in _read_lines(path.read_bytes(), name, known):
            if isinstance(found, Issue):
                issues.append(found)
            elif (other := first.setdefault(found.record.id, found)) is not found:
                message = f"the id is that of {other.file}:{other.line} too"
                issues.append(Issue(name, found.line, "D020", message))
            else:
                entries.append(found)
    if not entries and not issues:
        issues.append(Issue(".", 0, "D000", "there is no record; labelled notes are *.jsonl files, one record a line"))
    return entries, issues


def _read_lines(raw: bytes, name: str, indicators: frozenset[str]) -> Iterator[Entry | Issue]:
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            # The line is decoded here because a fault of the encoding is worth its own message.
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            yield Entry(Record.model_validate_json(text, context={"indicators": indicators}), name, number)
        except UnicodeDecodeError as error:
            yield Issue(name, number, "D001", f"not valid UTF-8 at byte {error.start}; save the file as UTF-8")
        except ValidationError as error:
            for code, message in faults_in(error):
                yield Issue(name, number, code, message)
