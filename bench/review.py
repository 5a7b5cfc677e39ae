"""Times the review pages over HTTP with 100,000 stored notes beside a store of one note, on SQLite and PostgreSQL.

Run: `python -m bench.review [--notes 100000]`. Each store has its own `triage serve` with one worker, and requests take
turns between the two. PostgreSQL is a private server in a temporary directory, left out with a message where it is not
installed.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import httpx
import typer

from api.review.sign_in import SECRET_HEADER
from bench.filled_store import fill
from bench.served import served
from triage.note import Note
from triage.review.people import Person, Role
from triage.review.records import Submission
from triage.review.settings import ReviewSettings
from triage.service import ReviewService, prepare_store
from triage.triager import Triager

RUNS = 41
AIM = 150
"""Milliseconds that the median of a page should not take longer than."""
SECRET = "for this benchmark only, on this machine"  # noqa: S105
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
NOTE = re.compile(r'href="/review/notes/([0-9a-f]{32})"')
CASE = re.compile(r"Case (\S+?)</span>")
SYSTEM = Person("bench", "Benchmark", frozenset({Role.SYSTEM}))
TEXT = "YP has a second phone and will not say who bought it. A man from a game sends her gifts."

Step = Callable[["Reader"], httpx.Response]


class Reader:
    """A lead with a browser, and what to ask for on the store that is behind it."""

    def __init__(self, url: str) -> None:
        headers = {SECRET_HEADER: SECRET, "X-Forwarded-User": "lead", "X-Forwarded-Groups": "triage-lead"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=60, follow_redirects=True)
        page = self.get("/review/").text
        self._csrf = CSRF.findall(page)[0]
        pages = int((re.findall(r"Page 1 of (\d+)", page) or ["1"])[0])
        self.middle = max(1, pages // 2)
        page = self.get(f"/review/?page={self.middle}").text
        self.item_id, self.case_id = NOTE.findall(page)[0], CASE.findall(page)[0]
        self.sent = 0

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._client.get(path)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Submit a form."""
        return self._client.post(path, data={"csrf": self._csrf, **fields})

    def store(self) -> httpx.Response:
        """Send a new note."""
        self.sent += 1
        note = {"id": f"new-{self.sent}", "text": f"{TEXT} Message {self.sent}."}
        return self._client.post("/v1/notes", json={"source": "new", "note": note})


STEPS: dict[str, Step] = {
    "queue": lambda reader: reader.get("/review/"),
    "queue, middle page": lambda reader: reader.get(f"/review/?page={reader.middle}"),
    "queue, one indicator": lambda reader: reader.get("/review/?indicator=new_phones"),
    "queue, indicator and state": lambda reader: reader.get("/review/?indicator=new_phones&state=waiting"),
    "queue, one team": lambda reader: reader.get("/review/?team=team-3"),
    "queue, older than 30 days": lambda reader: reader.get("/review/?days=30"),
    "queue, settled notes": lambda reader: reader.get("/review/?state=agreed"),
    "note": lambda reader: reader.get(f"/review/notes/{reader.item_id}"),
    "find a case": lambda reader: reader.post("/review/search", case_id=reader.case_id),
    "evidence of a case": lambda reader: reader.get(f"/review/notes/{reader.item_id}/bundle"),
    "overview": lambda reader: reader.get("/review/overview"),
    "notices": lambda reader: reader.get("/review/notices"),
    "take a note (2 requests)": lambda reader: reader.post("/review/next"),
    "POST /v1/notes": lambda reader: reader.store(),
}


