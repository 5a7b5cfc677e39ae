"""What a model is fitted on: labelled notes as the pipeline reads them, and what it takes from the knowledge."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from triage.extraction import Extraction
from triage.flag import CURRENT
from triage.knowledge.schemas import Knowledge, Strength
from triage.scoring.encoder import EncoderBlock, EncoderFiles
from triage.scoring.identity import Folding
from triage.training.records import Record


@dataclass(frozen=True)
class Examples:
    """Labelled notes, read by the pipeline.

    Attributes:
        unread: Whether each note counts for the note model: a whole note of an author that no cue author had read.
    """

    records: tuple[Record, ...]
    extractions: tuple[Extraction, ...]
    unread: NDArray[np.bool_]
    indicators: tuple[str, ...]

    def subset(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Return the chosen notes."""
        picked = np.flatnonzero(chosen)
        return Examples(
            tuple(self.records[i] for i in picked),
            tuple(self.extractions[i] for i in picked),
            self.unread[picked],
            self.indicators,
        )

    def sources(self) -> NDArray[np.str_]:
        """Return the author of each note."""
        return np.array([record.source for record in self.records])

    def note_labels(self) -> NDArray[np.int8]:
        """Return which indicators are flagged now, shape `(notes, indicators)`."""
        return np.array([[name in record.labels for name in self.indicators] for record in self.records], dtype=np.int8)

    def sentence_labels(self, *, any_status: bool = False) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return the indicators that each sentence is marked with, and whether a mark describes harm (-1: no mark).

        Args:
            any_status: Count marks of every status, not only current ones.
        """
        column = {name: index for index, name in enumerate(self.indicators)}
        labels, harm = [], []
        for record, note in zip(self.records, self.extractions, strict=True):
            marks = [mark for mark in record.spans if any_status or mark.status in CURRENT]
            for sentence in note.sentences:
                row = np.zeros(len(column), dtype=np.int8)
                inside = [mark for mark in marks if mark.start < sentence.end and sentence.start < mark.end]
                for mark in inside:
                    row[column[mark.indicator]] = 1
                labels.append(row)
                harm.append(max((int(mark.harm) for mark in inside), default=-1))
        return np.array(labels), np.array(harm, dtype=np.int8)


@dataclass(frozen=True)
class Subject:
    """What a model takes from the knowledge, and the encoder that it may use.

    Attributes:
        concepts: Those that the sentence model sees.
        urgent: Indicators that act alone, with the higher recall target.
        folding: How words are read.
        encoder: An optional local one.
    """

    concepts: frozenset[str]
    urgent: frozenset[str]
    folding: Folding
    encoder: EncoderFiles | None = None

    @classmethod
    def of(cls, knowledge: Knowledge, encoder: EncoderFiles | None = None) -> Self:
        """Return what a model takes from the knowledge."""
        return cls(
            concepts=frozenset(name for name, concept in knowledge.concepts.items() if concept.feature),
            urgent=urgent_indicators(knowledge),
            folding=Folding.of(knowledge.identity),
            encoder=encoder,
        )

    def block(self) -> EncoderBlock | None:
        """Return the block of features that the encoder makes."""
        return EncoderBlock(self.encoder, self.folding) if self.encoder else None


def urgent_indicators(knowledge: Knowledge) -> frozenset[str]:
    """Return the indicators that act alone."""
    return frozenset(i.id for i in knowledge.indicators if i.strength in (Strength.CRITICAL, Strength.STRONG))
