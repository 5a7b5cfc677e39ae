"""Speed of the service with two workers on this machine, beside a route that does nothing, in the same run.

Run it with `make bench-api`, or `python -m bench.api --quick` for a first look. Everything stays on loopback, and the
load generator shares the processors with the service.
"""

import json
import os
import random
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from fastapi import APIRouter, FastAPI, Request
from rich.console import Console
from rich.table import Table

from api.app import create_app
from api.scheduler import Scheduler
from api.serving import Serving
from api.settings import read_settings
from bench.served import served
from triage.flag import Assessment
from triage.note import Note, parse_note
from triage.triager import Triager

WORDS = 200
NOTES = 500
WORKERS = 2
SAMPLES = Path("training_data/samples/notes.jsonl")
SOAK = 20_000
SOAK_SECONDS = 240
"""Longest time for each half of the soak; a slower machine sends fewer requests, and the figures say how many."""
FLAT = 0.02
"""Memory counts as flat where the second half of the soak adds no more than this share."""
TARGETS = "at least 400 requests/s and p99 below 8 times p50 at 32 connections; memory below 350 MB and flat"


@dataclass(frozen=True, slots=True)
class Bodies:
    """Files of what is sent, one body a line."""

    singles: Path
    batch: Path
    soak: Path


def make_app() -> FastAPI:
    """Return the service with a route that reads a body and does nothing."""
    router = APIRouter()

    @router.post("/nothing")
    async def nothing(request: Request) -> None:
        await request.body()

    return create_app(routers=[router])


def make_remembering_app() -> FastAPI:
    """Return the service with a library that has every answer ready: what is left is the service's own work."""

    @asynccontextmanager
    async def remember(app: FastAPI) -> AsyncIterator[None]:
        serving: Serving = app.state.serving
        scheduler = Scheduler(Remembering(serving.triager), max_waiting=1000, observe=app.state.metrics.show_waiting)
        app.state.serving = replace(serving, scheduler=scheduler)
        scheduler.start()
        yield
        await scheduler.stop()

    return create_app(routers=[APIRouter(lifespan=remember)])


class Remembering(Triager):
    """Assesses each text once.

    Args:
        triager: What assesses it.
    """

    def __init__(self, triager: Triager) -> None:
        vars(self).update(vars(triager))
        self._answers: dict[str, Assessment] = {}

    def assess_many(self, notes: Iterable[Note | str]) -> Iterator[Assessment]:
        """Return the answers, from memory where there is one."""
        for note in notes:
            text = note if isinstance(note, str) else note.text
            if text not in self._answers:
                self._answers[text] = self.assess(note)
            yield self._answers[text]

    def assess(self, note: Note | str) -> Assessment:
        """Assess a note."""
        return next(super().assess_many([note]))


