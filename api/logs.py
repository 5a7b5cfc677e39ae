"""Structured logs, one JSON object a line, without note text: no bodies, no addresses, no exception messages."""

import logging
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SHOWN_FRAMES = 12


def describe(error: BaseException) -> dict[str, Any]:
    """Return what may be logged of an exception: its type and where it was raised, never its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]
    return {
        "error": type(error).__name__,
        "frames": [f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in frames],
    }


def configure_logs() -> None:
    """Send the service's own log through the standard library, where the server's log goes too."""
    structlog.configure(
        processors=[*_COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def make_formatter() -> logging.Formatter:
    """Return the formatter of every line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_COMMON,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


LOG_CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "api.logs.make_formatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {"uvicorn.access": {"handlers": [], "propagate": False}},
}
"""For `logging.config`; the server's access log, which holds addresses, is replaced by one line a request."""


def _drop_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple):
        raised = raised[1]
    return {**event, **describe(raised)} if isinstance(raised, BaseException) else event


_COMMON: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=[]),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    _drop_exception,
]
