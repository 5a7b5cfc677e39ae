"""Reads submitted forms as decisions, marks and outcomes; what does not belong to the chosen answer is left out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

from api.review.quoting import find_words
from triage.errors import InvalidTransition
from triage.flag import Level, Status
from triage.review.records import Decision, Mark
from triage.review.vocabulary import Outcome, Reason, Verdict

Form = Mapping[str, str]
Text = Callable[[], str]
"""Reads the note's text, for the forms that need it: every reading is in the audit log."""
Value = TypeVar("Value", bound=StrEnum)


def read_decision(form: Form, text: Text, *, prefix: str = "", indicator: str | None = None) -> Decision:
    """Return the decision that a form holds.

    Args:
        form: Its fields; with a prefix in a form of several decisions.
        text: Of the note, where words are looked up.
        prefix: What the names of the fields begin with.
        indicator: What it is about, where the form does not say.

    Raises:
        InvalidTransition: An answer is missing or is not one (code `bad_decision`; `where` names the field).
    """

    def field(name: str) -> str:
        return form.get(prefix + name, "").strip()

    with _within(prefix):
        verdict = _choice(Verdict, field("verdict"), "verdict", "choose an answer")
        reason = _choice(Reason, field("reason"), "reason", "choose a reason") if verdict is Verdict.DISAGREE else None
        added, wrong_status = verdict is Verdict.ADDED, reason is Reason.WRONG_STATUS
        words = read_words(form, text, prefix=prefix) if added or reason is Reason.WRONG_WORDS else (None, None)
        return Decision(
            indicator=indicator or _needed(field("indicator"), "indicator", "choose an indicator"),
            verdict=verdict,
            reason=reason,
            corrected_indicator=_other_indicator(field("corrected_indicator"), reason),
            corrected_status=_status(field("corrected_status"), needed=wrong_status) if added or wrong_status else None,
            corrected_level=_level(field("corrected_level")) if added else None,
            start=words[0],
            end=words[1],
            comment=field("comment"),
        )


def read_marks(form: Form, text: Text) -> tuple[Mark, ...]:
    """Return the marks of a first judgement, whose rows are numbered from 0; empty rows are left out.

    Raises:
        InvalidTransition: A row is half filled in, or its words are not in the note.
    """
    return tuple(_mark(form, text, prefix) for prefix in mark_rows(form))


def mark_rows(form: Form) -> Iterable[str]:
    """Yield the prefixes of the rows in which anything is filled in."""
    rows = sorted({int(name[1 : name.index("-")]) for name in form if name.startswith("m") and name.endswith("-words")})
    for row in rows:
        prefix = f"m{row}-"
        if any(form.get(prefix + name, "").strip() for name in ("indicator", "words", "sentence")):
            yield prefix


def read_outcome(form: Form) -> Outcome:
    """Return what the reader does about the note.

    Raises:
        InvalidTransition: Nothing was chosen.
    """
    return _choice(Outcome, form.get("outcome", ""), "outcome", "choose what happens next")


def read_words(form: Form, text: Text, *, prefix: str = "") -> tuple[int, int]:
    """Return where the words stand that were selected, typed or chosen as a whole sentence.

    Raises:
        InvalidTransition: There are none, or they cannot be found.
    """
    start, end, typed, sentence = (
        form.get(prefix + name, "").strip() for name in ("start", "end", "words", "sentence")
    )
    try:
        # A selection holds where it still agrees with the words shown in the form.
        if typed and start and text()[int(start) : int(end)].split() == typed.split():
            return int(start), int(end)
        if sentence and not typed:
            first, _, last = sentence.partition("-")
            return int(first), int(last)
    except ValueError:
        raise _fault("sentence", "choose one of the sentences") from None
    return find_words(text(), typed)


def _mark(form: Form, text: Text, prefix: str) -> Mark:
    with _within(prefix):
        return Mark(
            indicator=_needed(form.get(prefix + "indicator", ""), "indicator", "choose an indicator"),
            start=(words := read_words(form, text, prefix=prefix))[0],
            end=words[1],
            status=_status(form.get(prefix + "corrected_status", "")) or Status.AFFIRMED,
            level=_level(form.get(prefix + "corrected_level", "")) or Level.WARNING_SIGN,
        )


@contextmanager
def _within(prefix: str) -> Iterator[None]:
    """Name a faulty field as the form does."""
    try:
        yield
    except InvalidTransition as fault:
        raise InvalidTransition(fault.message, code=fault.code, where=f"{prefix}{fault.where}") from None


def _other_indicator(value: str, reason: Reason | None) -> str | None:
    if reason is not Reason.WRONG_INDICATOR:
        return None
    return _needed(value, "corrected_indicator", "choose the right indicator")


def _status(value: str, *, needed: bool = False) -> Status | None:
    return _choice(Status, value, "corrected_status", "choose how the note says it") if value or needed else None


def _level(value: str) -> Level | None:
    return _choice(Level, value, "corrected_level", "choose what the words describe") if value else None


def _choice(kind: type[Value], value: str, field: str, message: str) -> Value:
    try:
        return kind(value)
    except ValueError:
        raise _fault(field, message) from None


def _needed(value: str, field: str, message: str) -> str:
    if not value:
        raise _fault(field, message)
    return value


def _fault(field: str, message: str) -> InvalidTransition:
    return InvalidTransition(message, code="bad_decision", where=field)
