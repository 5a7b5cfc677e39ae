"""What case systems send to the store and get back: notes to keep, and what their supervisors say of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.fields import FieldedAssessment
from triage.flag import Assessment, Frozen, Level, Status
from triage.review.records import MAX_NAME, NAME
from triage.review.vocabulary import ItemState, Outcome, Reason, Verdict

_NAME = {"type": "string", "maxLength": MAX_NAME, "pattern": NAME}
_OPTIONAL = {"anyOf": [_NAME, {"type": "integer"}, {"type": "null"}]}


def _stored(form: str, *, id: str, case_id: str, author_role: str) -> dict[str, Any]:
    """Return the schema of a note that can be stored: it has an id, and no name that could spoil a page or a log."""
    names = {id: {"anyOf": [_NAME, {"type": "integer"}]}, case_id: _OPTIONAL, author_role: _OPTIONAL}
    return {"allOf": [{"$ref": f"#/components/schemas/{form}"}, {"required": [id], "properties": names}]}


StoredNote = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                _stored("NoteIn", id="id", case_id="case_id", author_role="author_role"),
                _stored("CaseNoteIn", id="caseNoteId", case_id="caseId", author_role="authorRole"),
            ]
        }
    ),
]
Name = Annotated[str, Field(max_length=100, pattern=NAME)]


class StoreIn(BaseModel):
    """A note to store and queue.

    Attributes:
        source: The system that sends it; with the note's id it names the note.
        note: As `POST /v1/assess` takes it; its id is required.
        team: Whose queue it belongs to.
        consent: Whether its reviewed text may be used for training.
        restricted: Only people named for its case may see it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    source: Name
    note: StoredNote
    team: Name | None = None
    consent: bool = False
    restricted: bool = False


class StoreOut(Frozen):
    """What became of the note.

    Attributes:
        item_id: Opaque id of the review item.
        note_version: 1 for a new note, one more for each changed text.
        created: False where the same text was stored before.
    """

    item_id: str
    note_version: int
    created: bool
    state: ItemState
    assessment: Assessment | FieldedAssessment


class DecisionIn(BaseModel):
    """What the reader says of one indicator.

    Attributes:
        verdict: `added` for an indicator that the tool missed.
        reason: Required to disagree.
        corrected_indicator: Required for the reason `wrong_indicator`.
        corrected_status: Required for the reason `wrong_status`; for `added` how the note says it.
        corrected_level: For `added`, what the words describe.
        words: Exact words of the note; required for `added` and for the reason `wrong_words`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    indicator: str = Field(min_length=1, max_length=100)
    verdict: Literal[Verdict.AGREE, Verdict.DISAGREE, Verdict.UNSURE, Verdict.ADDED]
    reason: Reason | None = None
    corrected_indicator: str | None = Field(default=None, max_length=100)
    corrected_status: Status | None = None
    corrected_level: Level | None = None
    words: str | None = Field(default=None, max_length=2000)
    comment: str = Field(default="", max_length=2000)


class ReviewIn(BaseModel):
    """What a supervisor says of a whole note, after reading it.

    Attributes:
        source: The system in which the supervisor read it.
        reviewer: The supervisor's stable identifier in that system.
        decisions: One for every flag, and one for each indicator that the tool missed.
        outcome: What happens next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    source: Name
    reviewer: Name
    decisions: tuple[DecisionIn, ...] = Field(default=(), max_length=100)
    outcome: Outcome
    comment: str = Field(default="", max_length=2000)


class ReviewOut(Frozen):
    """Where the note stands after a review.

    Attributes:
        state: `agreed` once settled; `waiting_second` or `conflicted` where another person reads it next.
        created: False where the same person's same review was stored before.
    """

    item_id: str
    state: ItemState
    created: bool
