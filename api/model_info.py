"""Reads what is published of a model version: its manifest and its model card."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from triage.scoring.artefact import CARD, read_manifest


class ModelInfo(BaseModel):
    """The parts of a model's passport that the service shows.

    Attributes:
        created: When it was trained.
        digests: Of the data and the knowledge that it was trained with.
        files: Of its own files.
        thresholds: Probability from which an indicator is raised.
        metrics: Measured quality; by indicator under `indicators`.
        not_validated: Indicators with too few examples to measure.
        card: The model card, in Markdown.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    version: str
    created: str | None = None
    digests: dict[str, str] = {}
    files: dict[str, str] = {}
    thresholds: dict[str, float] = {}
    metrics: dict[str, Any] = {}
    not_validated: tuple[str, ...] = ()
    card: str | None = None

    def quality(self, indicator: str) -> dict[str, Any] | None:
        """Return the measured quality of one indicator, where there is one."""
        measured = self.metrics.get("indicators", {}).get(indicator)
        return measured if isinstance(measured, dict) else None


def read_model_info(models_dir: Path, version: str) -> ModelInfo:
    """Return what is published of a version that was loaded.

    Raises:
        ArtefactError: There is no manifest, or it is not valid JSON.
    """
    directory = models_dir / version
    card = directory / CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else None
    return ModelInfo.model_validate({**read_manifest(directory), "card": text})
