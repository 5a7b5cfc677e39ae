"""Plain words for the values of the wire format, the same on the terminal and on every page."""

from triage.flag import FLAGGED, Band, Level, Status

BANDS = {
    Band.SAME_DAY: "read today",
    Band.NEXT_WORKING_DAY: "read by the next working day",
    Band.NEXT_SUPERVISION: "read at the next supervision",
    Band.NOTE: "kept with the case",
}
LEVELS = {Level.HARM_DESCRIBED: "harm described", Level.WARNING_SIGN: "warning sign"}
STATUSES = {
    Status.AFFIRMED: "stated",
    Status.POSSIBLE: "possible",
    Status.DENIED: "denied (still a flag)",
    Status.HISTORICAL: "history",
    Status.NEGATED: "checked, absent",
    Status.OTHER_PERSON: "another person",
    Status.GENERAL: "lesson, plan or form",
}
NOTHING_FOUND = "Nothing found by this tool. That does not mean that nothing is there."
NOT_ASSESSED = "Not assessed. This says nothing of its content: a person reads it."
OUTVOTED = "the model found it too weak"


def why_not_flagged(status: Status) -> str:
    """Return why a mention of this status raised no flag: its status, or else that the model outvoted it."""
    return f"{STATUSES[status]}, but {OUTVOTED}" if status in FLAGGED else STATUSES[status]
