"""Checks a corpus as a whole: repeated texts, contradicting labels, leaks between parts, scarce classes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.errors import Issue
from triage.scoring.estimator import Parameters
from triage.training.corpus import Entry, read_entries
from triage.training.duplicates import near_duplicates
from triage.training.records import Record
from triage.training.splits import part_of

ENOUGH_POSITIVES = Parameters().min_positives
"""With fewer notes that have the indicator, nothing about its recall can be said: its cues alone work."""
WHOLE = "corpus"
"""Stands for the file where a finding belongs to no single one."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found, each list in order of file and line.

    Attributes:
        faults: Must be mended before anything is trained.
        warnings: A person should look at them.
        records: Number of records that could be read.
    """

    faults: tuple[Issue, ...]
    warnings: tuple[Issue, ...]
    records: int


def check_corpus(directory: Path, *, indicators: Collection[str]) -> Findings:
    """Check every file of a corpus, going on after each fault.

    Args:
        directory: Such as `training_data`.
        indicators: Ids of the known indicators.
    """
    entries, faults = read_entries(directory, indicators=indicators)
    faults += _repeated(entries)
    warnings = [*_alike(entries), *_divided_sources(entries), *_one_source(entries), *_scarce(entries, indicators)]
    return Findings(tuple(sorted(faults)), tuple(sorted(warnings)), len(entries))


def _repeated(entries: Sequence[Entry]) -> Iterator[Issue]:
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(_same_text_key(entry.record), entry)
        if other is entry:
            continue
        if _labels(other.record) == _labels(entry.record):
            yield _issue(entry, "D021", f"the text is that of {_place(other)} too; keep one")
        else:
            yield _issue(entry, "D022", f"the text is that of {_place(other)} but the labels differ; settle them")


def _alike(entries: Sequence[Entry]) -> Iterator[Issue]:
    for one, other in near_duplicates([entry.record.text for entry in entries]):
        earlier, later = entries[one], entries[other]
        if _same_text_key(earlier.record) == _same_text_key(later.record):
            continue
        if _labels(earlier.record) == _labels(later.record):
            yield _issue(later, "D023", f"the text is nearly that of {_place(earlier)}")
        else:
            yield _issue(later, "D024", f"the text is nearly that of {_place(earlier)} but the labels differ")
        parts = part_of(earlier.record), part_of(later.record)
        if parts[0] is not parts[1]:
            message = f"the text is nearly that of {_place(earlier)}, and one is in {parts[0]}, one in {parts[1]}"
            yield _issue(later, "D025", message)


def _divided_sources(entries: Sequence[Entry]) -> Iterator[Issue]:
    by_source: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_source[entry.record.source].append(entry)
    for found in by_source.values():
        parts = sorted({part_of(entry.record) for entry in found})
        if len(parts) > 1:
            message = (
                f"notes of this source, split by case, are in {' and '.join(parts)}: only leave-one-source-out tells "
                "how an unseen author's notes fare"
            )
            yield _issue(found[0], "D030", message)


def _one_source(entries: Sequence[Entry]) -> Iterator[Issue]:
    sources = {entry.record.source for entry in entries if entry.is_whole_note}
    if len(sources) < 2:
        message = f"whole notes of {len(sources)} source(s): the figure for unseen authors needs two or more"
        yield Issue(WHOLE, 0, "D031", message)


def _scarce(entries: Sequence[Entry], indicators: Collection[str]) -> Iterator[Issue]:
    positives = Counter(indicator for entry in entries for indicator in entry.record.labels)
    for indicator in sorted(indicators):
        if (count := positives[indicator]) < ENOUGH_POSITIVES:
            message = (
                f"'{indicator}' is flagged in {count} record(s), below {ENOUGH_POSITIVES}: rules only, not validated"
            )
            yield Issue(WHOLE, 0, "D032", message)


def _same_text_key(record: Record) -> str:
    # Punctuation stays: a question mark alone can make a mention a possible one.
    return " ".join(record.text.casefold().split())


def _labels(record: Record) -> list[tuple[str, str]]:
    return sorted((mark.indicator, mark.status) for mark in record.spans)


def _place(entry: Entry) -> str:
    return f"{entry.file}:{entry.line}"


def _issue(entry: Entry, code: str, message: str) -> Issue:
    return Issue(entry.file, entry.line, code, message)
