"""What a worker serves once knowledge and model are loaded, verified and warm."""

from dataclasses import dataclass

from api.knowledge_views import Published, indicators_view, model_view
from api.metrics import Metrics
from api.model_info import read_model_info
from api.scheduler import Scheduler
from api.settings import ServiceSettings
from triage.triager import Triager


@dataclass(frozen=True, slots=True)
class Serving:
    """Everything that answers need.

    Attributes:
        indicators: The document of `GET /v1/indicators`.
        model: The document of `GET /v1/model`.
    """

    triager: Triager
    scheduler: Scheduler
    indicators: Published
    model: Published


def load_serving(settings: ServiceSettings, metrics: Metrics) -> Serving:
    """Load, verify and warm up.

    Raises:
        TriageError: The knowledge or the promoted model must not be used.
    """
    triager = Triager.load(
        knowledge_dir=settings.knowledge_dir,
        models_dir=settings.models_dir,
        encoder_dir=settings.encoder_dir,
        max_characters=settings.max_characters,
    )
    _warm_up(triager)
    version = triager.versions.model
    info = read_model_info(settings.models_dir, version) if version else None
    return Serving(
        triager=triager,
        scheduler=Scheduler(triager, max_waiting=settings.queue_notes, observe=metrics.show_waiting),
        indicators=Published(indicators_view(triager.knowledge, triager.versions, info)),
        model=Published(model_view(triager.versions, info)),
    )


def _warm_up(triager: Triager) -> None:
    """Assess every example of the knowledge once, so that the first callers do not wait for caches to fill."""
    for indicator in triager.knowledge.indicators:
        for _ in triager.assess_many(example.text for example in indicator.examples.positive):
            pass
