"""What a session cookie holds: whose it is, from when, a CSRF token, choices, and a message for the next page.

It holds no roles: those are looked up at every request.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Clock = Callable[[], float]

_RENEW_SECONDS = 60
"""The cookie is signed again at most so often; its age is what the idle limit measures."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for the pages.

    Attributes:
        mask: Words of notes that describe harm stay covered until asked for.
        shortcuts: Single keys do things on the note page.
    """

    mask: bool = False
    shortcuts: bool = False


class Session:
    """Reads and writes the session of one request.

    Args:
        values: Signed content of the cookie.
        hours: A session ends after so long, however busy it was.
        clock: Seconds since the epoch.
    """

    def __init__(self, values: dict[str, Any], *, hours: int, clock: Clock = time.time) -> None:
        self._values = values
        self._limit = hours * 3600
        self._clock = clock

    @property
    def holder(self) -> tuple[str, int] | None:
        """Id of the person who signed in, and the number of the session; None where nobody did or it has ended."""
        kept = self._values.get("person")
        if not isinstance(kept, list):
            return None
        now = self._clock()
        if now - self._values["since"] > self._limit:
            self._values.clear()
            return None
        if now - self._values["seen"] > _RENEW_SECONDS:
            self._values["seen"] = int(now)
        return kept[0], kept[1]

    def sign_in(self, person_id: str, number: int) -> None:
        """Begin a fresh session for a person."""
        self._values.clear()
        now = int(self._clock())
        self._values.update(person=[person_id, number], since=now, seen=now)

    def sign_out(self) -> None:
        """End the session."""
        self._values.clear()

    @property
    def csrf(self) -> str:
        """The token that every form of this session carries."""
        if "csrf" not in self._values:
            self._values["csrf"] = secrets.token_urlsafe(32)
        return str(self._values["csrf"])

    def is_genuine(self, token: str) -> bool:
        """Return whether a form carries this session's token."""
        return "csrf" in self._values and hmac.compare_digest(self.csrf.encode(), token.encode())

    @property
    def choices(self) -> Choices:
        """What the person chose for the pages."""
        return Choices(**self._values.get("choices", {}))

    def choose(self, choices: Choices) -> None:
        """Keep what the person chose."""
        self._values["choices"] = {"mask": choices.mask, "shortcuts": choices.shortcuts}

    def say(self, message: str) -> None:
        """Show a message on the next page; never words of a note."""
        self._values["said"] = message

    def take_message(self) -> str | None:
        """Return the message for this page, once."""
        message: str | None = self._values.pop("said", None)
        return message
