"""When a person should read a note: rules from the knowledge over flags and concepts, never a score of a child."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from triage.flag import CURRENT, Band, Level, NoteQuote, OrderReason, ReadingOrder, Status
from triage.knowledge.schemas import Condition, OrderRule, ReadingOrderFile, Strength
from triage.offsets import Quoter

_BANDS = tuple(Band)
_SHOWN = 3
"""Places of concepts shown for one condition."""


class Place(NamedTuple):
    """Words of a note: the index of their sentence and their offsets, in code points."""

    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FlagSignal:
    """What the rules see of one mention under a flag."""

    indicator: str
    strength: Strength
    level: Level
    status: Status
    place: Place


@dataclass(frozen=True, slots=True)
class Signals:
    """What the rules see of one note.

    Attributes:
        note_id: The caller's identifier, for reasons that rest on an earlier note.
        recorded_at: When the note was written; notes without a date count as recent.
        flags: One entry a mention shown under a flag.
        concepts: Places of each concept.
        quoter: Cuts quotes out of the note.
    """

    note_id: str | None
    recorded_at: datetime | date | None
    flags: tuple[FlagSignal, ...]
    concepts: Mapping[str, Sequence[Place]]
    quoter: Quoter

    def quote(self, place: Place) -> NoteQuote:
        """Return the words of a place, with the note they are of."""
        return NoteQuote(**self.quoter.fields(place.start, place.end), note_id=self.note_id)


_Words = tuple[Signals, Place]


class ReadingOrderRules:
    """Applies the reading-order rules.

    Args:
        rules: `reading_order.yaml`.
    """

    def __init__(self, rules: ReadingOrderFile) -> None:
        self._rules = rules

    def order_note(self, signals: Signals) -> ReadingOrder:
        """Return the band of one note with every rule that holds."""
        return self.order_case([signals])

    def order_case(self, notes: Sequence[Signals]) -> ReadingOrder:
        """Return the band of a case: the newest note together with the earlier ones of each rule's window.

        Args:
            notes: Notes of one child in any order.
        """
        if not notes:
            return ReadingOrder(band=Band.NOTE, reasons=())
        ordered = sorted(notes, key=_when)
        reasons = [reason for rule in self._rules.rules for reason in _apply(rule, ordered)]
        reasons.sort(key=lambda reason: (_BANDS.index(reason.band), reason.rule))
        if not reasons:
            return ReadingOrder(band=Band.NOTE, reasons=())
        return ReadingOrder(band=reasons[0].band, reasons=tuple(reasons))


def _apply(rule: OrderRule, notes: Sequence[Signals]) -> Iterator[OrderReason]:
    window = _window(notes, rule.window_days)
    found = _all_hold(rule.when, window)
    if found is None or any(_holds(condition, window) is not None for condition in rule.unless):
        return
    band = rule.band
    if rule.raise_to is not None and (more := _all_hold(rule.raise_when, window)) is not None:
        band, found = rule.raise_to, [*found, *more]
    quotes = tuple(dict.fromkeys(note.quote(place) for note, place in found))
    yield OrderReason(rule=rule.id, text=rule.text, band=band, quotes=quotes)


def _all_hold(conditions: Iterable[Condition], notes: Sequence[Signals]) -> list[_Words] | None:
    words: list[_Words] = []
    for condition in conditions:
        found = _holds(condition, notes)
        if found is None:
            return None
        words += found
    return words


def _holds(condition: Condition, notes: Sequence[Signals]) -> list[_Words] | None:
    """Return the words that a condition rests on; None where it does not hold."""
    if not _names_flags(condition):
        words = [
            (note, place) for note in notes for name in condition.concepts for place in note.concepts.get(name, ())
        ]
        return words[:_SHOWN] or None
    words = []
    indicators = set()
    for note in notes:
        for flag in note.flags:
            if _matches(condition, flag) and (beside := _beside(condition, note, flag)) is not None:
                indicators.add(flag.indicator)
                words += [(note, place) for place in (flag.place, *beside)]
    return words if len(indicators) >= condition.at_least else None


def _names_flags(condition: Condition) -> bool:
    return bool(condition.indicators or condition.strengths or condition.levels or condition.statuses)


def _matches(condition: Condition, flag: FlagSignal) -> bool:
    return (
        (not condition.indicators or flag.indicator in condition.indicators)
        and (not condition.strengths or flag.strength in condition.strengths)
        and (not condition.levels or flag.level in condition.levels)
        and flag.status in (condition.statuses or CURRENT)
    )


def _beside(condition: Condition, note: Signals, flag: FlagSignal) -> list[Place] | None:
    """Return the place of a concept the condition asks for beside the flag; None where there is none."""
    if not condition.concepts:
        return []
    for name in condition.concepts:
        for place in note.concepts.get(name, ()):
            if not condition.same_sentence or place.sentence == flag.place.sentence:
                return [place]
    return None


def _window(notes: Sequence[Signals], days: int) -> Sequence[Signals]:
    latest = notes[-1]
    if days == 0 or latest.recorded_at is None:
        return [latest] if days == 0 else notes
    since = _day(latest.recorded_at) - timedelta(days=days)
    return [note for note in notes if note.recorded_at is None or _day(note.recorded_at) >= since]


def _when(note: Signals) -> tuple[date, str]:
    return (_day(note.recorded_at) if note.recorded_at else date.max, note.note_id or "")


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
