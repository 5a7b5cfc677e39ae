"""The product fitted anew on given records: what tells how it fares on authors that it has not seen."""

from collections.abc import Collection, Sequence
from typing import Self

import numpy as np

from triage.extraction import Context, Extraction
from triage.knowledge.schemas import Knowledge
from triage.pipeline.extractor import Extractor
from triage.scoring.estimator import Parameters
from triage.training.corpus import Corpus
from triage.training.evaluation.predictions import Prediction
from triage.training.evaluation.systems import FittedModel
from triage.training.examples import Examples, Subject
from triage.training.fitting import fit_model
from triage.training.records import Record
from triage.training.status_training import fit_status, rule_contexts


class TrainedSystem:
    """Knowledge and model together, trained on given records.

    Args:
        knowledge: What to look for.
        corpus: Where the records come from: it tells whole notes from snippets.
        read_by_cue_authors: Authors whose notes do not count for the note model.
        parameters: What shapes the model.

    Attributes:
        unread: Ids of the whole notes that the note model may learn from.
    """

    name = "model"
    description = "Knowledge and model together, trained without the notes it is measured on."

    def __init__(
        self,
        knowledge: Knowledge,
        corpus: Corpus,
        *,
        read_by_cue_authors: Collection[str],
        parameters: Parameters | None = None,
    ) -> None:
        self._knowledge = knowledge
        self._subject = Subject.of(knowledge)
        self._parameters = parameters or Parameters()
        self.unread = frozenset(r.id for r in corpus.whole_notes() if r.source not in read_by_cue_authors)
        self._extractor = Extractor(knowledge)
        self._read: dict[str, tuple[Extraction, list[Context]]] = {}
        self._fitted: FittedModel | None = None

    def fit(self, records: Sequence[Record]) -> Self:
        """Train on these records."""
        new = [record for record in records if record.id not in self._read]
        extractions = self._extractor.extract_many(record.text for record in new)
        contexts = rule_contexts(self._extractor, new)
        self._read |= zip((r.id for r in new), zip(extractions, contexts, strict=True), strict=True)
        examples = Examples(
            tuple(records),
            tuple(self._read[record.id][0] for record in records),
            np.array([record.id in self.unread for record in records]),
            tuple(indicator.id for indicator in self._knowledge.indicators),
        )
        contexts = [self._read[record.id][1] for record in records]
        fitted = fit_model(
            examples,
            subject=self._subject,
            parameters=self._parameters,
            version="held-out",
            status=fit_status(records, examples.extractions, contexts, self._subject.folding),
        )
        self._fitted = FittedModel(self._knowledge, fitted.model)
        return self

    def predict(self, records: Sequence[Record]) -> list[Prediction]:
        """Return one prediction a record.

        Raises:
            RuntimeError: Nothing was fitted yet.
        """
        if self._fitted is None:
            raise RuntimeError("fit the system first")
        return self._fitted.predict(records)
