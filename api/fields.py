"""The answer for a note of several fields: every quote names the field that its offsets count in."""

from triage.flag import (
    Assessment,
    Evidence,
    Flag,
    Frozen,
    GlossaryHit,
    Mention,
    ModifierQuote,
    NoteQuote,
    OrderReason,
    ReadingOrder,
    WordingPrompt,
)


class InField(Frozen):
    """A quote of one field.

    Attributes:
        field: Name of the field, as the caller writes it.
    """

    field: str


class FieldModifier(InField, ModifierQuote):
    """Words of a field that decided a status."""


class FieldEvidence(InField, Evidence):
    """A mention shown under a flag."""

    modifiers: tuple[FieldModifier, ...] = ()


class FieldMention(InField, Mention):
    """A mention that raises no flag."""

    modifiers: tuple[FieldModifier, ...] = ()


class FieldFlag(Flag):
    """An indicator raised for a note of several fields."""

    evidence: tuple[FieldEvidence, ...]


class FieldQuote(InField, NoteQuote):
    """Words that a reading-order rule rests on."""


class FieldReason(OrderReason):
    """A reading-order rule that held."""

    quotes: tuple[FieldQuote, ...] = ()


class FieldReadingOrder(ReadingOrder):
    """When a person should read the note."""

    reasons: tuple[FieldReason, ...]


class FieldWordingPrompt(InField, WordingPrompt):
    """An optional prompt to the writer."""


class FieldGlossaryHit(InField, GlossaryHit):
    """A word explained to the reader."""


class FieldedAssessment(Assessment):
    """The answer for a note of several fields."""

    flags: tuple[FieldFlag, ...] = ()
    not_flagged: tuple[FieldMention, ...] = ()
    reading_order: FieldReadingOrder
    wording: tuple[FieldWordingPrompt, ...] = ()
    glossary: tuple[FieldGlossaryHit, ...] = ()
