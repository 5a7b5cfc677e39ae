"""Model versions on disk: a plain scoring form that executes nothing, a manifest with digests, and the promoted one.

models/<version>/scoring.npz       arrays (loaded with allow_pickle=False)
models/<version>/scoring.json      vocabulary and settings
models/<version>/pipeline.joblib   the scikit-learn pipeline, for analysts; never read when serving
models/<version>/manifest.json     digests of the files above, of data and knowledge, versions, parameters, metrics
models/<version>/card.md           model card
models/current                     text file with the name of the promoted version
"""

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.errors import ArtefactError, DigestMismatch, VersionMismatch
from triage.knowledge.schemas import Knowledge
from triage.scoring.combination import Combination
from triage.scoring.encoder import EncoderBlock, EncoderFiles, find_again
from triage.scoring.encoding import Encoder
from triage.scoring.identity import Folding
from triage.scoring.model import SentenceModel
from triage.scoring.status import StatusModel

FORMAT = 2
_STATUS = "status_"
CURRENT = "current"
ARRAYS, SETTINGS, PIPELINE, MANIFEST, CARD = (
    "scoring.npz",
    "scoring.json",
    "pipeline.joblib",
    "manifest.json",
    "card.md",
)
LIBRARIES = ("scikit-learn", "numpy", "scipy", "spacy")


def save_scoring_form(model: SentenceModel, directory: Path) -> None:
    """Write the arrays and settings that scoring needs."""
    encoder, combination = model.encoder, model.combination
    arrays: dict[str, NDArray[Any]] = {
        "weights": model.weights.astype(np.float16),
        "bias": model.bias,
        "harm": model.harm.astype(np.float16),
        "idf": encoder.idf,
        "shared": combination.shared,
        "own": combination.own,
        "thresholds": model.thresholds,
    }
    arrays |= {f"{_STATUS}{name}": array for name, array in model.status.to_arrays().items()}
    with (directory / ARRAYS).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    settings = {
        "format": FORMAT,
        "version": model.version,
        "indicators": model.indicators,
        "harm_bias": model.harm_bias,
        "rules_only": sorted(model.rules_only),
        "combination_bias": combination.bias,
        "evidence_from": model.evidence_from,
        "block_weights": encoder.weights,
        "folding": encoder.folding.alike,
        "status_vocabulary": list(model.status.vocabulary),
        "encoder": asdict(model.vectors.files) if model.vectors else None,
        "vocabulary": [[block, name] for block, name in encoder.vocabulary],
    }
    (directory / SETTINGS).write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")


def load_scoring_form(directory: Path, *, encoder_dir: Path | None = None) -> SentenceModel:
    """Read the arrays and settings that scoring needs.

    Args:
        directory: Of the version.
        encoder_dir: Where the encoder of a model that needs one is now; where it was at training by default.

    Raises:
        ArtefactError: A file is missing or not in the form this release reads, or the encoder is missing or another.
    """
    try:
        settings = json.loads((directory / SETTINGS).read_text(encoding="utf-8"))
        with np.load(directory / ARRAYS, allow_pickle=False) as arrays:
            return _model(settings, {name: arrays[name] for name in arrays.files}, encoder_dir)
    except FileNotFoundError as error:
        raise ArtefactError(
            f"the file {Path(error.filename).name} is missing; train again",
            code="artefact_missing",
            where=directory.name,
        ) from None
    except (KeyError, TypeError, ValueError, OSError):
        raise ArtefactError(
            "not in the form that this release reads; train again", code="artefact_unreadable", where=directory.name
        ) from None


def _model(settings: dict[str, Any], arrays: dict[str, NDArray[Any]], encoder_dir: Path | None) -> SentenceModel:
    if settings["format"] != FORMAT:
        raise VersionMismatch("made by another release; train again", code="artefact_format")
    folding = Folding(settings["folding"])
    encoder = Encoder(
        folding=folding,
        vocabulary={(block, name): column for column, (block, name) in enumerate(settings["vocabulary"])},
        idf=arrays["idf"],
        weights=tuple(settings["block_weights"]),
    )
    return SentenceModel(
        version=settings["version"],
        indicators=tuple(settings["indicators"]),
        encoder=encoder,
        vectors=_vectors(settings["encoder"], encoder_dir, folding),
        weights=arrays["weights"].astype(np.float32),
        bias=arrays["bias"],
        harm=arrays["harm"].astype(np.float32),
        harm_bias=settings["harm_bias"],
        combination=Combination(arrays["shared"], arrays["own"], settings["combination_bias"]),
        thresholds=arrays["thresholds"],
        rules_only=frozenset(settings["rules_only"]),
        evidence_from=settings["evidence_from"],
        status=StatusModel.from_arrays(
            {name.removeprefix(_STATUS): array for name, array in arrays.items() if name.startswith(_STATUS)},
            settings["status_vocabulary"],
            folding,
        ),
    )


