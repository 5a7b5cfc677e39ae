"""Writes assessments in the wire format, and what the reading-order rules see, from the mentions of a note."""

from collections import defaultdict
from collections.abc import Sequence

from triage.extraction import Extraction, Modifier
from triage.flag import (
    FLAGGED,
    Assessment,
    Evidence,
    Flag,
    GlossaryHit,
    Level,
    Mention,
    ModifierQuote,
    ReadingOrder,
    Versions,
    WordingPrompt,
)
from triage.knowledge.schemas import Knowledge, Strength
from triage.mentions import Found, Group
from triage.note import Note
from triage.offsets import Quoter
from triage.reading_order import FlagSignal, Place, Signals
from triage.scoring.scorer import NoteScore

_STRENGTHS = tuple(Strength)
_LEVELS = tuple(Level)


class AnswerWriter:
    """Builds answers.

    Args:
        knowledge: Names, reasons and questions of the indicators.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._indicators = {indicator.id: indicator for indicator in knowledge.indicators}
        self._glossary = {entry.id: entry.meaning for entry in knowledge.glossary.entries}
        self._wording = {rule.id: rule for rule in knowledge.wording.rules}
        self._ordering = {
            name
            for rule in knowledge.reading_order.rules
            for condition in (*rule.when, *rule.unless, *rule.raise_when)
            for name in condition.concepts
        }

    def answer(
        self,
        note: Note,
        extraction: Extraction,
        groups: Sequence[Group],
        rest: Sequence[Found],
        score: NoteScore | None,
        order: ReadingOrder,
        versions: Versions,
        quoter: Quoter,
    ) -> Assessment:
        """Return the assessment of a note that was read."""
        return Assessment(
            note_id=note.id,
            case_id=note.case_id,
            outcome="assessed",
            flags=tuple(self._flag(group, extraction, quoter, score) for group in sorted(groups, key=self._urgency)),
            not_flagged=tuple(_mention(found, quoter) for found in rest),
            reading_order=order,
            wording=tuple(
                WordingPrompt(
                    **quoter.fields(hit.start, hit.end),
                    advice=self._wording[hit.entry].advice,
                    source=self._wording[hit.entry].source,
                )
                for hit in extraction.wording
            ),
            glossary=tuple(
                GlossaryHit(**quoter.fields(hit.start, hit.end), meaning=self._glossary[hit.entry])
                for hit in extraction.glossary
            ),
            versions=versions,
        )

    def signals(self, note: Note, extraction: Extraction, groups: Sequence[Group], quoter: Quoter) -> Signals:
        """Return what the reading-order rules see of a note."""
        concepts: dict[str, list[Place]] = defaultdict(list)
        for index, sentence in enumerate(extraction.sentences):
            for name, first, last in sentence.concepts:
                if name in self._ordering:
                    concepts[name].append(Place(index, sentence.offsets[first][0], sentence.offsets[last - 1][1]))
        return Signals(
            note_id=note.id,
            recorded_at=note.recorded_at,
            flags=tuple(
                FlagSignal(
                    indicator=found.indicator,
                    strength=self._indicators[found.indicator].strength,
                    level=found.level,
                    status=found.status,
                    place=Place(found.sentence, found.start, found.end),
                )
                for group in groups
                for found in group.mentions
            ),
            concepts=concepts,
            quoter=quoter,
        )

    def _urgency(self, group: Group) -> tuple[int, int, int, str]:
        strength = self._indicators[group.indicator].strength
        status = FLAGGED.index(group.status)
        return status == len(FLAGGED) - 1, _LEVELS.index(group.level), _STRENGTHS.index(strength), group.indicator

    def _flag(self, group: Group, extraction: Extraction, quoter: Quoter, score: NoteScore | None) -> Flag:
        indicator = self._indicators[group.indicator]
        return Flag(
            indicator=indicator.id,
            name=indicator.name,
            family=indicator.family.value,
            status=group.status,
            level=group.level,
            probability=score.probabilities.get(indicator.id) if score else None,
            reason=group.leading.reason or getattr(indicator.reasons, group.level.value),
            evidence=tuple(
                Evidence(
                    **quoter.fields(found.start, found.end),
                    sentence=(extraction.sentences[found.sentence].start, extraction.sentences[found.sentence].end),
                    status=found.status,
                    level=found.level,
                    source=found.source,
                    modifiers=_modifiers(found.context.modifiers, quoter),
                    contribution=found.contribution,
                )
                for found in group.mentions
            ),
            follow_up=indicator.follow_up,
        )


def _mention(found: Found, quoter: Quoter) -> Mention:
    return Mention(
        **quoter.fields(found.start, found.end),
        indicator=found.indicator,
        status=found.status,
        level=found.level,
        source=found.source,
        modifiers=_modifiers(found.context.modifiers, quoter),
    )


def _modifiers(modifiers: Sequence[Modifier], quoter: Quoter) -> tuple[ModifierQuote, ...]:
    return tuple(ModifierQuote(**quoter.fields(m.start, m.end), rule=m.rule) for m in modifiers)
