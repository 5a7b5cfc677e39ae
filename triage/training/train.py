"""`triage train`: from the corpus and the knowledge to a model version on disk, the same from the same inputs."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from triage.knowledge.loading import load_knowledge
from triage.knowledge.schemas import Knowledge
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
from triage.scoring.encoder import find_encoder
from triage.scoring.estimator import Parameters
from triage.scoring.status import StatusModel
from triage.training.card import model_card
from triage.training.corpus import Corpus, load_corpus, read_sources
from triage.training.examples import Examples, Subject
from triage.training.fitting import Fitted, check_authors, fit_model
from triage.training.quality import figures_of
from triage.training.splits import Part, part_of
from triage.training.status_training import fit_status, rule_contexts

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """Inputs of a training run, read and checked."""

    knowledge: Knowledge
    corpus: Corpus
    examples: Examples
    parameters: Parameters
    status: StatusModel
    subject: Subject


def prepare(
    *,
    data_dir: Path,
    knowledge_dir: Path | None,
    parameters: Parameters,
    parts: Sequence[Part] = (Part.TRAIN, Part.VALIDATION),
    encoder_dir: Path | None = None,
    progress: Progress,
) -> Training:
    """Load corpus and knowledge and read all notes.

    Args:
        data_dir: Such as `training_data`.
        knowledge_dir: A council's own copy; the shipped one by default.
        parameters: What shapes the model.
        parts: What is learnt from.
        encoder_dir: Directory of an optional local encoder.
        progress: Told what is being done.

    Raises:
        DatasetError: The corpus is faulty, or has too few authors to learn from.
        KnowledgeError: The knowledge is faulty.
        ArtefactError: There is no encoder in its directory.
    """
    encoder = find_encoder(encoder_dir) if encoder_dir else None
    progress("Loading knowledge and labelled notes")
    knowledge = load_knowledge(knowledge_dir)
    indicators = tuple(indicator.id for indicator in knowledge.indicators)
    corpus = load_corpus(data_dir, indicators=indicators)
    chosen = [entry for entry in corpus.entries if part_of(entry.record) in parts]
    read_by_authors = read_sources(data_dir)
    unread = np.array([e.is_whole_note and e.record.source not in read_by_authors for e in chosen])
    check_authors(entry.record.source for entry, is_unread in zip(chosen, unread, strict=True) if is_unread)
    progress(f"Reading {len(chosen)} notes")
    extractor = Extractor(knowledge)
    records = tuple(entry.record for entry in chosen)
    extractions = tuple(extractor.extract_many(record.text for record in records))
    progress("Fitting the status of mentions")
    subject = Subject.of(knowledge, encoder)
    status = fit_status(records, extractions, rule_contexts(extractor, records), subject.folding)
    examples = Examples(records, extractions, unread, indicators)
    return Training(knowledge, corpus, examples, parameters, status, subject)


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
        subject=training.subject,
        parameters=training.parameters,
        version=version,
        status=training.status,
    )


def input_digest(training: Training) -> str:
    """Return hexadecimal digits over data, knowledge, parameters and library versions."""
    inputs = [
        training.corpus.digest,
        training.knowledge.digest,
        json.dumps(training.parameters.as_dict(), sort_keys=True),
        training.subject.encoder.digest if training.subject.encoder else "",
        json.dumps({name: installed_version(name) for name in LIBRARIES}),
    ]
    return hashlib.sha256("\n".join(inputs).encode()).hexdigest()


def _manifest(training: Training, fitted: Fitted, version: str) -> dict[str, Any]:
    model, unseen, encoder = fitted.model, fitted.unseen, training.subject.encoder
    counts = unseen.labels.sum(axis=0)
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
        "encoder": asdict(encoder) if encoder else None,
        "thresholds": {
            name: float(threshold)
            for name, threshold in zip(model.indicators, model.thresholds, strict=True)
            if name not in model.rules_only
        },
        "positives": dict(zip(model.indicators, map(int, counts), strict=True)),
        "not_validated": sorted(model.rules_only),
        "metrics": figures_of(unseen.labels, unseen.probabilities, unseen.flagged, indicators=model.indicators),
    }


def _replace(new: Path, target: Path) -> None:
    """Put a finished directory in place of an earlier one of the same inputs."""
    if target.exists():
        shutil.rmtree(target)
    partial = target.with_name(f".{target.name}.partial")
    shutil.copytree(new, partial, dirs_exist_ok=True)
    partial.chmod(0o755)
    partial.rename(target)
