"""What a labelling tool's file says, before offsets are settled, and what becomes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.training.exchange.offsets import Choice, Unit
from triage.training.records import Record

CARRIED = "note"
"""The field that carries, through any tool, what the tool has no place for."""


@dataclass(frozen=True, slots=True)
class DraftSpan:
    """A span as the tool gives it.

    Attributes:
        quote: The words that the tool says it covers, where it says so.
    """

    start: int
    end: int
    label: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A labelled text as the tool gives it.

    Attributes:
        where: `file:line`, or the place in the file.
        id: The tool's own identifier.
        note_labels: Labels of the text as a whole.
        annotator: Who labelled it, where the file says so.
        meta: The tool's own fields.
        carried: What an earlier export put under `CARRIED`.
    """

    where: str
    id: str
    text: str
    spans: tuple[DraftSpan, ...] = ()
    note_labels: tuple[str, ...] = ()
    annotator: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, Any] = field(default_factory=dict)

    @property
    def note_id(self) -> str:
        """Identifier of the note: the carried one, or else the tool's."""
        carried = self.carried.get("id")
        return carried if isinstance(carried, str) and carried else self.id

    @property
    def stated_unit(self) -> Unit | None:
        """The unit that an earlier export named."""
        stated = self.carried.get("offsets")
        return Unit(stated) if stated in tuple(Unit) else None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happened to one note on its way in.

    Attributes:
        id: The note.
        where: `file:line`, or the place in the file.
        reason: Never holds note text.
    """

    id: str
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: note {self.id}: {self.reason}"


class Refusal(Exception):
    """A note that cannot be used; the message says why, without its text."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a reader found in a file.

    Attributes:
        refused: What could not even be read.
        notices: What holds for the file as a whole.
    """

    drafts: tuple[Draft, ...]
    refused: tuple[Remark, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an import: every note of the file is in `records` or in `refused`.

    Attributes:
        records: Notes with all their labels.
        refused: Notes that were left out, with why.
        repaired: What was mended in notes that are in `records`.
        offsets: What the file's offsets count, and why that was concluded.
        notices: What holds for the file as a whole.
    """

    records: tuple[Record, ...]
    refused: tuple[Remark, ...]
    repaired: tuple[Remark, ...]
    offsets: Choice
    notices: tuple[str, ...]


def carry(record: Record, unit: Unit) -> dict[str, Any]:
    """Return what a tool has no place for, and the unit of the offsets beside it."""
    return {
        "id": record.id,
        "source": record.source,
        "case_id": record.case_id,
        "meta": record.meta,
        "offsets": str(unit),
    }


def carried_by(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what `carry` put under `CARRIED`, where it is still there."""
    carried = fields.get(CARRIED)
    return carried if isinstance(carried, dict) else {}


def simple_meta(fields: Mapping[str, Any], *, without: Iterable[str]) -> dict[str, str]:
    """Return the tool's own fields that are plain values."""
    left_out = {CARRIED, *without}
    return {
        name: str(value)
        for name, value in fields.items()
        if name not in left_out and isinstance(value, str | int | float)
    }