def main() -> None:
    """Print medians in milliseconds, the store of one note beside the full one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=100_000)
    count = parser.parse_args().notes
    triager = Triager.load()
    with tempfile.TemporaryDirectory() as directory:
        measure("SQLite", triager, lambda name: f"sqlite:///{directory}/{name}.sqlite3", count)
    with postgresql() as server:
        if server is None:
            typer.echo("PostgreSQL: not installed, not measured")
        else:
            measure("PostgreSQL", triager, server.create, count, settle=server.vacuum)


def measure(
    title: str,
    triager: Triager,
    address: Callable[[str], str],
    count: int,
    *,
    settle: Callable[[str], None] = lambda _name: None,
) -> None:
    """Fill a store, serve it beside one with a single note, and print what each page takes."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as servers:
        readers = []
        for name, notes in (("one", 0), ("full", count)):
            settings = ReviewSettings(database_url=address(name), key_ring=Path(directory) / f"{name}.json")
            prepare(settings, triager, notes)
            settle(name)
            readers.append(Reader(servers.enter_context(serving(settings, Path(directory)))))
        typer.echo(f"{title:14}{'median of ' + str(RUNS):16}{'1 note':>9}{f'{count:,}':>12} ms")
        for label, step in STEPS.items():
            times = [[timed(step, reader) for reader in readers] for _ in range(RUNS)]
            small, large = (median(column) * 1000 for column in zip(*times, strict=True))
            typer.echo(f"  {label:28}{small:9.1f}{large:12.1f}{'  over the aim' if large > AIM else ''}")


def prepare(settings: ReviewSettings, triager: Triager, notes: int) -> None:
    """Make a store with one note that was submitted, and many that were written at once."""
    prepare_store(settings)
    service = ReviewService.open(settings, triager)
    service.submit(SYSTEM, Submission("bench", Note(TEXT, id="N-first", case_id="C-first"), restricted=False))
    if notes:
        fill(service._desk.store, triager, notes)
    service.close()


def timed(step: Step, reader: Reader) -> float:
    """Return the seconds one step takes."""
    started = time.perf_counter()
    step(reader).raise_for_status()
    return time.perf_counter() - started


@contextmanager
def serving(settings: ReviewSettings, directory: Path) -> Iterator[str]:
    """Run `triage serve` on a store and yield its address."""
    environment = {
        "TRIAGE_DATABASE_URL": settings.database_url,
        "TRIAGE_KEY_RING": str(settings.key_ring),
        "TRIAGE_SIGN_IN": "proxy",
        "TRIAGE_PROXY_SECRET": SECRET,
        "TRIAGE_SECURE_COOKIES": "false",
        "TRIAGE_KEYS_FILE": str(directory / "keys.json"),
        # Without a model: what is measured is the store, and the full one was filled without as well.
        "TRIAGE_MODELS_DIR": str(directory),
        "TRIAGE_WORKERS": "1",
        "TRIAGE_SESSION_SECRET": SECRET,
    }
    code = "from triage.cli import app; app(['serve'])"
    log = settings.key_ring.with_suffix(".log")
    with served(
        code, environment, log=log, is_ready=lambda url: httpx.get(f"{url}/health/ready").is_success
    ) as running:
        yield running[0]


class PostgreSql:
    """A private server on a socket in a directory.

    Args:
        initdb: The program that makes it; the others lie beside.
        directory: Belongs to the account that may run them.
    """

    def __init__(self, initdb: Path, directory: Path) -> None:
        self._programs = initdb.parent
        self._directory = directory
        self._data = f"--pgdata={directory}/data"

    def start(self) -> None:
        """Make the server and start it."""
        self._run("initdb", "--auth=trust", "--username=triage", self._data)
        options = f"--options=-c listen_addresses= -c unix_socket_directories={self._directory}"
        self._run("pg_ctl", self._data, f"--log={self._directory}/log", options, "--wait", "start")

    def stop(self) -> None:
        """Stop the server."""
        self._run("pg_ctl", self._data, "--mode=fast", "--wait", "stop")

    def create(self, name: str) -> str:
        """Make a database and return its address."""
        self._run("createdb", f"--host={self._directory}", "--username=triage", name)
        return f"postgresql://triage@/{name}?host={self._directory}"

    def vacuum(self, name: str) -> None:
        """Do at once what the server's own housekeeping does soon after many notes came in."""
        self._run("vacuumdb", "--analyze", f"--host={self._directory}", "--username=triage", "--quiet", name)

    def _run(self, program: str, *arguments: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_postgres, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603


@contextmanager
def postgresql() -> Iterator[PostgreSql | None]:
    """Run a private server where PostgreSQL is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        yield None
        return
    directory = Path(tempfile.mkdtemp(prefix="triage-bench-"))
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
    server = PostgreSql(found[-1], directory)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
