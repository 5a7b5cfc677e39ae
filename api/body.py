"""Reads a JSON body within its limits of type, encoding, size, time and depth."""

import asyncio
import json
from email.message import Message
from typing import Any

from fastapi import Request

from api.problems import (
    INVALID_UTF8,
    MALFORMED_JSON,
    TIMEOUT,
    UNSUPPORTED_ENCODING,
    UNSUPPORTED_TYPE,
    ProblemError,
)

MAX_DEPTH = 20
"""Levels of nesting in a body; the deepest that is asked for has 3."""


async def read_json(request: Request, *, seconds: float) -> Any:
    """Return the decoded body; the size limit is the route's `max_body_size`.

    Args:
        request: Its headers are checked before anything is read.
        seconds: How long the caller may take to send it.

    Raises:
        ProblemError: Not JSON in UTF-8, compressed, too deep, or too slow.
    """
    _check_headers(request)
    try:
        async with asyncio.timeout(seconds):
            raw = await request.body()
    except TimeoutError:
        raise ProblemError(TIMEOUT, "Send the whole body at once.", headers={"Connection": "close"}) from None
    return parse_json(raw)


def parse_json(raw: bytes) -> Any:
    """Decode bytes as JSON in strict UTF-8.

    Raises:
        ProblemError: Not UTF-8, not JSON, or too deep.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(INVALID_UTF8, f"The byte at {error.start} is not UTF-8.") from None
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise ProblemError(MALFORMED_JSON, f"Not JSON at character {error.pos}.") from None
    except ValueError:
        raise ProblemError(MALFORMED_JSON, "Holds a number that is out of range.") from None
    _check_depth(value)
    return value


def _check_headers(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise ProblemError(UNSUPPORTED_ENCODING, "Send the body without Content-Encoding.")
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = header.get_param("charset", "utf-8")
    if header.get_content_type() != "application/json":
        raise ProblemError(UNSUPPORTED_TYPE, "Send Content-Type: application/json.")
    if not isinstance(charset, str) or charset.strip().lower() not in ("utf-8", "utf8"):
        raise ProblemError(UNSUPPORTED_TYPE, "Send JSON in UTF-8.")


def _refuse_constant(_name: str) -> None:
    raise ValueError


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise _too_deep()


def _children(value: Any) -> list[Any]:
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in found if isinstance(child, dict | list)]


def _too_deep() -> ProblemError:
    return ProblemError(MALFORMED_JSON, f"Nested deeper than {MAX_DEPTH} levels.")
