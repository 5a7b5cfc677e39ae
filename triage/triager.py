"""Note in, assessment out: the one object that the API, the command line and batches need."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Self

from triage.extraction import Extraction
from triage.flag import (
    FLAGGED,
    SCHEMA_VERSION,
    Assessment,
    Band,
    Cause,
    OrderReason,
    ReadingOrder,
    Source,
    Versions,
)
from triage.knowledge.loading import load_knowledge
from triage.knowledge.schemas import Knowledge
from triage.mentions import Found, Group, found_by_cue, group_by_flag, without_repeats
from triage.note import MAX_CHARACTERS, Note
from triage.offsets import Quoter
from triage.pipeline.extractor import Extractor, ReadText
from triage.pipeline.text import cause_not_assessed
from triage.reading_order import ReadingOrderRules, Signals
from triage.scoring.artefact import load_promoted
from triage.scoring.scorer import NoteScore, Scorer
from triage.wire import AnswerWriter

BATCH = 64
"""Notes scored together; the answers do not depend on it."""

_READ_BY_A_PERSON = ReadingOrder(
    band=Band.NEXT_WORKING_DAY,
    reasons=(
        OrderReason(
            rule="not_assessed",
            text="This note could not be assessed, which says nothing of its content: a person reads it.",
            band=Band.NEXT_WORKING_DAY,
        ),
    ),
)


class Triager:
    """Assesses notes.

    Example:
        >>> triager = Triager.load()
        >>> assessment = triager.assess("YP has a second phone and will not say who bought it.")
        >>> [flag.indicator for flag in assessment.flags]
        ['new_phones']

    Args:
        knowledge: What to look for.
        scorer: A loaded model; without one, cues alone raise flags.
        max_characters: Size limit of a note, in Unicode code points.
    """

    def __init__(
        self, knowledge: Knowledge, *, scorer: Scorer | None = None, max_characters: int = MAX_CHARACTERS
    ) -> None:
        self.knowledge = knowledge
        self.max_characters = max_characters
        self.versions = Versions(
            schema_version=SCHEMA_VERSION,
            package=version("case-note-triage"),
            model=scorer.version if scorer else None,
            knowledge=knowledge.digest,
        )
        self._scorer = scorer
        self._extractor = Extractor(knowledge)
        self._rules = ReadingOrderRules(knowledge.reading_order)
        self._writer = AnswerWriter(knowledge)

    @classmethod
    def load(
        cls,
        *,
        knowledge_dir: Path | None = None,
        models_dir: Path | None = None,
        encoder_dir: Path | None = None,
        max_characters: int = MAX_CHARACTERS,
    ) -> Self:
        """Load the knowledge and, where one is promoted in `models_dir`, the model.

        What was loaded is kept out of the garbage collector's rounds, which it would slow down for good.

        Args:
            knowledge_dir: A council's own copy; the shipped knowledge by default.
            models_dir: Where model versions are kept; without it, or with none promoted, cues alone raise flags.
            encoder_dir: Where the encoder of a model that needs one is; where it was at training by default.
            max_characters: Size limit of a note, in Unicode code points.

        Raises:
            KnowledgeError: The knowledge is faulty; every fault is listed.
            ArtefactError: The promoted model must not be used.
        """
        with _kept_for_good():
            knowledge = load_knowledge(knowledge_dir)
            scorer = load_promoted(models_dir, knowledge, encoder_dir=encoder_dir) if models_dir else None
            return cls(knowledge, scorer=scorer, max_characters=max_characters)

    def assess(self, note: Note | str) -> Assessment:
        """Assess one note; text that cannot be assessed gives `not_assessed` with a cause, never an exception."""
        return next(self.assess_many([note]))

    def assess_many(self, notes: Iterable[Note | str]) -> Iterator[Assessment]:
        """Assess notes in order."""
        for assessment, _ in self._assess_many(notes):
            yield assessment

    def assess_case(self, notes: Iterable[Note]) -> tuple[tuple[Assessment, ...], ReadingOrder]:
        """Assess notes of one child, and order the case by the newest note together with the recent ones.

        Returns:
            The assessments in the order given, and the reading order of the case.
        """
        results = list(self._assess_many(notes))
        assessments = tuple(assessment for assessment, _ in results)
        order = self._rules.order_case([signals for _, signals in results if signals is not None])
        if any(assessment.outcome == "not_assessed" for assessment in assessments):
            order = _sooner(order, _READ_BY_A_PERSON)
        return assessments, order

    def not_assessed(self, note: Note, cause: Cause) -> Assessment:
        """Return the answer for a note that could not be assessed."""
        return Assessment(
            note_id=note.id,
            case_id=note.case_id,
            outcome="not_assessed",
            cause=cause,
            reading_order=_READ_BY_A_PERSON,
            versions=self.versions,
        )

    def _assess_many(self, notes: Iterable[Note | str]) -> Iterator[tuple[Assessment, Signals | None]]:
        waiting = (note if isinstance(note, Note) else Note(note) for note in notes)
        while chunk := list(islice(waiting, BATCH)):
            yield from self._assess_chunk(chunk)

    def _assess_chunk(self, notes: Sequence[Note]) -> Iterator[tuple[Assessment, Signals | None]]:
        causes = [cause_not_assessed(note.text, max_characters=self.max_characters) for note in notes]
        texts = self._extractor.read_many(note.text for note, cause in zip(notes, causes, strict=True) if cause is None)
        read = [None if cause else next(texts) for cause in causes]
        scores = iter(self._score([text.extraction for text in read if isinstance(text, ReadText)]))
        for note, cause, text in zip(notes, causes, read, strict=True):
            if isinstance(text, ReadText):
                yield self._answer(note, text, next(scores))
            else:
                # A failure must look like one, and its message could hold note text.
                yield self.not_assessed(note, cause or Cause.INTERNAL_ERROR), None

    def _score(self, extractions: Sequence[Extraction]) -> Sequence[NoteScore | None]:
        return self._scorer.score(extractions) if self._scorer else [None] * len(extractions)

    def _answer(self, note: Note, text: ReadText, score: NoteScore | None) -> tuple[Assessment, Signals]:
        groups, rest = self._decide(text, score)
        quoter = Quoter(note.text)
        signals = self._writer.signals(note, text.extraction, groups, quoter)
        order = self._rules.order_note(signals)
        answer = self._writer.answer(note, text.extraction, groups, rest, score, order, self.versions, quoter)
        return answer, signals

    def _decide(self, text: ReadText, score: NoteScore | None) -> tuple[list[Group], list[Found]]:
        """Return the raised flags, and the mentions that raise none."""
        mentions = without_repeats(self._refined(text.extraction, list(self._mentions(text, score))))
        groups = group_by_flag(mentions)
        if score is not None:
            groups = [group for group in groups if group.indicator in score.raised]
        raised = {group.indicator for group in groups}
        rest = [mention for mention in mentions if mention.status not in FLAGGED or mention.indicator not in raised]
        return groups, rest

    def _refined(self, extraction: Extraction, mentions: list[Found]) -> list[Found]:
        """Let the learned part of context correct what the rules say."""
        if self._scorer is None or not mentions:
            return mentions
        contexts = self._scorer.refine(
            extraction, [(m.start, m.end, m.indicator, m.sentence, m.context) for m in mentions]
        )
        return [replace(mention, context=context) for mention, context in zip(mentions, contexts, strict=True)]

    def _mentions(self, text: ReadText, score: NoteScore | None) -> Iterator[Found]:
        contributions = score.contributions if score else {}
        for mention in text.extraction.mentions:
            yield found_by_cue(mention, contributions.get((mention.indicator, mention.sentence)))
        if score is None or self._scorer is None:
            return
        contexts = self._extractor.statuses_in(
            text, [(found.start, found.end, found.indicator) for found in score.mentions]
        )
        for found, context in zip(score.mentions, contexts, strict=True):
            yield Found(
                indicator=found.indicator,
                level=found.level,
                start=found.start,
                end=found.end,
                sentence=found.sentence,
                context=context,
                source=Source(kind="model", id=self._scorer.version),
                reason=None,
                contribution=found.contribution,
            )


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """Let the garbage collector ignore what is made inside."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()


def _sooner(order: ReadingOrder, other: ReadingOrder) -> ReadingOrder:
    bands = list(Band)
    band = min(order.band, other.band, key=bands.index)
    return ReadingOrder(band=band, reasons=(*order.reasons, *other.reasons))
