from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli import app
from triage.errors import NotFound
from triage.review.people import Person, Role
from triage.review.settings import ReviewSettings
from triage.service import ReviewService
from triage.triager import Triager


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_people_are_listed_and_their_sessions_ended(
    sqlite_url: str, key_ring: Path, triager: Triager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAGE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("TRIAGE_KEY_RING", str(key_ring))
    service = ReviewService.open(ReviewSettings(), triager)
    number = service.sign_ins.sign_in(Person("p-1", "Pat", frozenset({Role.LEAD, Role.REVIEWER})))
    service.sign_ins.sign_in(Person("p-2", "Quinn", frozenset()))
    assert run("people", "list") == "p-1  Pat  lead, reviewer\np-2  Quinn  no role\n"
    assert "ended" in run("people", "end-sessions", "p-1")
    known = service.sign_ins.look_up("p-1")
    assert known is not None and known.session != number
    with pytest.raises(NotFound):
        run("people", "end-sessions", "p-3")
    service.close()