def _vectors(recorded: dict[str, str] | None, encoder_dir: Path | None, folding: Folding) -> EncoderBlock | None:
    return EncoderBlock(find_again(EncoderFiles(**recorded), encoder_dir), folding) if recorded else None


def file_digest(path: Path) -> str:
    """Return `sha256:...` of a file's bytes."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def read_manifest(directory: Path) -> dict[str, Any]:
    """Read the manifest of a version.

    Raises:
        ArtefactError: There is none, or it is not valid JSON.
    """
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtefactError("no such model version", code="no_such_version", where=directory.name) from None
    except ValueError:
        raise ArtefactError(
            "the manifest is not valid JSON", code="artefact_unreadable", where=directory.name
        ) from None
    if not isinstance(manifest, dict):
        raise ArtefactError("the manifest is not valid JSON", code="artefact_unreadable", where=directory.name)
    return manifest


def verify_files(directory: Path) -> dict[str, Any]:
    """Check the digest of every file that the manifest names, and return the manifest.

    Raises:
        DigestMismatch: A file is missing or is not the one the manifest names.
    """
    manifest = read_manifest(directory)
    for name, digest in manifest["files"].items():
        path = directory / name
        if not path.is_file() or file_digest(path) != digest:
            raise DigestMismatch(
                f"the file {name} is not the one that its manifest names; restore it or train again",
                code="digest_mismatch",
                where=directory.name,
            )
    return manifest


def verify_libraries(manifest: dict[str, Any], *, where: str) -> None:
    """Check that the libraries that made the pickled pipeline are installed in the same minor version.

    Raises:
        VersionMismatch: Another scikit-learn, numpy, scipy or spaCy is installed.
    """
    for name in LIBRARIES:
        made, here = manifest["libraries"][name], installed_version(name)
        if made.split(".")[:2] != here.split(".")[:2]:
            raise VersionMismatch(
                f"made with {name} {made}, but {here} is installed; install it or train again",
                code="library_mismatch",
                where=where,
            )


def load_pipeline(models_dir: Path, version: str) -> Any:
    """Unpickle the scikit-learn pipeline of a version, after checking digests and library versions.

    Raises:
        ArtefactError: The version must not be used.
    """
    import joblib

    directory = models_dir / version
    verify_libraries(verify_files(directory), where=version)
    return joblib.load(directory / PIPELINE)


def load_version(
    models_dir: Path, version: str, knowledge: Knowledge, *, encoder_dir: Path | None = None
) -> SentenceModel:
    """Load one version for scoring, after checking its digests; nothing is unpickled.

    Args:
        models_dir: Where versions are kept.
        version: Its name.
        knowledge: Its indicators must be those of the model.
        encoder_dir: Where the encoder of a model that needs one is now; where it was at training by default.

    Raises:
        ArtefactError: The version must not be used, or was trained with another set of indicators.
    """
    directory = models_dir / version
    verify_files(directory)
    model = load_scoring_form(directory, encoder_dir=encoder_dir)
    known = {indicator.id for indicator in knowledge.indicators}
    if set(model.indicators) != known:
        raise VersionMismatch(
            "trained with other indicators than the knowledge has; train again",
            code="indicator_mismatch",
            where=version,
        )
    return model


def promoted_version(models_dir: Path) -> str | None:
    """Return the name of the promoted version; None where there is none."""
    try:
        return (models_dir / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def load_promoted(models_dir: Path, knowledge: Knowledge, *, encoder_dir: Path | None = None) -> SentenceModel | None:
    """Load the promoted version; None where there is none. The arguments are those of `load_version`.

    Raises:
        ArtefactError: The promoted version must not be used.
    """
    version = promoted_version(models_dir)
    return load_version(models_dir, version, knowledge, encoder_dir=encoder_dir) if version else None
