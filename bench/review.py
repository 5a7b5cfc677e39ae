"""Times the queue page and a note page with 100,000 stored notes beside an empty store, on SQLite and PostgreSQL.

Run: `python -m bench.review [--notes 100000]`. The notes are the sample notes with numbers added, so that no two are
the same; two thirds of them wait in the queue. PostgreSQL is a private server in a temporary directory, left out with
a message where it is not installed.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import typer
from sqlalchemy import insert

from triage.errors import NotFound
from triage.flag import Assessment
from triage.note import Note, note_from_record
from triage.review.contents import case_digest
from triage.review.fingerprints import fingerprint
from triage.review.items import BANDS
from triage.review.people import Person, Role
from triage.review.records import QueueFilter
from triage.review.settings import ReviewSettings
from triage.review.store import ReviewStore, Transaction
from triage.review.tables import assessments, item_flags, items, note_versions, notes
from triage.review.vocabulary import ItemKind, ItemState
from triage.service import ReviewService, prepare_store
from triage.triager import Triager

SAMPLES = Path("training_data/samples/notes.jsonl")
BATCH = 2_000
NOTES_A_CASE = 5
RUNS = 41
LEAD = Person("lead", "Lead", frozenset({Role.LEAD}))

Rows = dict[str, list[dict[str, Any]]]


def main() -> None:
    """Print medians in milliseconds, the empty store beside the full one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=100_000)
    count = parser.parse_args().notes
    triager = Triager.load()
    with tempfile.TemporaryDirectory() as directory:
        for name in ("empty", "full"):
            (Path(directory) / name).mkdir()
        measure_both("SQLite", triager, lambda name: f"sqlite:///{directory}/{name}/store.sqlite3", count)
    with postgresql() as address:
        if address is None:
            typer.echo("PostgreSQL: not installed, not measured")
        else:
            measure_both("PostgreSQL", triager, address, count)


def measure_both(title: str, triager: Triager, address: Callable[[str], str], count: int) -> None:
    """Measure an empty and a full store, the runs taking turns."""
    with tempfile.TemporaryDirectory() as directory:
        services = []
        for name in ("empty", "full"):
            settings = ReviewSettings(
                database_url=address(name), key_ring=Path(directory) / f"{name}.json", blind_share=0.1
            )
            prepare_store(settings)
            services.append(ReviewService.open(settings, triager))
        empty, full = services
        started = time.perf_counter()
        fill(full._desk.store, triager, count)
        typer.echo(f"{title}: {count:,} notes written in {time.perf_counter() - started:.0f} s")
        typer.echo(f"  {'median of ' + str(RUNS):28}{'empty':>9}{f'{count:,}':>12} ms")
        for label, step in steps(full).items():
            times = [[timed(step, service) for service in services] for _ in range(RUNS)]
            small, large = (median(column) * 1000 for column in zip(*times, strict=True))
            typer.echo(f"  {label:28}{small:9.1f}{large:12.1f}")
        empty.close()
        full.close()


