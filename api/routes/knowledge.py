"""GET /v1/indicators and /v1/model: what the service can raise and what it is, cacheable by entity tag."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response

from api.knowledge_views import IndicatorsOut, ModelOut, Published
from api.openapi import problem_responses
from api.routes.assess import serving_of
from api.security import Caller, require

AnyCaller = Annotated[Caller, Depends(require())]
IfNoneMatch = Annotated[str | None, Header(description="An entity tag of an earlier answer.")]

router = APIRouter(prefix="/v1", tags=["knowledge"])
_RESPONSES = {
    304: {"description": "What the entity tag stands for is still current."},
    **problem_responses(401, 422, 429, 503),
}


@router.get("/indicators", response_model=IndicatorsOut, responses=_RESPONSES, summary="What can be raised")
async def indicators(request: Request, _caller: AnyCaller, if_none_match: IfNoneMatch = None) -> Response:
    """Return definitions, names of cues, questions, thresholds and measured quality of each indicator."""
    return _published(serving_of(request).indicators, if_none_match)


@router.get("/model", response_model=ModelOut, responses=_RESPONSES, summary="What is served")
async def model(request: Request, _caller: AnyCaller, if_none_match: IfNoneMatch = None) -> Response:
    """Return versions, digests, the model card, and what the service must not be used for."""
    return _published(serving_of(request).model, if_none_match)


def _published(document: Published, if_none_match: str | None) -> Response:
    headers = {"ETag": document.etag, "Cache-Control": "private, no-cache"}
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if document.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(document.body, headers=headers, media_type="application/json")
