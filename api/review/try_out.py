"""Prepares `triage serve --try-out`: a store that is thrown away, with the sample notes, and a link that works once."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from api.review.settings import SignIn
from api.review.sign_in import make_link_token
from api.review.visit import PREFIX
from api.settings import ServiceSettings
from triage.note import parse_note
from triage.review.people import Person, Role
from triage.review.records import Submission
from triage.review.settings import ReviewSettings
from triage.service import ReviewService, prepare_store
from triage.triager import Triager

SAMPLES = Path("training_data/samples/notes.jsonl")
_OPERATOR = Person("try-out", "Try-out", frozenset({Role.SYSTEM}))


def prepare_try_out(settings: ServiceSettings, directory: Path, *, samples: Path = SAMPLES) -> str:
    """Fill a fresh store in a directory, point `TRIAGE_*` at it, and return the path of the one-time link.

    Args:
        settings: Of the service that will run.
        directory: Where store, key ring and link are; remove it afterwards.
        samples: Notes to load, one JSON object a line; none where the file does not exist.
    """
    store = ReviewSettings(database_url=f"sqlite:///{directory / 'review.sqlite3'}", key_ring=directory / "keys.json")
    prepare_store(store)
    triager = Triager.load(
        knowledge_dir=settings.knowledge_dir, models_dir=settings.models_dir, encoder_dir=settings.encoder_dir
    )
    if samples.exists():
        load_samples(store, triager, samples.read_bytes().splitlines())
    link = directory / "link"
    os.environ.update(
        TRIAGE_DATABASE_URL=store.database_url,
        TRIAGE_KEY_RING=str(store.key_ring),
        TRIAGE_SIGN_IN=SignIn.SINGLE_USER,
        TRIAGE_SESSION_SECRET=secrets.token_urlsafe(32),
        TRIAGE_SECURE_COOKIES="false",
        TRIAGE_LINK_FILE=str(link),
    )
    return f"{PREFIX}/sign-in/link?token={make_link_token(link)}"


def load_samples(store: ReviewSettings, triager: Triager, lines: Iterable[bytes]) -> None:
    """Submit notes to a store."""
    service = ReviewService.open(store, triager)
    try:
        for line in lines:
            service.submit(_OPERATOR, Submission(source="samples", note=parse_note(line)))
    finally:
        service.close()