def steps(full: ReviewService) -> dict[str, Callable[[ReviewService], object]]:
    """Return what is timed; the note page of the empty store is a refusal and tells the cost of that."""
    page = full.queue(LEAD)
    middle = full.queue(LEAD, page=max(1, page.total // page.page_size // 2))
    item_id, case_id = middle.rows[0].item.id, middle.rows[0].case_id or ""
    return {
        "queue, first page": lambda service: service.queue(LEAD),
        "queue, one indicator": lambda service: service.queue(LEAD, filters=QueueFilter(indicator="new_phones")),
        "queue, one team": lambda service: service.queue(LEAD, filters=QueueFilter(team="team-3")),
        "queue, middle page": lambda service: service.queue(LEAD, page=middle.page),
        "case": lambda service: service.find_case(LEAD, case_id),
        "note page": lambda service: quietly(lambda: service.note_page(LEAD, item_id)),
        "claim the next": lambda service: service.claim_next(LEAD),
        "overview": lambda service: service.reports.overview(LEAD),
    }


def timed(step: Callable[[ReviewService], object], service: ReviewService) -> float:
    """Return the seconds one step takes."""
    started = time.perf_counter()
    step(service)
    return time.perf_counter() - started


def quietly(step: Callable[[], object]) -> object:
    """Return what a step gives, or its refusal."""
    try:
        return step()
    except NotFound as refusal:
        return refusal


def fill(store: ReviewStore, triager: Triager, count: int) -> None:
    """Write many notes at once, as submitting them one by one would have."""
    samples = [note_from_record(json.loads(line)) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    answers = list(triager.assess_many(samples))
    for start in range(0, count, BATCH):
        rows: Rows = {table.name: [] for table in (notes, note_versions, assessments, items, item_flags)}
        with store.writing() as tx:
            for number in range(start, min(start + BATCH, count)):
                add_rows(tx, rows, number, samples[number % len(samples)], answers[number % len(samples)])
            for table in (notes, note_versions, assessments, items, item_flags):
                tx.connection.execute(insert(table), rows[table.name])
    with store.writing() as tx:
        tx.connection.exec_driver_sql("ANALYZE")


def add_rows(tx: Transaction, rows: Rows, number: int, note: Note, answer: Assessment) -> None:
    """Add the rows of one note."""
    item_id, note_row = uuid4().hex, uuid4().hex
    case_id = f"C-{number // NOTES_A_CASE}"
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    flagged = bool(answer.flags)
    text = f"{note.text} Reference {number}."
    ids = {"note_id": f"N-{number}", "case_id": case_id}
    content = {"text": text, "case_id": case_id, "recorded_at": when.isoformat(), "author_role": None}
    answered = {
        "assessment": answer.model_copy(update=ids).model_dump(mode="json"),
        "order": answer.reading_order.model_dump(mode="json"),
    }
    named = {"id": note_row, "note_hash": tx.keys.digest("note", "bench", str(number)), "source": "bench", "latest": 1}
    version = {"id": item_id, "note": note_row, "version": 1, "digest": tx.keys.digest(text), "received_at": when}
    version |= {"consent": False, "fingerprint": fingerprint(tx.keys, note.text)}
    made = {"id": item_id, "package": answer.versions.package, "model": None, "knowledge": answer.versions.knowledge}
    rows["notes"].append(tx.seal(notes, named, ids))
    rows["note_versions"].append(tx.seal(note_versions, version, content))
    rows["assessments"].append(tx.seal(assessments, made, answered))
    rows["items"].append(
        {
            "id": item_id,
            "note": note_row,
            "case_hash": case_digest(tx.keys, case_id),
            "source": "bench",
            "team": f"team-{number % 10}",
            "restricted": number % 500 == 0,
            "kind": ItemKind.FLAGGED if flagged else ItemKind.UNFLAGGED,
            "state": ItemState.WAITING if flagged else ItemState.NOT_QUEUED,
            "open": flagged,
            "latest": True,
            "band": answer.reading_order.band,
            "rank": BANDS.index(answer.reading_order.band),
            "queued_at": when,
            "week": (when - timedelta(days=when.weekday())).date(),
            "blind": flagged and number % 10 == 0,
            "sampling_rate": None if flagged else 0.02,
            "skips": 0,
            "version": 1,
        }
    )
    for flag in answer.flags:
        row = {"item": item_id, "indicator": flag.indicator, "status": flag.status, "level": flag.level}
        rows["item_flags"].append(row)


@contextmanager
def postgresql() -> Iterator[Callable[[str], str] | None]:
    """Start a private server; yields what makes a database and returns its address."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        yield None
        return
    directory = Path(tempfile.mkdtemp(prefix="triage-bench-"))
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_postgres:
        shutil.chown(directory, "postgres")

    def run(program: str, *arguments: str) -> None:
        command = [*as_postgres, str(found[-1].with_name(program)), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603

    def make(name: str) -> str:
        run("createdb", f"--host={directory}", "--username=triage", name)
        return f"postgresql://triage@/{name}?host={directory}"

    run("initdb", "--auth=trust", "--username=triage", f"--pgdata={directory}/data")
    options = f"--options=-c listen_addresses= -c unix_socket_directories={directory}"
    run("pg_ctl", f"--pgdata={directory}/data", f"--log={directory}/log", options, "--wait", "start")
    try:
        yield make
    finally:
        run("pg_ctl", f"--pgdata={directory}/data", "--mode=fast", "--wait", "stop")
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
