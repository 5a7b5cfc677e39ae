"""Signs people in with OpenID Connect: authorisation code flow with PKCE."""

from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import Request
from fastapi.responses import Response
from httpx2 import HTTPError
from joserfc.errors import JoseError

from api.review.settings import PageSettings
from triage.errors import NotAllowed
from triage.review.people import Person

_METADATA = "/.well-known/openid-configuration"


class OidcClient:
    """One identity provider.

    Args:
        settings: Its address, and this application's name and secret there.
    """

    def __init__(self, settings: PageSettings) -> None:
        self._settings = settings
        secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else ""
        self._provider: Any = OAuth().register(
            "provider",
            server_metadata_url=str(settings.oidc_issuer).rstrip("/") + _METADATA,
            client_id=settings.oidc_client_id,
            client_secret=secret,
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
        )

    async def begin(self, request: Request, callback: str) -> Response:
        """Send the person to the provider."""
        try:
            answer: Response = await self._provider.authorize_redirect(request, callback)
        except (OAuthError, HTTPError):
            raise _refusal() from None
        return answer

    async def finish(self, request: Request) -> Person:
        """Return who came back from the provider.

        Raises:
            NotAllowed: The provider refused, or the answer is not one to this browser's request.
        """
        try:
            token = await self._provider.authorize_access_token(request)
        except (OAuthError, JoseError, HTTPError, ValueError):
            raise _refusal() from None
        claims = token.get("userinfo") or {}
        groups = claims.get(self._settings.oidc_groups_claim, [])
        if not claims.get("sub") or not isinstance(groups, list):
            raise _refusal()
        name = claims.get("name") or claims.get("preferred_username") or claims["sub"]
        return Person(str(claims["sub"]), str(name), self._settings.roles_of([str(group) for group in groups]))


def _refusal() -> NotAllowed:
    return NotAllowed("the identity provider did not confirm who you are; sign in again", code="sign_in_failed")
