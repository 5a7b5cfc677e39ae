"""GET /health/live, /health/ready and /metrics: for whoever runs the service; not to be exposed outside."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.openapi import problem_responses
from api.routes.assess import serving_of
from triage.flag import Frozen, Versions

router = APIRouter(tags=["operations"])


class Live(Frozen):
    """The worker answers."""

    status: Literal["live"] = "live"


class Ready(Frozen):
    """Knowledge and model are loaded, verified and warm."""

    status: Literal["ready"] = "ready"
    versions: Versions


@router.get("/health/live", summary="Does the worker answer")
async def live() -> Live:
    """Return 200 while the worker answers, whatever it has loaded."""
    return Live()


@router.get("/health/ready", responses=problem_responses(503), summary="Can the worker assess")
async def ready(request: Request) -> Ready:
    """Return 200 only when knowledge and model are loaded, verified and warm, and the review store can be used.

    Without review pages there is no store, and none is asked for.
    """
    serving = serving_of(request)
    for check in request.app.state.checks:
        await check()
    return Ready(versions=serving.triager.versions)


@router.get("/metrics", response_class=Response, summary="Prometheus metrics")
async def metrics(request: Request) -> Response:
    """Return latency, flags by indicator, causes of not assessed notes, queue length and versions."""
    return Response(request.app.state.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})
