"""Batches the notes that wait in a worker: bounded, fair between requests, and finished before the worker stops."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import structlog

from api.logs import describe
from api.problems import OVERLOADED, come_back
from triage.flag import Assessment, Cause
from triage.note import Note
from triage.triager import Triager

Finished = TypeVar("Finished")

_log = structlog.get_logger("triage.scheduler")

STEP_NOTES = 16
"""Notes assessed between two looks at the network."""
STEP_CHARACTERS = 40_000
"""The same in characters, for long notes."""


@dataclass(eq=False)
class _Job:
    """The notes of one request, and what has become of them."""

    notes: Sequence[Note]
    finish: Callable[[int, Assessment], Any]
    done: asyncio.Future[list[Any]]
    finished: list[Any] = field(default_factory=list)

    @property
    def waiting(self) -> Sequence[Note]:
        return self.notes[len(self.finished) :]

    def take(self, assessments: Iterable[Assessment]) -> bool:
        """Finish the next notes and return whether there are more; what goes wrong here is this request's alone."""
        try:
            for assessment in assessments:
                self.finished.append(self.finish(len(self.finished), assessment))
        except Exception as error:
            if not self.done.done():
                self.done.set_exception(error)
        else:
            if not self.waiting and not self.done.done():
                self.done.set_result(self.finished)
        return not self.done.done()


class Scheduler:
    """Assesses what is queued, several requests' notes together, in one task.

    The work runs in the event loop itself: it holds the interpreter's lock anyway, and a thread would only make the
    loop wait for it. A step is short, and the loop serves the network between two steps.

    Args:
        triager: What assesses the notes.
        max_waiting: Notes that may wait.
        observe: Told how many are waiting whenever that changes.
    """

    def __init__(self, triager: Triager, *, max_waiting: int, observe: Callable[[int], None]) -> None:
        self._triager = triager
        self._max_waiting = max_waiting
        self._observe = observe
        self._jobs: deque[_Job] = deque()
        self._arrival = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._waiting = 0

    async def assess(self, notes: Sequence[Note], *, finish: Callable[[int, Assessment], Finished]) -> list[Finished]:
        """Assess the notes of one request.

        Args:
            notes: In the order in which the results are wanted.
            finish: Makes the result of a note, by its place; called as soon as there is an assessment, which need not
                be kept then, and in small numbers between two looks at the network.

        Raises:
            ProblemError: Too many notes are waiting already.
        """
        if self._waiting + len(notes) > self._max_waiting:
            raise come_back(OVERLOADED, "Send the same request again after Retry-After seconds.")
        job = _Job(notes, finish, asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self._change(len(notes))
        self._arrival.set()
        return await job.done

    def start(self) -> None:
        """Begin to assess."""
        self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Finish what was accepted, then end."""
        if accepted := [job.done for job in self._jobs]:
            await asyncio.wait(accepted)
        if self._worker is not None:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker

    async def _work(self) -> None:
        while True:
            await self._arrival.wait()
            while self._jobs:
                self._step()
                await asyncio.sleep(0)
            self._arrival.clear()

    def _step(self) -> None:
        """Assess a few notes; the requests take turns, so that a large batch delays nobody much."""
        shares: list[tuple[_Job, list[Note]]] = []
        notes = characters = 0
        while self._jobs and notes < STEP_NOTES and characters < STEP_CHARACTERS:
            job = self._jobs.popleft()
            share = list(_short(job.waiting, STEP_NOTES - notes, STEP_CHARACTERS - characters))
            notes += len(share)
            characters += sum(len(note.text) for note in share)
            shares.append((job, share))
        assessments = iter(self._assess([note for _, share in shares for note in share]))
        for job, share in shares:
            before = len(job.waiting)
            more = job.take(list(islice(assessments, len(share))))
            if more:
                self._jobs.append(job)
            self._change((len(job.waiting) if more else 0) - before)

    def _change(self, notes: int) -> None:
        self._waiting += notes
        self._observe(self._waiting)

    def _assess(self, notes: Sequence[Note]) -> list[Assessment]:
        try:
            return list(self._triager.assess_many(notes))
        except Exception:  # One note must not fail the requests of others.
            return [self._assess_alone(note) for note in notes]

    def _assess_alone(self, note: Note) -> Assessment:
        try:
            return self._triager.assess(note)
        except Exception as error:  # A failure must look like one: a person reads the note.
            _log.error("note not assessed", **describe(error))
            return self._triager.not_assessed(note, Cause.INTERNAL_ERROR)


def _short(notes: Sequence[Note], most: int, characters: int) -> Iterator[Note]:
    """Yield the first notes up to a number and a total length, at least one."""
    for note in notes[:most]:
        yield note
        characters -= len(note.text)
        if characters <= 0:
            return
