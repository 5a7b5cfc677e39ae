"""Who calls: an API key with the right scope, or anybody on this machine while there are no keys."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.keys import KeyRing, Scope
from api.problems import (
    INSUFFICIENT_SCOPE,
    KEYS_UNREADABLE,
    RATE_LIMITED,
    UNAUTHENTICATED,
    ProblemError,
    come_back,
)
from api.rate import RateLimiter
from triage.errors import SettingsError

_bearer = HTTPBearer(auto_error=False, scheme_name="apiKey", description="An API key made by `triage keys create`.")
_LOCAL = "local"
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent the request.

    Attributes:
        id: Id of the API key, or `local` where no keys are in use.
        scopes: What the caller may do.
    """

    id: str
    scopes: tuple[Scope, ...]


class Gate:
    """Lets callers in.

    Args:
        keys: The API keys.
        limiter: How much each caller may send.
    """

    def __init__(self, keys: KeyRing, limiter: RateLimiter) -> None:
        self._keys = keys
        self._limiter = limiter

    def admit(self, request: Request, presented: str | None) -> Caller:
        """Return the caller.

        Raises:
            ProblemError: No valid key, or the caller must wait.
        """
        try:
            caller = self._identify(request, presented)
        except SettingsError:
            raise come_back(KEYS_UNREADABLE, "The operator must repair the key file.", seconds=30) from None
        if wait := self._limiter.seconds_to_wait(caller.id):
            raise come_back(RATE_LIMITED, "Send fewer notes a second.", seconds=math.ceil(wait))
        request.scope["caller_id"] = caller.id
        return caller

    def charge(self, caller: Caller, notes: int) -> None:
        """Count notes that the caller sent."""
        self._limiter.take(caller.id, notes)

    def _identify(self, request: Request, presented: str | None) -> Caller:
        if not self._keys and presented is None and _is_local(request):
            return Caller(_LOCAL, tuple(Scope))
        if presented is not None and (key := self._keys.check(presented)) is not None:
            return Caller(key.id, key.scopes)
        raise ProblemError(
            UNAUTHENTICATED,
            "Send Authorization: Bearer with an API key that is not revoked.",
            headers={"WWW-Authenticate": "Bearer"},
        )


def require(scope: Scope | None = None) -> Callable[..., Awaitable[Caller]]:
    """Return a dependency that yields the caller, who must have the scope.

    Args:
        scope: What the route is for; None lets every valid key in.
    """

    async def caller(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Caller:
        gate: Gate = request.app.state.gate
        admitted = gate.admit(request, credentials.credentials if credentials else None)
        if scope is not None and scope not in admitted.scopes:
            raise ProblemError(INSUFFICIENT_SCOPE, f"The key needs the scope '{scope}'.")
        return admitted

    return caller


def _is_local(request: Request) -> bool:
    # A reverse proxy on this machine must not open the service to others, nor a web page that rebinds a name to it.
    client = request.client.host if request.client else ""
    named = request.url.hostname in _LOCAL_NAMES
    return is_loopback(client) and named and "x-forwarded-for" not in request.headers


def is_loopback(host: str) -> bool:
    """Return whether an address is one of this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