def main(
    quick: Annotated[bool, typer.Option(help="A tenth of the requests.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure and print."""
    texts = sample_texts()
    with tempfile.TemporaryDirectory() as name:
        bodies = write_bodies(Path(name), texts)
        with service(Path(name), "make_remembering_app") as (url, process):
            own = measure_own_work(url, process, bodies)
        with service(Path(name), "make_app") as (url, process):
            figures = {"answers_ready_32": own} | measure(url, process, bodies, share=0.1 if quick else 1)
    figures["library_ms"] = library_milliseconds(texts)
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
    else:
        show(figures)


def sample_texts() -> list[str]:
    """Return notes of the same number of words, cut out of the sample notes."""
    words = " ".join(parse_note(line).text for line in SAMPLES.read_text("utf-8").splitlines()).split(" ")
    return [" ".join(islice(cycle(words), 37 * n, 37 * n + WORDS)) for n in range(NOTES)]


def write_bodies(directory: Path, texts: list[str]) -> Bodies:
    """Write what is sent; no two notes of the soak are the same, and each holds words that no other does."""
    draw = random.Random(1)  # noqa: S311

    def name() -> str:
        return "".join(draw.choices(string.ascii_lowercase, k=7)).title()

    bodies = Bodies(directory / "singles.jsonl", directory / "batch.jsonl", directory / "soak.jsonl")
    bodies.singles.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    bodies.batch.write_text(json.dumps({"notes": [{"text": text} for text in texts]}) + "\n")
    with bodies.soak.open("w") as file:
        for text in islice(cycle(texts), SOAK):
            file.write(json.dumps({"text": f"{text} Seen by {name()} {name()} of {name()} Street."}) + "\n")
    return bodies


@contextmanager
def service(directory: Path, app: str) -> Iterator[tuple[str, int]]:
    """Run the service without limits on a key; yield its address and process."""
    environment = {
        "TRIAGE_WORKERS": str(WORKERS),
        "TRIAGE_KEYS_FILE": str(directory / "keys.json"),
        "TRIAGE_RATE_NOTES": "1e9",
        "TRIAGE_RATE_BURST": "1000000000",
    }
    start = "from api.server import serve; from api.settings import read_settings; serve(read_settings(), app={!r})"
    with served(
        start.format(f"bench.api:{app}"), environment, log=directory / "log", is_ready=all_workers_ready
    ) as running:
        yield running


def all_workers_ready(url: str) -> bool:
    """Whether every worker says that it is ready."""
    return f"triage_ready_workers {WORKERS}.0" in httpx.get(f"{url}/metrics").text


def measure(url: str, process: int, bodies: Bodies, *, share: float) -> dict[str, Any]:
    """Return all figures of the service.

    Args:
        url: Its address.
        process: Its parent process.
        bodies: What to send.
        share: Part of the full number of requests.
    """
    run = partial(measured_load, process, url)
    half = {"connections": 32, "seconds": SOAK_SECONDS, "requests": int(SOAK * share) // 2}
    run("/v1/assess", bodies.singles, connections=32, seconds=5 * share)
    return {
        "nothing_32": run("/nothing", bodies.singles, connections=32, seconds=10 * share),
        "assess_32": run("/v1/assess", bodies.singles, connections=32, seconds=20 * share),
        "assess_128": run("/v1/assess", bodies.singles, connections=128, seconds=20 * share),
        "batch_4": run("/v1/assess/batch", bodies.batch, connections=4, seconds=120, requests=4 + int(16 * share)),
        "soak_first_half": run("/v1/assess", bodies.soak, **half),
        "soak_second_half": run("/v1/assess", bodies.soak, **half, skip=half["requests"]),
    }


def measure_own_work(url: str, process: int, bodies: Bodies) -> dict[str, Any]:
    """Return the figures of a service whose library has every answer ready."""
    run = partial(measured_load, process, url, "/v1/assess", bodies.singles, connections=32)
    run(seconds=60, requests=3 * WORKERS * NOTES)
    return run(seconds=10)


def measured_load(process: int, url: str, path: str, sent: Path, **options: Any) -> dict[str, Any]:
    """Run the load generator; add the workers' processor time a request, and their memory afterwards."""
    before = processor_seconds(process)
    result = load(url, path, sent, **options)
    result["processor_ms"] = 1000 * (processor_seconds(process) - before) / result["all_requests"]
    result["megabytes"] = memory(process)
    return result


def load(url: str, path: str, bodies: Path, **options: Any) -> dict[str, Any]:
    """Run the load generator."""
    arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.load", url, path, str(bodies), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def workers(process: int) -> list[Path]:
    """Return the directory in /proc of each worker."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [
        path for path in (Path("/proc") / child for child in children) if "spawn_main" in (path / "cmdline").read_text()
    ]


def memory(process: int) -> list[float]:
    """Return the resident memory of each worker, in megabytes."""
    page = os.sysconf("SC_PAGESIZE")
    return [int((worker / "statm").read_text().split()[1]) * page / 1e6 for worker in workers(process)]


def processor_seconds(process: int) -> float:
    """Return the processor time that the workers have used."""
    fields = [(worker / "stat").read_text().rsplit(")", 1)[1].split() for worker in workers(process)]
    return sum(int(user) + int(system) for *_, user, system in (field[:13] for field in fields)) / os.sysconf(
        "SC_CLK_TCK"
    )


def library_milliseconds(texts: list[str]) -> float:
    """Return processor time a note of the library alone, in one process."""
    settings = read_settings()
    triager = Triager.load(knowledge_dir=settings.knowledge_dir, models_dir=settings.models_dir)
    notes = [Note(text) for text in texts]
    for _ in triager.assess_many(notes[:64]):
        pass
    began = time.process_time()
    for _ in triager.assess_many(notes):
        pass
    return 1000 * (time.process_time() - began) / len(notes)


def show(figures: dict[str, Any]) -> None:
    """Print the figures as a table."""
    table = Table(title=f"{WORKERS} workers, notes of {WORDS} words", show_edge=False)
    for heading in ("", "requests/s", "p50 ms", "p99 ms", "p99/p50", "processor ms", "MB a worker", "answers"):
        table.add_column(heading)
    for name, figure in figures.items():
        if isinstance(figure, dict):
            ratio = figure["p99"] / figure["p50"]
            used = f"{figure['processor_ms']:.2f}"
            rate, p50, p99 = figure["requests_per_second"], figure["p50"], figure["p99"]
            sizes = ", ".join(f"{size:.0f}" for size in figure["megabytes"])
            times = (f"{rate:.1f}", f"{p50:.1f}", f"{p99:.1f}", f"{ratio:.1f}", used)
            table.add_row(name.replace("_", " "), *times, sizes, str(figure["statuses"]))
    console = Console()
    console.print(table)
    library, batch = figures["library_ms"], figures["batch_4"]["requests_per_second"] * NOTES
    own = figures["answers_ready_32"]["processor_ms"]
    console.print(f"Processor time a note: {library:.2f} ms in the library, {own:.2f} ms in the service.")
    console.print(f"Batches: {batch:.0f} notes/s; the library in one process: {1000 / library:.0f}.")
    console.print(memory_verdict(figures))
    console.print(f"To reach: {TARGETS}.")


def memory_verdict(figures: dict[str, Any]) -> str:
    """Return what the soak says of memory."""
    halves = [figures["soak_first_half"], figures["soak_second_half"]]
    sent = sum(half["all_requests"] for half in halves)
    start, middle, end = (max(figure["megabytes"]) for figure in (figures["batch_4"], *halves))
    verdict = "flat" if end <= middle * (1 + FLAT) else "growing"
    grown = f"{start:.0f} MB before, {middle:.0f} after half of them, {end:.0f} at the end"
    return f"Memory a worker over {sent:,} requests: {grown}: {verdict}."


if __name__ == "__main__":
    typer.run(main)
