"""Reads a JSON body within its limits of type, encoding, size, time and depth."""

import asyncio
import json
from email.message import Message
from functools import lru_cache
from typing import Any

from fastapi import Request

from api.problems import (
    BODY_TOO_LARGE,
    INVALID_UTF8,
    MALFORMED_JSON,
    TIMEOUT,
    UNSUPPORTED_ENCODING,
    UNSUPPORTED_TYPE,
    ProblemError,
)

MAX_DEPTH = 20
"""Levels of nesting in a body; the deepest that is asked for has 3."""
_DRAINED = 2
"""A body up to so many times its limit is received and dropped, so that its sender gets to read the answer."""
_CLOSE = {"Connection": "close"}
"""What the caller still sends is not read."""


async def read_json(request: Request, *, max_bytes: int, seconds: float) -> Any:
    """Return the decoded body.

    Args:
        request: Its headers are checked before anything is read.
        max_bytes: Size limit; what is larger is not read to its end.
        seconds: How long the caller may take to send it.

    Raises:
        ProblemError: Not JSON in UTF-8, compressed, too deep, too large, or too slow.
    """
    _check_headers(request, max_bytes)
    try:
        async with asyncio.timeout(seconds):
            raw = await _read(request, max_bytes)
    except TimeoutError:
        raise ProblemError(TIMEOUT, "Send the whole body at once.", headers=_CLOSE) from None
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


async def _read(request: Request, max_bytes: int) -> bytes:
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= max_bytes:
            body += chunk
        elif size > _DRAINED * max_bytes:
            break
    if size > max_bytes:
        raise _too_large(max_bytes)
    return bytes(body)


def _check_headers(request: Request, max_bytes: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > _DRAINED * max_bytes:
        raise _too_large(max_bytes)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise ProblemError(UNSUPPORTED_ENCODING, "Send the body without Content-Encoding.")
    _check_type(request.headers.get("content-type", ""))


@lru_cache(maxsize=64)
def _check_type(content_type: str) -> None:
    header = Message()
    header["content-type"] = content_type
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


def _too_large(max_bytes: int) -> ProblemError:
    return ProblemError(BODY_TOO_LARGE, f"Send at most {max_bytes} bytes at once.", headers=_CLOSE)


def _too_deep() -> ProblemError:
    return ProblemError(MALFORMED_JSON, f"Nested deeper than {MAX_DEPTH} levels.")
