"""The pages on a real store behind a real server, in the Chromium of the distribution."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from api.review.settings import PageSettings, SignIn
from api.review.sign_in import make_link_token
from api.review.site import Desk, make_site
from api.review.visit import PREFIX
from triage.note import parse_note
from triage.review.people import Person
from triage.review.records import Submission
from triage.review.settings import ReviewSettings
from triage.service import ReviewService
from triage.triager import Triager

CHROMIUM = Path("/usr/bin/chromium")
SAMPLES = Path("training_data/samples/notes.jsonl")
SWITCHES = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Site:
    """Running pages with their store and the one-time link."""

    url: str
    link: str
    service: ReviewService


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"Chromium is not installed ({CHROMIUM})"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def open_site(
    sqlite_url: str, key_ring: Path, triager: Triager, people: dict[str, Person], tmp_path: Path
) -> Iterator[Callable[..., Site]]:
    """Serve the pages with the sample notes: `open_site(blind_share=1)`."""
    stops: list[Callable[[], None]] = []

    def opening(**changes: object) -> Site:
        settings = ReviewSettings(
            database_url=sqlite_url, key_ring=key_ring, blind_share=0, sample_rate=0, second_review_dismissals=0
        ).model_copy(update=changes)
        service = ReviewService.open(settings, triager)
        for line in SAMPLES.read_bytes().splitlines():
            service.submit(people["system"], Submission("samples", parse_note(line), team="east"))
        link = tmp_path / "link"
        token = make_link_token(link)
        pages = PageSettings(sign_in=SignIn.SINGLE_USER, session_secret="s" * 32, link_file=link, secure_cookies=False)
        app = FastAPI()
        app.mount(PREFIX, make_site(pages, Desk(service, triager.knowledge)))
        url, stop = _serve(app)
        stops.extend([stop, service.close])
        return Site(url + PREFIX, f"{url}{PREFIX}/sign-in/link?token={token}", service)

    yield opening
    for stop in stops:
        stop()


def _serve(app: FastAPI) -> tuple[str, Callable[[], None]]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", stop


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh profile whose console must stay silent; without JavaScript by `indirect` parametrisation with False."""
    context = browser.new_context(
        java_script_enabled=getattr(request, "param", True), locale="en-GB", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    expected = [complaint for complaint in complaints if "status of 4" in complaint]
    assert complaints == expected


@pytest.fixture
def objections(page: Page) -> Callable[[], list[str]]:
    """Return what axe-core objects to on the page that is open."""

    def objecting() -> list[str]:
        found = Axe().run(page).response["violations"]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    return objecting
