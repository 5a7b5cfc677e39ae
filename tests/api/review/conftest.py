"""The pages on a real store, reached as a reverse proxy reaches them: each person by headers, cookies over HTTPS."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.review.settings import PageSettings, SignIn
from api.review.sign_in import SECRET_HEADER
from api.review.site import Desk, make_site
from api.review.visit import PREFIX
from triage.review.people import Person
from triage.review.settings import ReviewSettings
from triage.service import ReviewService
from triage.triager import Triager

SECRET = "a secret that only the proxy and the pages know"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass
class Reader:
    """A person with a browser."""

    client: TestClient

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(PREFIX + path)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, status: int = 200, *, on: str | None = None, **fields: Any) -> str:
        """Submit the form with this address as the page holds it, with fields filled in."""
        form = form_of(self.get(on if on is not None else path.rsplit("/", 1)[0]), path)
        answer = self.client.post(PREFIX + path, data=form | fields)
        assert answer.status_code == status, answer.text
        return answer.text


def form_of(page: str, path: str, *, holding: str = "") -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    forms = re.findall(rf'<form method="post" action="{re.escape(PREFIX + path)}".*?</form>', page, re.DOTALL)
    chosen = next(form for form in forms if holding in form)
    return {name: html.unescape(value) for name, value in HIDDEN.findall(chosen)}


@pytest.fixture
def store_settings(sqlite_url: str, key_ring: Path) -> ReviewSettings:
    return ReviewSettings(
        database_url=sqlite_url, key_ring=key_ring, blind_share=0, sample_rate=0, second_review_dismissals=0
    )


@pytest.fixture
def store(store_settings: ReviewSettings, triager: Triager, request: pytest.FixtureRequest) -> Iterator[ReviewService]:
    """Settings of a test by `@pytest.mark.parametrize("store", [{"blind_share": 1}], indirect=True)`."""
    changes = getattr(request, "param", {})
    service = ReviewService.open(store_settings.model_copy(update=changes), triager)
    yield service
    service.close()


@pytest.fixture
def pages() -> PageSettings:
    return PageSettings(sign_in=SignIn.PROXY, session_secret="s" * 32, proxy_secret=SECRET)


@pytest.fixture
def site(pages: PageSettings, store: ReviewService, triager: Triager) -> FastAPI:
    app = FastAPI()
    app.mount(PREFIX, make_site(pages, Desk(store, triager.knowledge)))
    return app


@pytest.fixture
def open_as(site: FastAPI, people: dict[str, Person]) -> Callable[[str], Reader]:
    """Return a person's browser."""

    def opening(name: str) -> Reader:
        person = people[name]
        headers = {
            SECRET_HEADER: SECRET,
            "X-Forwarded-User": person.id,
            "X-Forwarded-Groups": ",".join(f"triage-{role}" for role in person.roles),
        }
        return Reader(TestClient(site, base_url="https://review.test", headers=headers))

    return opening
