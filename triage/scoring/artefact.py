"""Loads model versions (interim)."""

from pathlib import Path

from triage.knowledge.schemas import Knowledge
from triage.scoring.scorer import Scorer


def load_promoted(models_dir: Path, knowledge: Knowledge) -> Scorer | None:
    """Load the promoted model; None where there is none."""
    return None
