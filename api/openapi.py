"""The OpenAPI document: bodies that the routes read themselves, problems, and examples that the tests send."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.problems import MEDIA_TYPE, Problem
from api.wire import BatchIn, CaseNoteIn, NoteIn

_REFERENCE = "#/components/schemas/{model}"
_EXAMPLES = Path(__file__).parent / "examples"
_shown: set[type[BaseModel]] = {Problem}
"""Models that no route names to the framework."""


def read_examples(kind: str) -> dict[str, Any]:
    """Return examples of one kind of message by name, as OpenAPI writes them."""
    paths = sorted(_EXAMPLES.glob(f"{kind}.*.json"))
    return {path.name.split(".")[1]: {"value": json.loads(path.read_text(encoding="utf-8"))} for path in paths}


def body_of(*models: type[BaseModel], kind: str) -> dict[str, Any]:
    """Return the body that a route reads itself: in one of these forms, with the examples of this kind."""
    _shown.update(models)
    references = [{"$ref": _REFERENCE.format(model=model.__name__)} for model in models]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": read_examples(kind)}}}


NOTE_BODY = body_of(NoteIn, CaseNoteIn, kind="note")
BATCH_BODY = body_of(BatchIn, kind="batch")
NOTE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/html": {"schema": {"type": "string"}},
        }
    }
}

_PROBLEMS = {
    400: "The body is not JSON in UTF-8.",
    401: "No valid API key.",
    403: "The API key lacks the scope.",
    408: "The body took too long to arrive.",
    404: "There is no such note.",
    409: "The idempotency key came with another body before, or somebody else was first.",
    413: "The body is too large or holds too many notes.",
    415: "The body is compressed or not JSON.",
    422: "A field or parameter is missing or wrong.",
    429: "The API key sent too much; see Retry-After.",
    503: "Not ready, or too many notes are waiting; see Retry-After.",
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that a route may answer with."""
    schema = {"$ref": _REFERENCE.format(model="Problem")}
    return {
        status: {"description": _PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses
    }


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document with the models that only bodies and problems use; it is made once."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    app.openapi_schema = written = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
    )
    shown = sorted(_shown, key=lambda model: model.__name__)
    _, definitions = models_json_schema(
        [(model, "validation") for model in shown], by_alias=True, ref_template=_REFERENCE
    )
    # Added here, for the framework drops every null of an example.
    answers = written["paths"]["/v1/assess"]["post"]["responses"]["200"]["content"]["application/json"]
    answers["examples"] = read_examples("assessment")
    schemas = written.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in definitions["$defs"].items():
        schemas.setdefault(name, schema)
    return written
