"""What leads and analysts are shown: counts with small numbers hidden, agreement, misses, notices, a bundle."""

from dataclasses import dataclass
from datetime import date, datetime

from triage.review.records import NotePage


@dataclass(frozen=True, slots=True)
class Cell:
    """One count of a table.

    Attributes:
        label: An indicator id, a band, a Monday or a team.
        count: None where it is too small to show, or would give a small one away.
    """

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often readers kept the machine's flags.

    Attributes:
        indicator: None for all together.
        agreed: Decisions that kept the flag.
        decided: Decisions that kept or dismissed it; None where too few to show (then `agreed` is None too).
        low: Lower end of the exact 95 % interval of `agreed / decided`.
        high: Its upper end.
    """

    indicator: str | None
    agreed: int | None
    decided: int | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class BlindGap:
    """Whether reading blind gives another answer than reading with the flags shown.

    Attributes:
        blind: Share of the machine's flags on blind notes that the reader marked before seeing them.
        shown: Share of flags agreed with where they were shown.
        blind_flags: Number behind `blind`.
        shown_flags: Number behind `shown`.
    """

    blind: float | None
    shown: float | None
    blind_flags: int
    shown_flags: int


@dataclass(frozen=True, slots=True)
class Misses:
    """Recall measured by the blind sample of unflagged notes, with an exact interval.

    Attributes:
        indicator: None for "anything at all".
        confirmed: Reviewed notes whose flag was kept.
        sampled: Unflagged notes of the sample that were read.
        missed: Those in which the reader found it; all three are None where too few to show.
        estimated: `missed` weighted by the sampling rate.
        recall: None where there is no figure; `refusal` then says why.
        low: Lower end of the 95 % interval.
        high: Upper end.
        unknown: Fewer than 50 found altogether: too few for a useful margin.
    """

    indicator: str | None
    confirmed: int | None
    sampled: int | None
    missed: int | None
    estimated: float | None
    recall: float | None
    low: float | None
    high: float | None
    unknown: bool
    refusal: str | None


@dataclass(frozen=True, slots=True)
class QueueAge:
    """How long notes of one band have waited.

    Attributes:
        oldest_hours: Age of the oldest; None for an empty band.
        median_hours: Age of the middle one.
    """

    band: str
    waiting: int
    oldest_hours: float | None
    median_hours: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The supervisor's overview."""

    since: date | None
    notes: tuple[Cell, ...]
    by_indicator: tuple[Cell, ...]
    by_band: tuple[Cell, ...]
    by_week: tuple[Cell, ...]
    by_team: tuple[Cell, ...]
    by_state: tuple[Cell, ...]
    agreement: tuple[Agreement, ...]
    blind_gap: BlindGap
    misses: tuple[Misses, ...]
    queue_age: tuple[QueueAge, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for a lead to look into; a question, not a finding.

    Attributes:
        code: `agrees_always`, `very_fast`, `often_skipped`, `overdue` or `nobody_named`.
        subject: Id of the person, item or case, or a band.
        text: Plain words with the figures.
    """

    code: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The evidence of one case for a referral: dated quotes, statuses and decisions.

    Attributes:
        notes: Flagged notes in date order; a note whose flags are hidden from this person is left out.
        withheld: How many were left out for that reason.
        audit_head: Digest of the audit log when the bundle was made.
    """

    case_id: str
    made_at: datetime
    made_by: str
    notes: tuple[NotePage, ...]
    withheld: int
    audit_head: str
