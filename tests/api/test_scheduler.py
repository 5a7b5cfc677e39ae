"""The queue of a worker: everybody gets the own answers, in bounded numbers, and what was accepted is finished."""

import asyncio
from collections.abc import Iterator

import pytest

from api.problems import ProblemError
from api.scheduler import Scheduler
from triage.flag import Assessment
from triage.note import Note
from triage.triager import Triager

WORDS = ["phone", "parcel", "game", "picture", "school", "bus"]


def notes_of(request: int, count: int) -> list[Note]:
    return [Note(f"Note {n} of {request}: YP has a second {WORDS[n % 6]}.", id=f"{request}-{n}") for n in range(count)]


def keep(_place: int, assessment: Assessment) -> Assessment:
    return assessment


class Observed:
    def __init__(self) -> None:
        self.waiting: list[int] = []

    def __call__(self, waiting: int) -> None:
        self.waiting.append(waiting)


def test_answers_belong_to_their_questions_whatever_stands_beside_them(triager: Triager) -> None:
    observed = Observed()

    async def run() -> list[list[Assessment]]:
        scheduler = Scheduler(triager, max_waiting=1000, observe=observed)
        scheduler.start()
        answers = await asyncio.gather(*(scheduler.assess(notes_of(n, 1 + 7 * n % 40), finish=keep) for n in range(20)))
        await scheduler.stop()
        return answers

    for request, assessments in enumerate(asyncio.run(run())):
        assert assessments == list(triager.assess_many(notes_of(request, 1 + 7 * request % 40)))
    assert observed.waiting[-1] == 0


def test_beyond_the_bound_callers_are_told_to_come_back(triager: Triager) -> None:
    async def run() -> None:
        scheduler = Scheduler(triager, max_waiting=10, observe=Observed())
        accepted = asyncio.create_task(scheduler.assess(notes_of(0, 10), finish=keep))
        await asyncio.sleep(0)
        with pytest.raises(ProblemError) as caught:
            await scheduler.assess(notes_of(1, 1), finish=keep)
        assert caught.value.kind.slug == "overloaded"
        assert caught.value.headers["Retry-After"] == "1"
        scheduler.start()
        assert len(await accepted) == 10
        assert len(await scheduler.assess(notes_of(1, 10), finish=keep)) == 10
        await scheduler.stop()

    asyncio.run(run())


def test_stopping_finishes_what_was_accepted(triager: Triager) -> None:
    async def run() -> list[Assessment]:
        scheduler = Scheduler(triager, max_waiting=1000, observe=Observed())
        scheduler.start()
        accepted = asyncio.create_task(scheduler.assess(notes_of(0, 100), finish=keep))
        await asyncio.sleep(0)
        await scheduler.stop()
        assert accepted.done()
        return accepted.result()

    assert [assessment.note_id for assessment in asyncio.run(run())] == [f"0-{n}" for n in range(100)]


def test_large_batch_does_not_hold_up_a_single_note(triager: Triager) -> None:
    finished: list[str] = []

    async def submit(scheduler: Scheduler, name: str, count: int) -> None:
        await scheduler.assess(notes_of(0, count), finish=keep)
        finished.append(name)

    async def run() -> None:
        scheduler = Scheduler(triager, max_waiting=1000, observe=Observed())
        batch = asyncio.create_task(submit(scheduler, "batch", 300))
        await asyncio.sleep(0)
        single = asyncio.create_task(submit(scheduler, "single", 1))
        await asyncio.sleep(0)
        scheduler.start()
        await asyncio.gather(batch, single)
        await scheduler.stop()

    asyncio.run(run())
    assert finished == ["single", "batch"]


def test_one_failing_note_fails_alone(triager: Triager) -> None:
    class Failing(Triager):
        def assess_many(self, notes: object) -> Iterator[Assessment]:
            taken = list(notes)  # type: ignore[call-overload]
            if any(note.id == "0-3" for note in taken):
                raise RuntimeError("its text")
            return super().assess_many(taken)

    failing = Failing.__new__(Failing)
    vars(failing).update(vars(triager))

    async def run() -> list[Assessment]:
        scheduler = Scheduler(failing, max_waiting=100, observe=Observed())
        scheduler.start()
        assessments = await scheduler.assess(notes_of(0, 6), finish=keep)
        await scheduler.stop()
        return assessments

    assessments = asyncio.run(run())
    assert [assessment.cause for assessment in assessments] == [None, None, None, "internal_error", None, None]
    assert assessments[0] == triager.assess(notes_of(0, 1)[0])


def test_a_result_that_cannot_be_made_fails_its_own_request(triager: Triager) -> None:
    observed = Observed()

    def fail(place: int, assessment: Assessment) -> str | None:
        return {0: assessment.note_id}[place]

    async def run() -> None:
        scheduler = Scheduler(triager, max_waiting=1000, observe=observed)
        faulty = asyncio.create_task(scheduler.assess(notes_of(0, 40), finish=fail))
        sound = asyncio.create_task(scheduler.assess(notes_of(1, 40), finish=keep))
        await asyncio.sleep(0)
        scheduler.start()
        assert [assessment.note_id for assessment in await sound] == [f"1-{n}" for n in range(40)]
        with pytest.raises(KeyError):
            await faulty
        assert len(await scheduler.assess(notes_of(2, 1), finish=keep)) == 1
        await scheduler.stop()

    asyncio.run(run())
    assert observed.waiting[-1] == 0


def test_results_are_made_while_the_rest_still_waits(triager: Triager) -> None:
    observed, made_at = Observed(), []

    async def run() -> None:
        scheduler = Scheduler(triager, max_waiting=1000, observe=observed)
        scheduler.start()
        await scheduler.assess(notes_of(0, 100), finish=lambda *_: made_at.append(observed.waiting[-1]))
        await scheduler.stop()

    asyncio.run(run())
    assert made_at[0] == 100 and made_at[-1] < 20
