from typing import Any

from api.review.session import Choices, Session

HOLDER = ("p-1", 3)


class Time:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_person_stays_signed_in_until_the_limit_however_busy() -> None:
    time, values = Time(), dict[str, Any]()
    session = Session(values, hours=8, clock=time)
    session.sign_in(*HOLDER)
    for _ in range(8):
        assert session.holder == HOLDER
        time.now += 3600
    time.now += 1
    assert session.holder is None
    assert values == {}


def test_activity_renews_the_cookie_at_most_once_a_minute() -> None:
    time, values = Time(), dict[str, Any]()
    session = Session(values, hours=8, clock=time)
    session.sign_in(*HOLDER)
    time.now += 59
    assert session.holder and values["seen"] == 1_000_000
    time.now += 2
    assert session.holder and values["seen"] == 1_000_061


def test_signing_in_begins_with_a_fresh_token() -> None:
    session = Session({}, hours=8)
    before = session.csrf
    session.sign_in(*HOLDER)
    assert not session.is_genuine(before)
    assert session.is_genuine(session.csrf)
    assert not session.is_genuine("") and not session.is_genuine("\u00e9")


def test_no_token_is_genuine_before_there_is_one() -> None:
    assert not Session({}, hours=8).is_genuine("")


def test_a_message_is_shown_once_and_choices_stay() -> None:
    session = Session({}, hours=8)
    session.say("Kept.")
    session.choose(Choices(mask=True))
    assert (session.take_message(), session.take_message(), session.choices) == ("Kept.", None, Choices(mask=True))
