"""Settings of the review pages: how people sign in, and how long a session lasts."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pydantic import Field, HttpUrl, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from triage.errors import SettingsError
from triage.review.people import Role

_SHORTEST_SECRET = 32
_ROLES: dict[str, Role] = {f"triage-{role}": role for role in Role if role is not Role.SYSTEM}


class SignIn(StrEnum):
    """How people sign in."""

    NONE = "none"
    """No review pages and no store."""
    SINGLE_USER = "single_user"
    """One person on this machine, by a link that works once."""
    PROXY = "proxy"
    """A reverse proxy signs people in and names them in headers."""
    OIDC = "oidc"
    """OpenID Connect."""


class PageSettings(BaseSettings):
    """Settings of the review pages, read from `TRIAGE_*`.

    Attributes:
        sign_in: How people sign in; `none` serves the API alone.
        session_secret: Signs session cookies; the same in every worker and on every machine.
        session_idle_minutes: A session ends after so long without a request.
        session_hours: A session ends after so long in any case.
        secure_cookies: Cookies are sent over HTTPS only; turn off only on loopback.
        link_file: Where the digest of the one-time link is kept until it is used.
        proxy_secret: What the proxy sends in `X-Triage-Proxy-Secret`, so that nobody else can name a person.
        proxy_user_header: Header with the person's stable identifier.
        proxy_name_header: Header with the name to show.
        proxy_groups_header: Header with the person's groups, separated by commas.
        role_groups: Which group gives which role.
        oidc_issuer: Address of the identity provider.
        oidc_groups_claim: Claim with the person's groups.
        public_url: Address under which people reach the pages, where a proxy stands before them.
    """

    model_config = SettingsConfigDict(env_prefix="TRIAGE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    sign_in: SignIn = SignIn.NONE
    session_secret: SecretStr | None = None
    session_idle_minutes: int = Field(default=60, ge=1, le=1440)
    session_hours: int = Field(default=8, ge=1, le=24)
    secure_cookies: bool = True
    link_file: Path | None = None
    proxy_secret: SecretStr | None = None
    proxy_user_header: str = "X-Forwarded-User"
    proxy_name_header: str = "X-Forwarded-Preferred-Username"
    proxy_groups_header: str = "X-Forwarded-Groups"
    role_groups: dict[str, Role] = _ROLES
    oidc_issuer: HttpUrl | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_groups_claim: str = "groups"
    public_url: HttpUrl | None = None

    @model_validator(mode="after")
    def _check_sign_in(self) -> Self:
        needed: dict[SignIn, dict[str, Any]] = {
            SignIn.NONE: {},
            SignIn.SINGLE_USER: {"link_file": self.link_file},
            SignIn.PROXY: {"proxy_secret": self.proxy_secret},
            SignIn.OIDC: {
                "oidc_issuer": self.oidc_issuer,
                "oidc_client_id": self.oidc_client_id,
                "oidc_client_secret": self.oidc_client_secret,
            },
        }
        if self.sign_in is not SignIn.NONE:
            needed[self.sign_in]["session_secret"] = self.session_secret
        if missing := [f"TRIAGE_{name}".upper() for name, value in needed[self.sign_in].items() if not value]:
            raise ValueError(f"sign-in '{self.sign_in}' needs {', '.join(missing)}")
        for secret in (self.session_secret, self.proxy_secret):
            if secret is not None and len(secret.get_secret_value()) < _SHORTEST_SECRET:
                raise ValueError(f"a secret needs at least {_SHORTEST_SECRET} characters")
        if Role.SYSTEM in self.role_groups.values():
            raise ValueError("the role 'system' is for API keys; no group may give it")
        return self

    def roles_of(self, groups: list[str]) -> frozenset[Role]:
        """Return the roles that groups give."""
        return frozenset(self.role_groups[group] for group in groups if group in self.role_groups)


def read_page_settings(**given: Any) -> PageSettings:
    """Return the settings of the environment, with what was given instead where it was.

    Raises:
        SettingsError: A variable has a value that it cannot have, or one that the sign-in needs is missing.
    """
    try:
        return PageSettings(**given)
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        where = f"TRIAGE_{fault['loc'][-1]}".upper() if fault["loc"] else "TRIAGE_SIGN_IN"
        raise SettingsError(fault["msg"], code="invalid_setting", where=where) from None
