"""Reads what is published of the promoted model: its manifest and its model card."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class Manifest(BaseModel):
    """The parts of a model's passport that the service shows.

    Attributes:
        digests: File name to `sha256:...`.
        metrics: Measured quality; by indicator under `indicators`.
        thresholds: Probability from which an indicator is raised.
        created: When it was trained.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    version: str
    digests: dict[str, str] = {}
    metrics: dict[str, Any] = {}
    thresholds: dict[str, float] = {}
    created: str | None = None

    def quality(self, indicator: str) -> dict[str, Any] | None:
        """Return the measured quality of one indicator, where there is one."""
        measured = self.metrics.get("indicators", {}).get(indicator)
        return measured if isinstance(measured, dict) else None


class ModelInfo(BaseModel):
    """Manifest and card of one model version."""

    model_config = ConfigDict(frozen=True)

    manifest: Manifest
    card: str | None


def read_model_info(models_dir: Path) -> ModelInfo | None:
    """Return what is published of the promoted model; None where none is promoted or its manifest is not readable.

    Args:
        models_dir: Holds `current`, a link to a version or a text file that names one, and a directory a version.
    """
    directory = _promoted(models_dir)
    try:
        if directory is None:
            return None
        manifest = Manifest.model_validate_json((directory / "manifest.json").read_bytes())
        card = directory / "card.md"
        return ModelInfo(manifest=manifest, card=card.read_text(encoding="utf-8") if card.is_file() else None)
    except (OSError, ValidationError):
        return None


def _promoted(models_dir: Path) -> Path | None:
    current = models_dir / "current"
    if current.is_dir():
        return current.resolve()
    return models_dir / current.read_text(encoding="utf-8").strip() if current.is_file() else None
