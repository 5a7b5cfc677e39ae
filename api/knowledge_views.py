"""What the service tells about itself: the indicators it can raise, the model, and what it must not be used for."""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from srsly.ruamel_yaml import YAML

from api.model_info import ModelInfo
from triage.flag import Frozen, Level, Versions
from triage.knowledge.schemas import Indicator, Knowledge

USES = Path(__file__).parent / "uses.yaml"


class CueView(Frozen):
    """A cue's name and what it describes; the phrases themselves stay in the knowledge files."""

    id: str
    level: Level


class IndicatorView(Frozen):
    """One indicator as integrators see it.

    Attributes:
        threshold: Probability from which the model raises it; None where no model is served.
        quality: Its measured quality, as the manifest of the model gives it.
        validated: Whether there were enough examples to measure it; None where no model is served.
    """

    id: str
    name: str
    family: str
    strength: str
    categories: tuple[str, ...]
    definition: str
    harm_described: str
    warning_sign: str
    follow_up: tuple[str, ...]
    sources: tuple[str, ...]
    cues: tuple[CueView, ...]
    threshold: float | None
    quality: dict[str, Any] | None
    validated: bool | None


class IndicatorsOut(Frozen):
    """All indicators."""

    versions: Versions
    indicators: tuple[IndicatorView, ...]


class ModelOut(Frozen):
    """What is served, and its limits.

    Attributes:
        served: Whether flags come from the knowledge only, or from the knowledge and a model.
        model: None where no model is promoted.
        intended_use: What it is made for.
        must_not_be_used_for: What it must not be used for.
    """

    served: str
    versions: Versions
    model: ModelInfo | None
    intended_use: tuple[str, ...]
    must_not_be_used_for: tuple[str, ...]


class Published:
    """A document that changes only with the served version, with its entity tag.

    Args:
        document: What is published.
    """

    def __init__(self, document: BaseModel) -> None:
        self.body = document.model_dump_json().encode()
        self.etag = f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


def indicators_view(knowledge: Knowledge, versions: Versions, info: ModelInfo | None) -> IndicatorsOut:
    """Return all indicators, with thresholds and measured quality where a model is served."""
    return IndicatorsOut(
        versions=versions, indicators=tuple(_indicator(indicator, info) for indicator in knowledge.indicators)
    )


def model_view(versions: Versions, info: ModelInfo | None) -> ModelOut:
    """Return what is served, and its limits."""
    uses: Any = YAML(typ="safe").load(USES)
    return ModelOut(
        served="knowledge and model" if info else "knowledge only",
        versions=versions,
        model=info,
        intended_use=tuple(uses["intended_use"]),
        must_not_be_used_for=tuple(uses["must_not_be_used_for"]),
    )


def _indicator(indicator: Indicator, info: ModelInfo | None) -> IndicatorView:
    return IndicatorView(
        id=indicator.id,
        name=indicator.name,
        family=indicator.family.value,
        strength=indicator.strength.value,
        categories=tuple(category.value for category in indicator.categories),
        definition=indicator.definition,
        harm_described=indicator.harm_described,
        warning_sign=indicator.warning_sign,
        follow_up=indicator.follow_up,
        sources=indicator.sources,
        cues=tuple(CueView(id=cue.id, level=cue.level) for cue in indicator.cues),
        threshold=info.thresholds.get(indicator.id) if info else None,
        quality=info.quality(indicator.id) if info else None,
        validated=indicator.id not in info.not_validated if info else None,
    )
