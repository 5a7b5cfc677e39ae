"""The real server, killed while 200 people and systems work with it: what it acknowledged is there, nothing is half."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from api.review.sign_in import SECRET_HEADER
from triage.review.settings import ReviewSettings
from triage.review.tables import audit, item_flags, items, outcomes, replays, tallies, votes
from triage.review.tallies import recount

WORKERS = 200
ENOUGH = 400
"""Acknowledgements after which the server is killed."""
SECRET = "a secret that only the proxy and the pages know"
COMMAND = [sys.executable, "-c", "from triage.cli import main; main()"]
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')
DECIDE = re.compile(r'/decide" class="decision">.*?name="indicator" value="([^"]+)"', re.DOTALL)


class Server:
    """`triage serve` with two worker processes."""

    def __init__(self, settings: ReviewSettings, directory: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | {
            "TRIAGE_DATABASE_URL": settings.database_url,
            "TRIAGE_KEY_RING": str(settings.key_ring),
            "TRIAGE_BLIND_SHARE": "0",
            "TRIAGE_SAMPLE_RATE": "0",
            "TRIAGE_SIGN_IN": "proxy",
            "TRIAGE_PROXY_SECRET": SECRET,
            "TRIAGE_SESSION_SECRET": "s" * 32,
            "TRIAGE_SECURE_COOKIES": "false",
            "TRIAGE_KEYS_FILE": str(directory / "keys.json"),
            "TRIAGE_MODELS_DIR": str(directory),
            "TRIAGE_PORT": str(port),
            "TRIAGE_WORKERS": "2",
            "TRIAGE_RATE_NOTES": "1e6",
            "TRIAGE_RATE_BURST": "1000000",
            # What a killed server leaves behind goes with the test's own files.
            "TMPDIR": str(directory),
        }
        self.log = directory / f"log-{port}.jsonl"

    @contextmanager
    def running(self) -> Iterator[None]:
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [*COMMAND, "serve"],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own, so that killing it kills the workers at the same moment.
                start_new_session=True,
            )
        self.group = process.pid
        try:
            self._wait_until_ready()
            yield
        finally:
            self.kill()
            process.wait(timeout=60)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)

    def _wait_until_ready(self) -> None:
        for _ in range(600):
            try:
                if httpx.get(f"{self.url}/health/ready").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def client(self, person: str = "") -> httpx.AsyncClient:
        named = {SECRET_HEADER: SECRET, "X-Forwarded-User": person, "X-Forwarded-Groups": "triage-reviewer"}
        return httpx.AsyncClient(base_url=self.url, headers=named if person else {}, timeout=60)


class Witness:
    """Keeps what the server acknowledged, and kills it when that is enough."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.heard: list[tuple[str, ...]] = []

    def hear(self, *words: str) -> None:
        self.heard.append(words)
        if len(self.heard) >= ENOUGH and {said[0] for said in self.heard} == {"submit", "decide", "complete"}:
            self.server.kill()

    def all(self, kind: str) -> set[tuple[str, ...]]:
        return {said[1:] for said in self.heard if said[0] == kind}


def sent(number: str) -> dict[str, object]:
    text = f"He said he will post her nudes unless she pays. Reference {number}."
    return {"source": "cms", "note": {"id": number, "text": text}}


async def submit(client: httpx.AsyncClient, number: str) -> httpx.Response:
    return await client.post("/v1/notes", json=sent(number), headers={"Idempotency-Key": f"key-{number}"})


async def submit_for_ever(witness: Witness, worker: int) -> None:
    async with witness.server.client() as client:
        for number in count():
            answer = await submit(client, f"{worker}-{number}")
            if answer.status_code == 201:
                witness.hear("submit", answer.json()["item_id"], f"{worker}-{number}")


async def review_for_ever(witness: Witness, worker: int) -> None:
    person = f"reviewer-{worker}"
    async with witness.server.client(person) as client:
        while True:
            queue = await client.get("/review/")
            taken = await client.post("/review/next", data={"csrf": CSRF.search(queue.text)[1]})
            if "/notes/" in taken.headers.get("location", ""):
                await read_note(witness, client, person, taken.headers["location"])


async def read_note(witness: Witness, client: httpx.AsyncClient, person: str, address: str) -> None:
    page = (await client.get(address)).text
    form = {"csrf": CSRF.search(page)[1], "version": VERSION.search(page)[1]}
    item_id = address.rsplit("/", 1)[1]
    for indicator in DECIDE.findall(page):
        decided = await client.post(f"{address}/decide", data={**form, "indicator": indicator, "verdict": "agree"})
        if decided.status_code != 303:
            return
        witness.hear("decide", item_id, person, indicator)
        form["version"] = str(int(form["version"]) + 1)
    completed = await client.post(f"{address}/complete", data={**form, "outcome": "act"})
    if completed.status_code == 303:
        witness.hear("complete", item_id, person)


async def work_until_killed(witness: Witness) -> None:
    tasks = [(review_for_ever if worker % 2 else submit_for_ever)(witness, worker) for worker in range(WORKERS)]
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), timeout=300)
    assert all(isinstance(end, httpx.TransportError) for end in ended), ended


async def send_again(server: Server, numbers: list[str]) -> list[httpx.Response]:
    async with server.client() as client:
        return [await submit(client, number) for number in numbers]


@pytest.mark.slow
def test_a_killed_server_has_lost_nothing_and_left_nothing_half_done(database_url, key_ring, open_service, tmp_path):
    settings = ReviewSettings(database_url=database_url, key_ring=key_ring)
    server = Server(settings, tmp_path)
    witness = Witness(server)
    with server.running():
        asyncio.run(work_until_killed(witness))

    with open_service()._desk.store.writing() as tx:
        rows = {table.name: tx.connection.execute(select(table)).mappings().all() for table in (items, votes, outcomes)}
        actions = Counter(tx.connection.execute(select(audit.c.action)).scalars())
        flagged = set(tx.connection.execute(select(item_flags.c.item)).scalars())
        named = set(tx.connection.execute(select(replays.c.item)).scalars())
        counted = set(map(tuple, tx.connection.execute(select(tallies).where(tallies.c.total > 0))))
        recount(tx.connection)
        assert counted == set(map(tuple, tx.connection.execute(select(tallies))))
    stored = {row["id"] for row in rows["items"]}
    decided = {(row["item"], row["reviewer"], row["indicator"]) for row in rows["votes"]}
    ended = {(row["item"], row["reviewer"]) for row in rows["outcomes"]}
    assert {item_id for item_id, _ in witness.all("submit")} <= stored
    assert witness.all("decide") <= decided
    assert witness.all("complete") <= ended
    # Nothing half: each thing that is there has all its parts, and its entry in the audit log.
    assert stored == flagged == named
    assert (actions["submit"], actions["decide"], actions["complete"]) == (len(stored), len(decided), len(ended))
    for row in rows["items"]:
        assert (row["lease_owner"] is not None) == (row["state"] in ("in_review", "in_second_review"))
        assert (row["first_reviewer"] is not None) == any(item_id == row["id"] for item_id, _ in ended)

    verified = subprocess.run([*COMMAND, "audit", "verify"], env=server.environment, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr

    again = Server(settings, tmp_path)
    known = dict(sorted((number, item_id) for item_id, number in witness.all("submit"))[:20])
    with again.running():
        answers = asyncio.run(send_again(again, list(known)))
    assert [answer.json()["item_id"] for answer in answers] == list(known.values())
    assert {(answer.status_code, answer.headers["Idempotency-Replayed"]) for answer in answers} == {(201, "true")}
