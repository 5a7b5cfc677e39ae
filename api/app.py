"""Puts the service together."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.keys import KeyRing
from api.logs import configure_logs
from api.memory import settle_memory
from api.metrics import Metrics, forget_dead_workers, forget_this_worker
from api.middleware import RequestFrame
from api.openapi import document
from api.problems import ProblemError, on_http_exception, on_invalid_request, on_problem
from api.rate import RateLimiter
from api.routes import assess, health, knowledge
from api.security import Gate
from api.serving import load_serving
from api.settings import ServiceSettings, read_settings
from triage.errors import TriageError

_log = structlog.get_logger("triage.service")

_DESCRIPTION = """
Flags signs of online harm in children's-services case notes, with the exact words, for a person to review.
It never scores a child, and a note without flags is not evidence that there is no risk.
Offsets are given in Unicode code points (`start`, `end`) and in UTF-16 code units (`start_utf16`, `end_utf16`).
"""


def create_app(
    settings: ServiceSettings | None = None,
    *,
    routers: Sequence[APIRouter] = (),
    checks: Sequence[Callable[[], Awaitable[None]]] = (),
) -> FastAPI:
    """Return the service.

    Args:
        settings: Read from `TRIAGE_*` where not given.
        routers: Further routes; their lifespans run within that of the service, and their routes find its parts in
            `request.app.state` (`settings`, `serving`, `gate`, `metrics`).
        checks: What else must hold for the service to be ready; each raises a problem where it does not.
    """
    configure_logs()
    settings = settings or read_settings()
    metrics = Metrics()
    app = FastAPI(
        title="Case-note triage",
        version=version("case-note-triage"),
        summary="Flags signs of online harm in case notes, for a person to review.",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        exception_handlers={
            ProblemError: on_problem,
            HTTPException: on_http_exception,
            RequestValidationError: on_invalid_request,
        },
    )
    app.state.settings = settings
    app.state.metrics = metrics
    app.state.serving = None
    app.state.checks = checks
    limiter = RateLimiter(rate=settings.rate_notes, burst=settings.rate_burst, directory=settings.shared_dir)
    app.state.gate = Gate(KeyRing(settings.keys_file), limiter)
    for router in (assess.router, knowledge.router, health.router, *routers):
        app.include_router(router)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    app.add_middleware(RequestFrame, metrics=metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load before the first request; a fault leaves the worker alive and not ready, for the operator to see."""
    forget_dead_workers()
    try:
        app.state.serving = load_serving(app.state.settings, app.state.metrics)
    except TriageError as error:
        _log.error("not ready", code=error.code, message=str(error))
    if (serving := app.state.serving) is None:
        yield
    else:
        settle_memory()
        serving.scheduler.start()
        app.state.metrics.show_ready(serving.triager.versions)
        _log.info("ready", **serving.triager.versions.model_dump(by_alias=True))
        yield
        await serving.scheduler.stop()
    forget_this_worker()
