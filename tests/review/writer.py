"""Writes to a review store from 200 threads until it is killed, and says what was acknowledged; run by a test."""

import os
import sys
import threading
import time
from itertools import count
from pathlib import Path

from triage.errors import ReviewError
from triage.note import Note
from triage.review.people import Person, Role
from triage.review.records import Decision, Submission
from triage.review.settings import ReviewSettings
from triage.review.vocabulary import Outcome, Verdict
from triage.service import ReviewService
from triage.triager import Triager

THREADS = 200
SYSTEM = Person("system", "System", frozenset({Role.SYSTEM}))


def say(*words: str) -> None:
    """One write call a line, so that lines of threads do not mix."""
    os.write(1, (" ".join(words) + "\n").encode())


def submit_for_ever(service: ReviewService, thread: int) -> None:
    for number in count():
        text = f"He said he will post her nudes unless she pays. Reference {thread}-{number}."
        receipt = service.submit(SYSTEM, Submission("cms", Note(text, id=f"{thread}-{number}")))
        say("submit", receipt.item_id)


def review_for_ever(service: ReviewService, thread: int) -> None:
    person = Person(f"reviewer-{thread}", "Reviewer", frozenset({Role.REVIEWER}))
    while True:
        item = service.claim_next(person)
        if item is None:
            time.sleep(0.02)
            continue
        say("claim", item.id, person.id)
        try:
            for indicator in service.note_page(person, item.id).open_indicators:
                item = service.decide(
                    person, item.id, version=item.version, decision=Decision(indicator, Verdict.AGREE)
                )
                say("decide", item.id, person.id, indicator)
            item = service.complete(person, item.id, version=item.version, outcome=Outcome.ACT)
            say("complete", item.id, person.id)
        except ReviewError as error:
            say("refused", error.code)


def main(database_url: str, key_ring: str) -> None:
    settings = ReviewSettings(database_url=database_url, key_ring=Path(key_ring), blind_share=0, sample_rate=0)
    service = ReviewService.open(settings, Triager.load())
    for thread in range(THREADS):
        work = submit_for_ever if thread % 2 else review_for_ever
        threading.Thread(target=work, args=(service, thread), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
