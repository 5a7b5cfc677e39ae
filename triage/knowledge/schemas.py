"""Strict frozen models of the knowledge files: what a practitioner may write in each."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from triage.flag import Band, Frozen, Level, Status
from triage.knowledge.context_schemas import LEAVING_SENTENCE as LEAVING_SENTENCE
from triage.knowledge.context_schemas import ContextExample as ContextExample
from triage.knowledge.context_schemas import ContextFile as ContextFile
from triage.knowledge.context_schemas import ContextRule as ContextRule
from triage.knowledge.context_schemas import Direction as Direction
from triage.knowledge.context_schemas import Inside as Inside
from triage.knowledge.context_schemas import Place as Place
from triage.knowledge.fields import Identifier, Line, PatternText, RuleId, Text, Word

DEFAULT_WINDOW = 12


class Family(StrEnum):
    """The six families of indicators."""

    CONTACT_GROOMING = "contact_grooming"
    SEXUAL_HARM = "sexual_harm"
    DEVICES_BEHAVIOUR = "devices_behaviour"
    MONEY_CRIME = "money_crime"
    CONDUCT_CONTROL = "conduct_control"
    CONTENT_GROUPS = "content_groups"


class Category(StrEnum):
    """The 4Cs of online risk, with `contract` of the CO:RE classification."""

    CONTENT = "content"
    CONTACT = "contact"
    CONDUCT = "conduct"
    COMMERCE = "commerce"
    CONTRACT = "contract"


class Strength(StrEnum):
    """How much a single sign asks for, before it is combined with others."""

    CRITICAL = "critical"
    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"


class Cue(Frozen):
    """Words that point to an indicator.

    Attributes:
        id: Unique within the indicator.
        level: What the words describe.
        patterns: Any of them; see `triage.knowledge.patterns`.
        within: Tokens that the sides of an `&` may span.
        without: Patterns that must not be in the same sentence.
        reason: One sentence for the reader, where the indicator's own does not fit.
    """

    id: Identifier
    level: Level
    patterns: tuple[PatternText, ...] = Field(min_length=1)
    within: int = Field(default=DEFAULT_WINDOW, ge=2, le=40)
    without: tuple[PatternText, ...] = ()
    reason: Line | None = None


class PositiveExample(Frozen):
    """A note that must raise the indicator.

    Attributes:
        words: Some of the words that must be highlighted.
    """

    text: Text
    status: Status = Status.AFFIRMED
    level: Level | None = None
    words: Line | None = None


class StatusExample(Frozen):
    """A note whose mention of the indicator has another status."""

    text: Text
    status: Status


class NegativeExample(Frozen):
    """A note that must hold no mention of the indicator, with why."""

    text: Text
    why: Line


class Examples(Frozen):
    """What must and must not match."""

    positive: tuple[PositiveExample, ...] = Field(min_length=6)
    other_status: tuple[StatusExample, ...] = Field(min_length=2)
    negative: tuple[NegativeExample, ...] = Field(min_length=4)


class Reasons(Frozen):
    """The one-sentence reason by level."""

    harm_described: Line
    warning_sign: Line


class Indicator(Frozen):
    """One kind of online harm or warning sign."""

    id: Identifier
    name: Line
    family: Family
    categories: tuple[Category, ...] = Field(min_length=1)
    strength: Strength
    definition: Text
    harm_described: Text
    warning_sign: Text
    reasons: Reasons
    follow_up: tuple[Line, ...] = Field(min_length=1)
    sources: tuple[Line, ...] = Field(min_length=1)
    cues: tuple[Cue, ...] = Field(min_length=1)
    examples: Examples


class Concept(Frozen):
    """A named class of words and short phrases.

    Attributes:
        terms: Literal phrases; `<word>`, `(a|b)` and `word?` are expanded.
        includes: Other concepts whose terms belong to this one too.
        feature: Whether the sentence model sees it.
    """

    description: Line
    terms: tuple[PatternText, ...] = ()
    includes: tuple[Identifier, ...] = ()
    feature: bool = True


class ConceptFile(Frozen):
    """One file of `concepts/`."""

    last_checked: date
    concepts: dict[Identifier, Concept] = Field(min_length=1)


class GlossaryEntry(Frozen):
    """A word that young people or agencies use, explained.

    Attributes:
        terms: Spellings to find in a note.
        case_sensitive: For short forms that are ordinary words in lower case.
    """

    id: Identifier
    terms: tuple[Line, ...] = Field(min_length=1)
    meaning: Line
    source: Line
    group: Line
    last_checked: date
    case_sensitive: bool = False


class GlossaryFile(Frozen):
    """`glossary.yaml`. Entries expire `review_months` after `last_checked`."""

    review_months: int = Field(ge=1, le=36)
    entries: tuple[GlossaryEntry, ...] = Field(min_length=1)


class WordingRule(Frozen):
    """A phrase that guides advise against, and what to write instead.

    Attributes:
        patterns: See `triage.knowledge.patterns`.
        examples: Sentences that the rule must find.
        exempt: Sentences that it must leave alone.
    """

    id: Identifier
    patterns: tuple[PatternText, ...] = Field(min_length=1)
    problem: Line
    advice: Line
    source: Line
    examples: tuple[Text, ...] = Field(min_length=1)
    exempt: tuple[Text, ...] = ()


class WordingFile(Frozen):
    """`wording.yaml`."""

    rules: tuple[WordingRule, ...] = Field(min_length=1)


class Condition(Frozen):
    """One thing that a note, or the case's recent notes, must show; all given fields hold together.

    Attributes:
        indicators: Any of these is flagged.
        strengths: Any indicator of these base strengths is flagged.
        levels: Its level is one of these.
        statuses: Its status is one of these.
        concepts: Any of these concepts is in the text ("same_sentence": in a sentence of the indicator's evidence).
        at_least: Number of different indicators that must meet the condition.
        same_sentence: Where the concepts must be.
    """

    indicators: tuple[Identifier, ...] = ()
    strengths: tuple[Strength, ...] = ()
    levels: tuple[Level, ...] = ()
    statuses: tuple[Status, ...] = ()
    concepts: tuple[Identifier, ...] = ()
    at_least: int = Field(default=1, ge=1, le=26)
    same_sentence: bool = False


class OrderRule(Frozen):
    """A reading-order rule.

    Attributes:
        when: All must hold.
        unless: None may hold.
        band: The band it puts the note in.
        raise_to: A sooner band, when `raise_when` holds too.
        window_days: How far back a case's earlier notes count; 0 for this note only.
    """

    id: RuleId
    band: Band
    text: Line
    basis: Line
    when: tuple[Condition, ...] = Field(min_length=1)
    unless: tuple[Condition, ...] = ()
    raise_to: Band | None = None
    raise_when: tuple[Condition, ...] = ()
    window_days: int = Field(default=90, ge=0, le=365)


class ReadingOrderFile(Frozen):
    """`reading_order.yaml`."""

    rules: tuple[OrderRule, ...] = Field(min_length=1)


class InflectionFile(Frozen):
    """`inflections.yaml`: word to all its other forms."""

    irregular: dict[str, tuple[str, ...]]


class IdentityFile(Frozen):
    """`identity.yaml`: words that tell who somebody is, and how the model reads them.

    Attributes:
        alike: Name of a group to its words, which the model cannot tell apart.
        never_read: Words that the model does not see.
    """

    alike: dict[Identifier, tuple[Word, ...]]
    never_read: tuple[Word, ...]


class Knowledge(Frozen):
    """Everything the detectors know, with one digest over all files.

    Attributes:
        digest: `sha256:` and 64 hexadecimal digits.
    """

    digest: str
    indicators: tuple[Indicator, ...]
    concepts: dict[str, Concept]
    context: ContextFile
    glossary: GlossaryFile
    wording: WordingFile
    reading_order: ReadingOrderFile
    inflections: InflectionFile
    identity: IdentityFile

    def indicator(self, indicator_id: str) -> Indicator:
        """Return one indicator.

        Raises:
            KeyError: No such indicator.
        """
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        raise KeyError(indicator_id)
