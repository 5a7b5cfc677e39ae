"""Lists, verifies and promotes model versions; a version that is worse where it matters is refused."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.errors import ArtefactError
from triage.files import write_whole
from triage.knowledge.schemas import Knowledge
from triage.scoring.artefact import (
    CURRENT,
    MANIFEST,
    load_version,
    promoted_version,
    read_manifest,
    verify_files,
)
from triage.training.examples import urgent_indicators

RECALL_MARGIN = 0.05
"""How far the recall of an urgent indicator may fall."""
CALIBRATION_MARGIN = 0.02
"""How far the calibration error may rise."""
HISTORY = "history"


@dataclass(frozen=True)
class Version:
    """One version on disk."""

    name: str
    created: str
    promoted: bool
    metrics: dict[str, Any]


def list_versions(models_dir: Path) -> list[Version]:
    """Return all versions, oldest first."""
    current = promoted_version(models_dir)
    manifests = [read_manifest(path.parent) for path in sorted(models_dir.glob(f"*/{MANIFEST}"))]
    versions = [Version(m["version"], m["created"], m["version"] == current, m["metrics"]) for m in manifests]
    return sorted(versions, key=lambda version: (version.created, version.name))


def promote(models_dir: Path, name: str, knowledge: Knowledge, *, encoder_dir: Path | None = None) -> None:
    """Make a version the one that is served.

    Args:
        models_dir: Where versions are kept.
        name: Of the version.
        knowledge: What it must have been trained with.
        encoder_dir: Where the encoder of a model that needs one is; where it was at training by default.

    Raises:
        ArtefactError: Digests do not match, or the version was made with other knowledge, or the recall of an urgent
            indicator or the calibration is worse than that of the promoted version by more than the margin.
    """
    manifest = verify_files(models_dir / name)
    load_version(models_dir, name, knowledge, encoder_dir=encoder_dir)
    if manifest["digests"]["knowledge"] != knowledge.digest:
        raise ArtefactError(
            "trained with other knowledge than is loaded now; train again", code="knowledge_mismatch", where=name
        )
    current = promoted_version(models_dir)
    if current is not None and current != name and (models_dir / current / MANIFEST).is_file():
        refusals = regressions(read_manifest(models_dir / current)["metrics"], manifest["metrics"], knowledge)
        if refusals:
            raise ArtefactError(f"not promoted: {'; '.join(refusals)}", code="regression", where=name)
    _switch(models_dir, name)


def rollback(models_dir: Path, knowledge: Knowledge, *, encoder_dir: Path | None = None) -> str:
    """Promote the version that was served before, without comparing figures, and return its name.

    Raises:
        ArtefactError: There is none, or its digests do not match.
    """
    names = _history(models_dir)
    if len(names) < 2:
        raise ArtefactError("there is no earlier version to go back to", code="no_earlier_version")
    load_version(models_dir, names[-2], knowledge, encoder_dir=encoder_dir)
    write_whole(models_dir / HISTORY, "\n".join(names[:-1]) + "\n")
    write_whole(models_dir / CURRENT, names[-2] + "\n")
    return names[-2]


def regressions(old: dict[str, Any], new: dict[str, Any], knowledge: Knowledge) -> list[str]:
    """Return why `new` may not replace `old`, in plain words."""
    found = []
    for name in sorted(urgent_indicators(knowledge)):
        before, after = (metrics["indicators"].get(name, {}).get("recall") for metrics in (old, new))
        if before is not None and (after is None or after < before - RECALL_MARGIN):
            found.append(f"recall of {name} falls from {before} to {after}")
    if new["calibration_error"] > old["calibration_error"] + CALIBRATION_MARGIN:
        found.append(f"calibration error rises from {old['calibration_error']} to {new['calibration_error']}")
    return found


def _switch(models_dir: Path, name: str) -> None:
    names = _history(models_dir)
    if not names or names[-1] != name:
        write_whole(models_dir / HISTORY, "\n".join([*names, name]) + "\n")
    write_whole(models_dir / CURRENT, name + "\n")


def _history(models_dir: Path) -> list[str]:
    path = models_dir / HISTORY
    return path.read_text(encoding="utf-8").split() if path.is_file() else []
