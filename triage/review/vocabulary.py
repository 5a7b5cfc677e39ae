"""The coded values of a review: states, verdicts, reasons, outcomes."""

from enum import StrEnum


class ItemState(StrEnum):
    """Where a note stands in the review; `triage.review.states` holds the steps between them."""

    NOT_QUEUED = "not_queued"
    COLLAPSED = "collapsed"
    WAITING = "waiting"
    IN_REVIEW = "in_review"
    WAITING_SECOND = "waiting_second"
    IN_SECOND_REVIEW = "in_second_review"
    CONFLICTED = "conflicted"
    AGREED = "agreed"
    ADJUDICATED = "adjudicated"
    SUPERSEDED = "superseded"
    ERASED = "erased"


class ItemKind(StrEnum):
    """Why a note is in the store; a reader of a blind note is not told.

    A note is `flagged` where it has a flag, or where the case's reading order rests on its words.
    """

    FLAGGED = "flagged"
    NOT_ASSESSED = "not_assessed"
    SAMPLE = "sample"
    UNFLAGGED = "unflagged"


class Verdict(StrEnum):
    """What a person says of one indicator on one note."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNSURE = "unsure"
    ADDED = "added"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why a person disagrees with a flag."""

    NEGATED = "negated"
    HISTORICAL = "historical"
    OTHER_PERSON = "other_person"
    GENERAL = "general"
    BENIGN_EXPLANATION = "benign_explanation"
    WRONG_INDICATOR = "wrong_indicator"
    WRONG_WORDS = "wrong_words"
    WRONG_STATUS = "wrong_status"
    NOT_SAID = "not_said"


class Outcome(StrEnum):
    """What the reader does about the note as a whole."""

    ACT_TODAY = "act_today"
    ACT = "act"
    SUPERVISION = "supervision"
    ALREADY_KNOWN = "already_known"
    NO_ACTION = "no_action"


class SkipReason(StrEnum):
    """Why a reader gives a note back unread or undecided."""

    KNOWS_FAMILY = "knows_family"
    NEEDS_SPECIALIST = "needs_specialist"
    DISTRESSING = "distressing"
    OTHER_TEAM = "other_team"
    NOT_NOW = "not_now"


class EraseReason(StrEnum):
    """Why a lead erases a case."""

    GRANTED_REQUEST = "granted_request"
    REQUIRED_BY_LAW = "required_by_law"
    SENT_BY_MISTAKE = "sent_by_mistake"
    WRONG_CASE = "wrong_case"


class Standing(StrEnum):
    """What the votes on one indicator amount to; derived, never stored."""

    INCOMPLETE = "incomplete"
    AGREED = "agreed"
    CONFLICTED = "conflicted"


class Action(StrEnum):
    """What the audit log records."""

    SUBMIT = "submit"
    LIST = "list"
    SEARCH = "search"
    READ = "read"
    CLAIM = "claim"
    RELEASE = "release"
    SKIP = "skip"
    JUDGE = "judge"
    DECIDE = "decide"
    UNDO = "undo"
    COMPLETE = "complete"
    REOPEN = "reopen"
    ADJUDICATE = "adjudicate"
    RESTRICT = "restrict"
    GRANT = "grant"
    REVOKE = "revoke"
    OVERVIEW = "overview"
    BUNDLE = "bundle"
    EXPORT = "export"
    AUDIT = "audit"
    PURGE = "purge"
    ERASE = "erase"
    REKEY = "rekey"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    END_SESSIONS = "end_sessions"
    DENIED = "denied"


REASONS = {
    Reason.NEGATED: "The note says it was checked and is absent",
    Reason.HISTORICAL: "It is over: before placement, years ago",
    Reason.OTHER_PERSON: "It is about somebody else",
    Reason.GENERAL: "It is a lesson, plan, advice or form",
    Reason.BENIGN_EXPLANATION: "The note gives an ordinary explanation",
    Reason.WRONG_INDICATOR: "It is another indicator",
    Reason.WRONG_WORDS: "The indicator is right, the words are not",
    Reason.WRONG_STATUS: "The indicator is right, how it is said is not",
    Reason.NOT_SAID: "The note does not say this",
}
"""Plain words for the page."""
OUTCOMES = {
    Outcome.ACT_TODAY: "Act today",
    Outcome.ACT: "Act, not today",
    Outcome.SUPERVISION: "Raise in supervision",
    Outcome.ALREADY_KNOWN: "Already known and acted on",
    Outcome.NO_ACTION: "No action from this note",
}
"""Plain words for the page."""
SKIP_REASONS = {
    SkipReason.KNOWS_FAMILY: "I know the family",
    SkipReason.NEEDS_SPECIALIST: "It needs a specialist",
    SkipReason.DISTRESSING: "It is distressing to read today",
    SkipReason.OTHER_TEAM: "It belongs to another team",
    SkipReason.NOT_NOW: "I cannot finish it now",
}
"""Plain words for the page."""
ERASE_REASONS = {
    EraseReason.GRANTED_REQUEST: "The family asked for it, and it was granted",
    EraseReason.REQUIRED_BY_LAW: "A court or the law requires it",
    EraseReason.SENT_BY_MISTAKE: "It should not have been sent here",
    EraseReason.WRONG_CASE: "It was sent under the wrong case",
}
"""Plain words for the page."""
