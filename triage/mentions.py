"""Joins what cues and the model found into one list of mentions a note, and groups them under flags."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from triage.extraction import Context, CueMention
from triage.flag import CURRENT, FLAGGED, Level, Source, Status

_LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Found:
    """One place that speaks of an indicator, whatever found it. Offsets are code points of the text."""

    indicator: str
    level: Level
    start: int
    end: int
    sentence: int
    context: Context
    source: Source
    reason: str | None
    contribution: float | None

    @property
    def status(self) -> Status:
        """In what sense it is said."""
        return self.context.status


@dataclass(frozen=True, slots=True)
class Group:
    """The mentions shown under one flag."""

    indicator: str
    status: Status
    level: Level
    mentions: tuple[Found, ...]

    @property
    def leading(self) -> Found:
        """The mention that the flag's reason is taken from."""
        strongest = [mention for mention in self.mentions if mention.status is self.status]
        same_level = [mention for mention in strongest if mention.level is self.level]
        return (same_level or strongest)[0]


def found_by_cue(mention: CueMention, contribution: float | None) -> Found:
    """Return a cue mention in the common form."""
    return Found(
        indicator=mention.indicator,
        level=mention.level,
        start=mention.start,
        end=mention.end,
        sentence=mention.sentence,
        context=mention.context,
        source=Source(kind="cue", id=f"{mention.indicator}.{mention.cue}"),
        reason=mention.reason,
        contribution=contribution,
    )


def without_repeats(mentions: Iterable[Found]) -> list[Found]:
    """Drop mentions that add nothing to a longer one of the same indicator, status and level.

    Cues come before the model on equal words. A description of harm within a longer warning sign stays.
    """
    kept: dict[str, list[Found]] = defaultdict(list)
    for mention in sorted(mentions, key=_longest_first):
        others = kept[mention.indicator]
        if not any(_covers(other, mention) for other in others):
            others.append(mention)
    return sorted(
        chain.from_iterable(kept.values()), key=lambda m: (m.start, m.end, m.indicator, m.source.kind, m.source.id)
    )


def _longest_first(mention: Found) -> tuple[int, int, int, str, str]:
    source = mention.source
    return mention.start - mention.end, mention.start, _LEVELS.index(mention.level), source.kind, source.id


def _covers(longer: Found, mention: Found) -> bool:
    """Whether a mention says all that another within it says."""
    return (
        longer.start <= mention.start
        and mention.end <= longer.end
        and longer.status is mention.status
        and _LEVELS.index(longer.level) <= _LEVELS.index(mention.level)
    )


def group_by_flag(mentions: Sequence[Found]) -> list[Group]:
    """Group the mentions whose status raises a flag, by indicator.

    A flag's status is the strongest of its evidence, and its level that of the strongest current evidence.
    """
    by_indicator: dict[str, list[Found]] = defaultdict(list)
    for mention in mentions:
        if mention.status in FLAGGED:
            by_indicator[mention.indicator].append(mention)
    return [_group(indicator, tuple(found)) for indicator, found in sorted(by_indicator.items())]


def _group(indicator: str, mentions: tuple[Found, ...]) -> Group:
    status = min((mention.status for mention in mentions), key=FLAGGED.index)
    relevant = [mention for mention in mentions if mention.status in CURRENT] or list(mentions)
    harm = any(mention.level is Level.HARM_DESCRIBED for mention in relevant)
    return Group(indicator, status, Level.HARM_DESCRIBED if harm else Level.WARNING_SIGN, mentions)
