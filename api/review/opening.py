"""Keeps the store open: opens it, notices when it can no longer be used, and opens it again once it can."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool

from api.problems import STORE_UNAVAILABLE, ProblemError, come_back
from api.review.site import Desk
from api.serving import Serving
from triage.errors import TriageError
from triage.review.settings import ReviewSettings
from triage.service import ReviewService
from triage.triager import Triager

CHECK_SECONDS = 10
"""Between two checks of a worker; whoever asks whether it is ready causes one more."""

_log = structlog.get_logger("triage.review")


class Opening:
    """The store of one worker, from its start to its end.

    Args:
        desk: Where the open store is put.
        settings: Which store.
    """

    def __init__(self, desk: Desk, settings: ReviewSettings) -> None:
        self._desk = desk
        self._settings = settings
        self._triager: Triager | None = None
        self._checking = asyncio.Lock()
        self._fault: str | None = None

    def router(self) -> APIRouter:
        """Return a router without routes, whose lifespan opens the store, keeps it open, and closes it."""
        return APIRouter(lifespan=self._lifespan)

    async def check(self) -> None:
        """Raise a problem where the store cannot be used now; a fault is logged when it begins.

        Raises:
            ProblemError: The store cannot be used; it is tried again from time to time.
        """
        if self._triager is None:
            return
        async with self._checking:
            try:
                await run_in_threadpool(self._open, self._triager)
            except TriageError as error:
                if self._fault != error.code:
                    _log.error("review not ready", code=error.code, message=str(error))
                self._fault = error.code
                raise come_back(STORE_UNAVAILABLE, f"{_sentence(error.message)}.", seconds=CHECK_SECONDS) from None
            if self._fault is not None:
                _log.info("review ready again")
            self._fault = None

    def _open(self, triager: Triager) -> None:
        if (service := self._desk.service) is not None:
            try:
                return service.ping()
            except TriageError:
                self._close()
        self._desk.service = ReviewService.open(self._settings, triager)
        return None

    def _close(self) -> None:
        if (service := self._desk.service) is not None:
            self._desk.service = None
            service.close()

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        # Within the service's own lifespan: the store works with what the service has loaded.
        serving: Serving | None = app.state.serving
        if serving is None:
            yield
            return
        self._triager, self._desk.knowledge = serving.triager, serving.triager.knowledge
        keeping = asyncio.create_task(self._keep())
        try:
            with contextlib.suppress(ProblemError):
                await self.check()
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            self._close()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            # It is in the log already, and the next check may find the store mended.
            with contextlib.suppress(ProblemError):
                await self.check()


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:]
