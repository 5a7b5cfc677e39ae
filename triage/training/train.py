"""`triage train`: from the corpus and the knowledge to a model version on disk, the same from the same inputs."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
from srsly.ruamel_yaml import YAML

from triage.errors import DatasetError, Issue
from triage.extraction import Extraction
from triage.knowledge.loading import load_knowledge
from triage.knowledge.schemas import Knowledge, Strength
from triage.pipeline.extractor import Extractor
from triage.scoring.artefact import (
    ARRAYS,
    CARD,
    LIBRARIES,
    MANIFEST,
    PIPELINE,
    SETTINGS,
    file_digest,
    save_scoring_form,
)
from triage.scoring.estimator import Parameters
from triage.scoring.status import StatusModel
from triage.training.card import model_card
from triage.training.corpus import Corpus, load_corpus
from triage.training.evaluation.predictions import Prediction
from triage.training.evaluation.systems import FittedModel
from triage.training.fitting import Examples, Fitted, fit_model
from triage.training.quality import figures_of
from triage.training.records import Record
from triage.training.splits import Part, part_of
from triage.training.status_training import fit_status, rule_contexts

SOURCES = "sources.yaml"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """Inputs of a training run, read and checked."""

    knowledge: Knowledge
    corpus: Corpus
    examples: Examples
    parameters: Parameters
    status: StatusModel


def prepare(
    *,
    data_dir: Path,
    knowledge_dir: Path | None,
    parameters: Parameters,
    parts: Sequence[Part] = (Part.TRAIN, Part.VALIDATION),
    progress: Progress,
) -> Training:
    """Load corpus and knowledge and read all notes.

    Raises:
        DatasetError: The corpus is faulty, or has too few authors to learn from.
        KnowledgeError: The knowledge is faulty.
    """
    progress("Loading knowledge and labelled notes")
    knowledge = load_knowledge(knowledge_dir)
    indicators = tuple(indicator.id for indicator in knowledge.indicators)
    corpus = load_corpus(data_dir, indicators=indicators)
    chosen = [entry for entry in corpus.entries if part_of(entry.record) in parts]
    read_by_authors = read_sources(data_dir)
    unread = np.array([e.is_whole_note and e.record.source not in read_by_authors for e in chosen])
    if len({entry.record.source for entry, is_unread in zip(chosen, unread, strict=True) if is_unread}) < 2:
        issue = Issue(".", 0, "D090", "needs whole notes of at least two authors that no cue author has read")
        raise DatasetError("Too little to learn from.", code="too_few_sources", issues=[issue])
    progress(f"Reading {len(chosen)} notes")
    extractor = Extractor(knowledge)
    records = tuple(entry.record for entry in chosen)
    extractions = tuple(extractor.extract_many(record.text for record in records))
    progress("Fitting the status of mentions")
    status = fit_status(records, extractions, rule_contexts(extractor, records))
    return Training(knowledge, corpus, Examples(records, extractions, unread, indicators), parameters, status)


def feature_concepts(knowledge: Knowledge) -> frozenset[str]:
    """Return the concepts that the sentence model sees."""
    return frozenset(name for name, concept in knowledge.concepts.items() if concept.feature)


def urgent_indicators(knowledge: Knowledge) -> frozenset[str]:
    """Return the indicators that act alone."""
    return frozenset(i.id for i in knowledge.indicators if i.strength in (Strength.CRITICAL, Strength.STRONG))


def train_version(training: Training, *, models_dir: Path, progress: Progress) -> str:
    """Fit a model and write it as a new version; nothing is left half-written.

    Args:
        training: What to learn from.
        models_dir: Where versions are kept.
        progress: Told what is being done.

    Returns:
        The name of the version: date and a digest of all inputs.
    """
    version = f"{datetime.now(UTC):%Y.%m.%d}-{input_digest(training)[:8]}"
    progress(f"Fitting {training.parameters.folds + 1} sentence models on two cores")
    fitted = fit(training, version=version)
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models_dir, prefix=".training-") as name:
        directory = Path(name)
        save_scoring_form(fitted.model, directory)
        joblib.dump(fitted.pipeline, directory / PIPELINE, compress=3)
        manifest = _manifest(training, fitted, version)
        (directory / CARD).write_text(model_card(manifest, training.knowledge), encoding="utf-8")
        manifest["files"] = {name: file_digest(directory / name) for name in (ARRAYS, SETTINGS, PIPELINE, CARD)}
        (directory / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        _replace(directory, models_dir / version)
    return version


def fit(training: Training, *, version: str) -> Fitted:
    """Fit a model in memory."""
    return fit_model(
        training.examples,
        concepts=feature_concepts(training.knowledge),
        urgent=urgent_indicators(training.knowledge),
        parameters=training.parameters,
        version=version,
        status=training.status,
    )


class TrainedSystem:
    """The whole product, trained on given records; for figures on authors it has not seen.

    Args:
        knowledge: What to look for.
        read_by_cue_authors: Authors whose notes do not count for the note model.
    """

    name = "model"
    description = "Knowledge and model together, trained without the notes it is measured on."

    def __init__(self, knowledge: Knowledge, *, read_by_cue_authors: frozenset[str] | None = None) -> None:
        self._knowledge = knowledge
        self._read = read_sources(Path("training_data")) if read_by_cue_authors is None else read_by_cue_authors
        self._extractor = Extractor(knowledge)
        self._known: dict[str, Extraction] = {}
        self._fitted: FittedModel | None = None

    def fit(self, records: Sequence[Record]) -> Self:
        """Train on these records."""
        new = [record for record in records if record.id not in self._known]
        self._known.update(zip((r.id for r in new), self._extractor.extract_many(r.text for r in new), strict=True))
        indicators = tuple(indicator.id for indicator in self._knowledge.indicators)
        unread = np.array(
            [r.source not in self._read and not r.source.startswith(("snippets", "contexts")) for r in records]
        )
        examples = Examples(tuple(records), tuple(self._known[r.id] for r in records), unread, indicators)
        fitted = fit_model(
            examples,
            concepts=feature_concepts(self._knowledge),
            urgent=urgent_indicators(self._knowledge),
            parameters=Parameters(),
            version="held-out",
            status=fit_status(records, examples.extractions, rule_contexts(self._extractor, records)),
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


def input_digest(training: Training) -> str:
    """Return hexadecimal digits over data, knowledge, parameters and library versions."""
    inputs = [
        training.corpus.digest,
        training.knowledge.digest,
        json.dumps(training.parameters.as_dict(), sort_keys=True),
        json.dumps({name: installed_version(name) for name in LIBRARIES}),
    ]
    return hashlib.sha256("\n".join(inputs).encode()).hexdigest()


def _manifest(training: Training, fitted: Fitted, version: str) -> dict[str, Any]:
    model = fitted.model
    counts = fitted.labels.sum(axis=0)
    enough = training.parameters.min_positives
    return {
        "version": version,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "digests": {"data": training.corpus.digest, "knowledge": training.knowledge.digest},
        "libraries": {name: installed_version(name) for name in (*LIBRARIES, "case-note-triage")},
        "parameters": training.parameters.as_dict(),
        "data": {
            "notes": len(training.examples.records),
            "unread_whole_notes": int(training.examples.unread.sum()),
            "sources": sorted({record.source for record in training.examples.records}),
        },
        "thresholds": dict(zip(model.indicators, map(float, model.thresholds), strict=True)),
        "positives": dict(zip(model.indicators, map(int, counts), strict=True)),
        "not_validated": [n for n, count in zip(model.indicators, counts, strict=True) if count < enough],
        "metrics": figures_of(fitted),
    }


def _replace(new: Path, target: Path) -> None:
    """Put a finished directory in place of an earlier one of the same inputs."""
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(new, target.with_name(f".{target.name}.partial"), dirs_exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    partial.chmod(0o755)
    partial.rename(target)


def read_sources(data_dir: Path) -> frozenset[str]:
    """Return the authors whose notes were read while cues were written."""
    path = data_dir / SOURCES
    return (
        frozenset(YAML(typ="safe").load(path.read_text(encoding="utf-8"))["read_by_cue_authors"])
        if path.is_file()
        else frozenset()
    )
