"""What a decision must hold, what it makes of a flag, and what the decisions of several people amount to."""

from collections.abc import Mapping, Sequence

from triage.errors import InvalidTransition
from triage.flag import FLAGGED, Status
from triage.review.records import Decision, IndicatorStanding, Mark
from triage.review.vocabulary import Reason, Standing, Verdict

MAX_COMMENT = 2000
"""Longest comment, in characters."""

IMPLIED = {
    Reason.NEGATED: Status.NEGATED,
    Reason.HISTORICAL: Status.HISTORICAL,
    Reason.OTHER_PERSON: Status.OTHER_PERSON,
    Reason.GENERAL: Status.GENERAL,
}
"""The status that a reason for disagreeing gives the words."""


def check_decision(
    decision: Decision, *, flags: Mapping[str, Status], known: frozenset[str], length: int, ruling: bool = False
) -> None:
    """Raise InvalidTransition where a decision lacks something or has too much (code `bad_decision`).

    Args:
        decision: From a form; may have been tampered with.
        flags: The note's flags with their status.
        known: Ids of all indicators.
        length: Of the note's text, in code points.
        ruling: An adjudication, which decides on indicators that only one reader added too, and is never unsure.
    """
    flagged = decision.indicator in flags
    _must(decision.verdict is not Verdict.WITHDRAWN, "verdict", "use undo to take a decision back")
    _must(decision.indicator in known, "indicator", "there is no such indicator")
    if decision.verdict is Verdict.ADDED:
        _must(not flagged, "indicator", "the note has this flag; agree or disagree with it")
    else:
        _must(flagged or ruling, "indicator", "the note has no such flag; add the indicator with its words")
    if ruling:
        settles = decision.verdict is not Verdict.UNSURE and (flagged or decision.verdict is not Verdict.AGREE)
        _must(settles, "verdict", "an adjudication keeps, adds or dismisses")
    _must(
        (decision.reason is None) == (decision.verdict is not Verdict.DISAGREE), "reason", "disagreeing needs a reason"
    )
    _check_corrections(decision, flags, known)
    _check_span(decision.start, decision.end, length, required=_needs_words(decision))
    _must(len(decision.comment) <= MAX_COMMENT, "comment", f"longer than {MAX_COMMENT:,} characters")


def check_mark(mark: Mark, *, known: frozenset[str], length: int) -> None:
    """Raise InvalidTransition for a mark that names no indicator or no words of the note."""
    _must(mark.indicator in known, "indicator", "there is no such indicator")
    _must(mark.status in FLAGGED, "status", "mark only what would be a flag")
    _check_span(mark.start, mark.end, length, required=True)


def effect(decision: Decision, flagged_as: Status) -> tuple[str, Status] | None:
    """Return the indicator and status that the decision leaves the note with; None where it dismisses the flag.

    Args:
        decision: Not unsure.
        flagged_as: The flag's own status; affirmed where there was no flag.
    """
    if decision.verdict is Verdict.DISAGREE:
        if decision.reason is Reason.WRONG_INDICATOR:
            return decision.corrected_indicator or decision.indicator, decision.corrected_status or flagged_as
        if decision.reason in (Reason.NOT_SAID, Reason.BENIGN_EXPLANATION):
            return None
    status = decision.corrected_status or (IMPLIED.get(decision.reason) if decision.reason else None) or flagged_as
    return (decision.indicator, status) if status in FLAGGED else None


def standings(
    flags: Mapping[str, Status],
    reviews: Sequence[Mapping[str, Decision]],
    rulings: Mapping[str, Decision],
    *,
    complete: bool,
) -> tuple[IndicatorStanding, ...]:
    """Return what the decisions amount to, one entry an indicator.

    Args:
        flags: The note's flags with their status.
        reviews: Each completed review's decisions by indicator.
        rulings: An adjudication's, which hold over the readers'.
        complete: Whether all the reviews asked for are there.
    """
    named = dict.fromkeys([*flags, *(indicator for review in reviews for indicator in review)])
    return tuple(
        IndicatorStanding(indicator, Standing.AGREED, rulings[indicator])
        if indicator in rulings
        else _standing(indicator, flags.get(indicator, Status.AFFIRMED), [r.get(indicator) for r in reviews], complete)
        for indicator in named
    )


def _standing(
    indicator: str, flagged_as: Status, given: Sequence[Decision | None], complete: bool
) -> IndicatorStanding:
    if not complete:
        return IndicatorStanding(indicator, Standing.INCOMPLETE, None)
    decisions = [decision for decision in given if decision is not None]
    unsure = any(decision.verdict is Verdict.UNSURE for decision in decisions)
    effects = {effect(decision, flagged_as) for decision in decisions}
    if len(given) > 1 and (unsure or len(decisions) < len(given) or len(effects) > 1):
        return IndicatorStanding(indicator, Standing.CONFLICTED, None)
    # Where both say the same, the one who named other words says more.
    final = max(decisions, key=lambda decision: decision.start is not None)
    return IndicatorStanding(indicator, Standing.AGREED, final)


def _needs_words(decision: Decision) -> bool:
    return decision.verdict is Verdict.ADDED or decision.reason is Reason.WRONG_WORDS


def _check_corrections(decision: Decision, flags: Mapping[str, Status], known: frozenset[str]) -> None:
    other = decision.corrected_indicator
    _must(
        (other is not None) == (decision.reason is Reason.WRONG_INDICATOR),
        "corrected_indicator",
        "name the right indicator, and only where the flag's is wrong",
    )
    _must(other is None or (other in known and other != decision.indicator), "corrected_indicator", "name another one")
    if decision.reason is Reason.WRONG_STATUS:
        changed = decision.corrected_status not in (None, flags.get(decision.indicator))
        _must(changed, "corrected_status", "say how the note says it, other than the flag does")
    if decision.verdict is Verdict.ADDED and decision.corrected_status is not None:
        _must(decision.corrected_status in FLAGGED, "corrected_status", "add only what would be a flag")


def _check_span(start: int | None, end: int | None, length: int, *, required: bool) -> None:
    if start is None and end is None:
        return _must(not required, "start", "select the words")
    inside = start is not None and end is not None and 0 <= start < end <= length
    return _must(inside, "start", "the words are not in the note")


def _must(holds: bool, field: str, message: str) -> None:
    if not holds:
        raise InvalidTransition(message, code="bad_decision", where=field)
