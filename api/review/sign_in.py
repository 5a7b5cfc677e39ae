"""Who asks, at every request: from the session and the store, or from the headers of a reverse proxy."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

from fastapi import Request

from api.review.session import Session
from api.review.settings import PageSettings, SignIn
from triage.errors import NotAllowed
from triage.review.people import Person, Role
from triage.review.sign_ins import MAX_NAME, SignIns

Identifier = Callable[[Request, Session, SignIns], Person | None]

SECRET_HEADER = "X-Triage-Proxy-Secret"  # noqa: S105
_READER = frozenset({Role.REVIEWER})
TRY_OUT_PEOPLE = {
    "you": Person("you", "You", frozenset({Role.REVIEWER, Role.LEAD, Role.ANALYST, Role.AUDITOR})),
    "second": Person("second", "Second reader", _READER),
    "lead": Person("lead", "Another lead", frozenset({Role.REVIEWER, Role.LEAD})),
}
"""Whom the one person of single-user mode may act as, to see a second reading and an adjudication."""


class SignInNeeded(Exception):
    """Nobody is signed in."""


def make_identifier(settings: PageSettings) -> Identifier:
    """Return what tells who sends a request."""
    return _from_proxy(settings) if settings.sign_in is SignIn.PROXY else _from_session


def _from_session(_request: Request, session: Session, sign_ins: SignIns) -> Person | None:
    if session.holder is None:
        return None
    person_id, number = session.holder
    known = sign_ins.look_up(person_id)
    if known is None or known.session != number:
        session.sign_out()
        return None
    return known.person


def _from_proxy(settings: PageSettings) -> Identifier:
    secret = settings.proxy_secret.get_secret_value() if settings.proxy_secret else ""

    def identify(request: Request, _session: Session, sign_ins: SignIns) -> Person:
        given = request.headers.get(SECRET_HEADER, "")
        person_id = request.headers.get(settings.proxy_user_header, "").strip()
        if not hmac.compare_digest(given.encode(), secret.encode()) or not person_id:
            raise NotAllowed("come in through the council's sign-in page", code="not_through_proxy")
        name = request.headers.get(settings.proxy_name_header, "").strip() or person_id
        groups = request.headers.get(settings.proxy_groups_header, "").split(",")
        person = Person(person_id, name[:MAX_NAME], settings.roles_of([group.strip() for group in groups]))
        known = sign_ins.look_up(person_id)
        if known is None or known.person != person:
            sign_ins.sign_in(person)
        return person

    return identify


def make_link_token(path: Path) -> str:
    """Write the digest of a fresh one-time token and return the token."""
    token = secrets.token_urlsafe(32)
    path.touch(mode=0o600)
    path.write_text(_digest(token), encoding="ascii")
    return token


def use_link_token(path: Path, token: str) -> bool:
    """Return whether the token is the right one and was not used before; it is used up then."""
    try:
        kept = path.read_text(encoding="ascii")
        if not hmac.compare_digest(kept, _digest(token)):
            return False
        # Of two requests at once, only one removes the file.
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
