"""Every note that gains or loses a flag between two sets of assessments, with the words: averages hide swaps."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from triage.errors import DatasetError, Issue
from triage.flag import Assessment, Cause, Flag, Frozen, Level, Quote, Status


class ChangeKind(StrEnum):
    """What became of a flag from the first assessment to the second."""

    GAINED = "gained"
    LOST = "lost"
    STATUS = "status"


class FlagChange(Frozen):
    """One flag that differs.

    Attributes:
        before: Status in the first assessment; where there was no flag, that of its words if they were found.
        after: The same in the second assessment.
        words: Evidence of the flag; that of the first assessment where it was lost.
    """

    kind: ChangeKind
    indicator: str
    level: Level
    before: Status | None
    after: Status | None
    words: tuple[Quote, ...]


class NoteChange(Frozen):
    """A note whose answers differ.

    Attributes:
        note_id: The caller's identifier, or `#` and the note's number.
        causes: Why it was not assessed, before and after; both None where it was.
    """

    note_id: str
    causes: tuple[Cause | None, Cause | None]
    flags: tuple[FlagChange, ...]


class Comparison(Frozen):
    """Two sets of assessments of the same notes.

    Attributes:
        before: Name of the first.
        after: Name of the second.
        notes: Notes compared.
        changes: Those that differ, in order.
    """

    before: str
    after: str
    notes: int
    changes: tuple[NoteChange, ...]

    def count(self, kind: ChangeKind) -> int:
        """Return the number of flags of a kind of change."""
        return sum(flag.kind is kind for change in self.changes for flag in change.flags)


def load_assessments(path: Path) -> list[Assessment]:
    """Load the assessments that `triage score --format jsonl` wrote.

    Raises:
        DatasetError: A line is no assessment; every such line is listed.
    """
    found: list[Assessment] = []
    issues: list[Issue] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(Assessment.model_validate_json(line))
        except ValidationError:
            message = "not an assessment as `triage score --format jsonl` writes it, one a line"
            issues.append(Issue(path.name, number, "D040", message))
    if issues:
        raise DatasetError(f"{path.name} was not loaded.", code="dataset_faulty", issues=issues)
    return found


def compare_assessments(
    before: Sequence[Assessment], after: Sequence[Assessment], *, names: tuple[str, str]
) -> Comparison:
    """Compare assessments of the same notes.

    Args:
        before: The first set.
        after: The second; the same notes, in any order where every note has an id of its own, else in the same order.
        names: What to call the two.

    Raises:
        DatasetError: The sets are not of the same notes.
    """
    pairs = list(_pairs(before, after, names))
    changes = (_note_change(note_id, first, second) for note_id, first, second in pairs)
    return Comparison(
        before=names[0],
        after=names[1],
        notes=len(pairs),
        changes=tuple(change for change in changes if change is not None),
    )


def _pairs(
    before: Sequence[Assessment], after: Sequence[Assessment], names: tuple[str, str]
) -> Iterator[tuple[str, Assessment, Assessment]]:
    ids = [[assessment.note_id for assessment in some] for some in (before, after)]
    if all(None not in some and len(set(some)) == len(some) for some in ids):
        others = {assessment.note_id: assessment for assessment in after}
        if set(ids[0]) != set(ids[1]):
            raise _other_notes(names, f"{len(set(ids[0]) ^ set(ids[1]))} note(s) are in one of them only")
        yield from ((first.note_id or "", first, others[first.note_id]) for first in before)
    elif ids[0] != ids[1]:
        raise _other_notes(names, "without ids of their own, the notes must be the same and in the same order")
    else:
        for number, (first, second) in enumerate(zip(before, after, strict=True), start=1):
            yield first.note_id or f"#{number}", first, second


def _other_notes(names: tuple[str, str], message: str) -> DatasetError:
    issue = Issue(names[1], 0, "D041", message)
    return DatasetError(f"{names[0]} and {names[1]} cannot be compared.", code="other_notes", issues=[issue])


def _note_change(note_id: str, before: Assessment, after: Assessment) -> NoteChange | None:
    flags = tuple(_flag_changes(before, after))
    if not flags and before.cause is after.cause:
        return None
    return NoteChange(note_id=note_id, causes=(before.cause, after.cause), flags=flags)


def _flag_changes(before: Assessment, after: Assessment) -> Iterator[FlagChange]:
    old = {flag.indicator: flag for flag in before.flags}
    new = {flag.indicator: flag for flag in after.flags}
    for indicator in sorted(old.keys() | new.keys()):
        first, second = old.get(indicator), new.get(indicator)
        if first is None and second is not None:
            yield _change(ChangeKind.GAINED, second, _status_of(before, second), second.status)
        elif second is None and first is not None:
            yield _change(ChangeKind.LOST, first, first.status, _status_of(after, first))
        elif first is not None and second is not None and first.status is not second.status:
            yield _change(ChangeKind.STATUS, second, first.status, second.status)


def _change(kind: ChangeKind, flag: Flag, before: Status | None, after: Status | None) -> FlagChange:
    return FlagChange(
        kind=kind,
        indicator=flag.indicator,
        level=flag.level,
        before=before,
        after=after,
        words=tuple(
            Quote(start=w.start, end=w.end, start_utf16=w.start_utf16, end_utf16=w.end_utf16, quote=w.quote)
            for w in flag.evidence
        ),
    )


def _status_of(assessment: Assessment, flag: Flag) -> Status | None:
    """Return the status that an assessment without the flag gives to words of its evidence."""
    for mention in assessment.not_flagged:
        if mention.indicator == flag.indicator and any(
            mention.start < words.end and words.start < mention.end for words in flag.evidence
        ):
            return mention.status
    return None
