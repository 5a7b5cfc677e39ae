"""What the store takes and gives: immutable values, never rows."""

from dataclasses import dataclass, field
from datetime import date, datetime

from triage.flag import Assessment, Band, Level, ReadingOrder, Status
from triage.note import Note
from triage.review.vocabulary import ItemKind, ItemState, Outcome, Reason, Standing, Verdict

MAX_NAME = 200
"""Longest id, source or team."""
NAME = r"^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+$"
"""What an id, source or team may hold: nothing that breaks lines or turns the direction of writing."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A note to store and queue.

    Attributes:
        source: The system that sends it; with `note.id` it names the note.
        note: `note.id` is required.
        team: Whose queue it belongs to.
        consent: Whether its reviewed text may be used for training.
        restricted: Only named people may see the note's case.
    """

    source: str
    note: Note
    team: str | None = None
    consent: bool = False
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission.

    Attributes:
        created: False where the same text was stored before.
        note_version: 1 for a new note, one more for each changed text.
        replayed: This is the answer that an earlier request with the same idempotency key got.
    """

    item_id: str
    note_version: int
    created: bool
    state: ItemState
    assessment: Assessment
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One version of one note in review.

    Attributes:
        id: Opaque; safe in addresses and logs.
        version: Grows with every change; a write names the version it has seen.
        band: When to read it; not to be shown to somebody from whom the flags are hidden.
        queued_at: When it came in.
        lease_owner: Id of the person who has it.
        blind: Flags stay hidden from each reader until the reader's own first judgement.
        second_reason: Why two people read it; None while it is in the queue.
        reviewers: Ids of the people who completed a review, in order.
    """

    id: str
    version: int
    state: ItemState
    kind: ItemKind
    band: Band
    queued_at: datetime
    team: str | None
    restricted: bool
    blind: bool
    lease_owner: str | None
    lease_until: datetime | None
    second_reason: str | None
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What to show of the queue; everything by default.

    Attributes:
        older_than_days: Only notes that have waited so long.
        state: One state; by default what is waiting to be claimed or is being read.
    """

    band: Band | None = None
    indicator: str | None = None
    team: str | None = None
    older_than_days: int | None = None
    state: ItemState | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue.

    Attributes:
        note_id: The caller's id.
        indicators: Empty while hidden.
        reasons: Plain sentences of the reading order; empty while hidden.
        hidden: This person has not judged a blind note yet.
        near_identical: How many near-identical notes are folded into this one; 0 while hidden.
        claimable: Whether this person could claim it now.
    """

    item: Item
    note_id: str
    case_id: str | None
    recorded_at: datetime | date | None
    indicators: tuple[str, ...]
    reasons: tuple[str, ...]
    hidden: bool
    near_identical: int
    skips: int
    claimable: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue.

    Attributes:
        total: Items that match the filter.
        page: From 1.
    """

    rows: tuple[QueueRow, ...]
    total: int
    page: int
    page_size: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that a reader marked for an indicator, in code points."""

    indicator: str
    start: int
    end: int
    status: Status = Status.AFFIRMED
    level: Level = Level.WARNING_SIGN


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of one indicator on one note.

    Attributes:
        indicator: One of the note's flags, or for `ADDED` one that was not flagged.
        reason: Required to disagree.
        corrected_indicator: Required for the reason `WRONG_INDICATOR`.
        corrected_status: Required for `WRONG_STATUS`; for `ADDED` the status of the marked words.
        corrected_level: For `ADDED` or a correction.
        start: Corrected words; required for `ADDED` and `WRONG_WORDS`.
        end: Their end.
    """

    indicator: str
    verdict: Verdict
    reason: Reason | None = None
    corrected_indicator: str | None = None
    corrected_status: Status | None = None
    corrected_level: Level | None = None
    start: int | None = None
    end: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """A stored decision of one person; a later row supersedes it and it is kept.

    Attributes:
        current: Not superseded and not withdrawn.
        blind: Made from the first judgement, before the flags were shown.
    """

    id: str
    reviewer: str
    decision: Decision
    at: datetime
    current: bool
    blind: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A reader's completed review: the outcome of the whole note."""

    reviewer: str
    position: int
    outcome: Outcome
    comment: str
    at: datetime
    seconds: int
    current: bool


@dataclass(frozen=True, slots=True)
class Adjudication:
    """How a lead settled what two readers saw differently."""

    lead: str
    rulings: tuple[Decision, ...]
    outcome: Outcome
    comment: str
    at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class IndicatorStanding:
    """What the votes on one indicator amount to.

    Attributes:
        decision: The final one; None unless agreed or adjudicated.
    """

    indicator: str
    standing: Standing
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An earlier flagged note of the same case.

    Attributes:
        flags: (indicator, status, first quote), empty while hidden from this person.
    """

    item_id: str
    note_id: str
    when: datetime | date
    state: ItemState
    flags: tuple[tuple[str, Status, str], ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """An earlier text of the same note, with what was decided on it."""

    item_id: str
    note_version: int
    received_at: datetime
    state: ItemState


@dataclass(frozen=True, slots=True)
class NotePage:
    """Everything that one person may see of one note.

    Attributes:
        assessment: None while hidden (a blind note before this person's first judgement).
        order: Reading order of the case when the note came in; None while hidden.
        marks: This person's own first judgement; None before it.
        votes: Own votes; of others too once the review is settled, or for the lead who adjudicates.
        open_indicators: Flags on which this person has yet to decide.
        can: Names of the steps open to this person now: claim, release, skip, judge, decide, complete, undo, reopen,
            adjudicate.
        read_today: Distressing notes this person has read today, this one included.
    """

    item: Item
    note: Note
    source: str
    note_version: int
    assessment: Assessment | None
    order: ReadingOrder | None
    hidden: bool
    marks: tuple[Mark, ...] | None
    votes: tuple[Vote, ...]
    reviews: tuple[Review, ...]
    adjudications: tuple[Adjudication, ...]
    standings: tuple[IndicatorStanding, ...]
    open_indicators: tuple[str, ...]
    timeline: tuple[TimelineEntry, ...]
    versions: tuple[EarlierVersion, ...]
    near_identical: tuple[str, ...]
    distressing: bool
    read_today: int
    can: frozenset[str] = field(default_factory=frozenset)
