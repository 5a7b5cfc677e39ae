"""Settings of the service: where it listens, who may call, and every limit."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from triage.errors import SettingsError
from triage.settings import Settings

MEBIBYTE = 1024 * 1024


class ServiceSettings(Settings):
    """Settings of the service, read from `TRIAGE_*`.

    Attributes:
        host: Address to listen on; other than loopback only with API keys.
        port: Port to listen on; 0 takes a free one.
        workers: Worker processes; one a core.
        keys_file: Where the hashes of API keys are kept.
        rate_notes: Notes a second that one key may send.
        rate_burst: Notes that one key may send at once.
        max_body_bytes: Size limit of the body of one note.
        max_batch_bytes: Size limit of the body of a batch.
        max_batch_notes: Notes in one batch.
        body_seconds: How long a caller may take to send its body.
        queue_notes: Notes that may wait in one worker; beyond it callers are told to come back.
        graceful_seconds: How long a stopping worker may take to finish what it accepted.
        shared_dir: What the workers of one `triage serve` share while they run; set by it, for them.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    keys_file: Path = Path("keys.json")
    rate_notes: float = Field(default=100, gt=0)
    rate_burst: int = Field(default=1_000, ge=1)
    max_body_bytes: int = Field(default=MEBIBYTE, ge=1_024)
    max_batch_bytes: int = Field(default=16 * MEBIBYTE, ge=1_024)
    max_batch_notes: int = Field(default=500, ge=1, le=500)
    body_seconds: float = Field(default=20, gt=0)
    queue_notes: int = Field(default=1_000, ge=1)
    graceful_seconds: int = Field(default=30, ge=1)
    shared_dir: Path | None = None


def read_settings(**given: Any) -> ServiceSettings:
    """Return the settings of the environment, with what was given instead where it was.

    Raises:
        SettingsError: A variable has a value that it cannot have.
    """
    try:
        return ServiceSettings(**given)
    except ValidationError as error:
        faults = [(f"TRIAGE_{fault['loc'][-1]}".upper(), fault["msg"]) for fault in error.errors(include_input=False)]
        where, message = faults[0]
        raise SettingsError(message, code="invalid_setting", where=where) from None
