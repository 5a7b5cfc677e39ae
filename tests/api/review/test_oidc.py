"""Signing in with OpenID Connect, against a provider that runs for the test and checks what it is sent."""

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from api.review.settings import PageSettings, SignIn
from api.review.site import Desk, make_site
from api.review.visit import PREFIX

CLIENT, CLIENT_SECRET = "case-note-review", "a secret of the client at the provider"


@dataclass
class Provider:
    """An identity provider with one person; `claims` may be changed by a test."""

    url: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-7", "name": "Sam", "groups": ["triage-reviewer"]})
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def metadata() -> dict[str, Any]:
            ends = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token")}
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", **ends}

        @app.get("/jwks")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorization")
        def authorize(request: Request) -> RedirectResponse:
            asked = dict(request.query_params)
            assert asked["code_challenge_method"] == "S256" and asked["client_id"] == CLIENT
            code = secrets.token_urlsafe(8)
            self.waiting[code] = asked
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        def token(
            request: Request, code: Annotated[str, Form()], code_verifier: Annotated[str, Form()]
        ) -> dict[str, Any]:
            asked = self.waiting.pop(code, None)
            basic = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
            known = request.headers.get("authorization") == f"Basic {basic}"
            if asked is None or not known or asked["code_challenge"] != digest:
                raise HTTPException(400)
            now = int(time.time())
            claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
            signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims | self.claims, self.key)
            return {"access_token": "opaque", "token_type": "Bearer", "id_token": signed}

        return app


@pytest.fixture
def provider() -> Iterator[Provider]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(made.app(), log_level="error", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield made
    server.should_exit = True
    thread.join(timeout=10)
    listener.close()


@pytest.fixture
def pages(provider: Provider) -> PageSettings:
    return PageSettings(
        sign_in=SignIn.OIDC,
        session_secret="s" * 32,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT,
        oidc_client_secret=CLIENT_SECRET,
        public_url="https://review.test",
    )


@pytest.fixture
def client(site: FastAPI) -> TestClient:
    return TestClient(site, base_url="https://review.test", follow_redirects=False)


def come_back(client: TestClient, provider: Provider) -> str:
    """Go to the provider and return the address to which it sends the browser back."""
    there = client.get(f"{PREFIX}/sign-in/oidc").headers["location"]
    assert there.startswith(f"{provider.url}/authorization?")
    return httpx.get(there).headers["location"]


def test_a_person_of_the_provider_gets_the_roles_of_the_groups(client, provider):
    assert client.get(PREFIX + "/").headers["location"] == f"{PREFIX}/sign-in"
    assert "Sign in with your work account" in client.get(f"{PREFIX}/sign-in").text
    back = come_back(client, provider)
    assert back.startswith(f"https://review.test{PREFIX}/sign-in/callback?")
    assert client.get(back).headers["location"] == f"{PREFIX}/"
    page = client.get(PREFIX + "/").text
    assert "Sam" in page and "Notes to read" in page and "Overview" not in page


def test_who_is_demoted_or_removed_loses_access_at_the_next_request(client, site, provider, store, people):
    provider.claims["groups"] = ["triage-lead"]
    client.get(come_back(client, provider))
    assert "Notices" in client.get(PREFIX + "/").text
    # A sign-in with fewer groups, in whatever browser, counts for every session of the person.
    provider.claims["groups"] = ["triage-reviewer"]
    other = TestClient(site, base_url="https://review.test", follow_redirects=False)
    other.get(come_back(other, provider))
    assert "Notices" not in client.get(PREFIX + "/").text
    assert client.get(f"{PREFIX}/notices").status_code == 403
    store.sign_ins.end(people["lead"], "u-7")
    for browser in (client, other):
        assert browser.get(PREFIX + "/").headers["location"] == f"{PREFIX}/sign-in"
        assert browser.post(f"{PREFIX}/next").status_code == 401
    provider.claims["groups"] = []
    client.get(come_back(client, provider))
    assert client.get(PREFIX + "/").status_code == 403


def test_the_cookie_holds_no_roles_and_only_travels_to_this_site(client, provider):
    answer = client.get(come_back(client, provider))
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-triage=")
    assert {flag.lower() for flag in flags} == {"path=/", "max-age=3600", "httponly", "samesite=lax", "secure"}
    signed = name.split("=", 1)[1]
    content = base64.b64decode(signed.split(".")[0] + "==").decode()
    assert "u-7" in content and "Sam" not in content and "triage-" not in content and "reviewer" not in content


def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(client, site, provider):
    back = come_back(client, provider)
    other = TestClient(site, base_url="https://review.test", follow_redirects=False)
    assert other.get(back).status_code == 403
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "u-7", "iss": "https://evil.test"},
        {"sub": "u-7", "aud": "other"},
        {"sub": "u-7", "nonce": "x"},
        {"sub": "u-7", "exp": 1},
        {"sub": ""},
        {"sub": "u-7", "groups": "triage-lead"},
    ],
)
def test_a_faulty_identity_signs_nobody_in(client, provider, claims):
    provider.claims = claims
    answer = client.get(come_back(client, provider))
    assert (answer.status_code, "did not confirm" in answer.text) == (403, True)
    assert client.get(PREFIX + "/").headers["location"] == f"{PREFIX}/sign-in"


def test_a_key_of_somebody_else_signs_nobody_in(client, provider, monkeypatch):
    back = come_back(client, provider)
    published, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "k1"})
    monkeypatch.setattr(provider.key, "as_dict", published.as_dict)
    assert client.get(back).status_code == 403


def test_a_provider_that_refuses_signs_nobody_in(client):
    assert client.get(f"{PREFIX}/sign-in/callback?error=access_denied").status_code == 403


def test_a_provider_that_is_down_is_a_page(pages, store, triager):
    app = FastAPI()
    away = pages.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    app.mount(PREFIX, make_site(away, Desk(store, triager.knowledge)))
    answer = TestClient(app, base_url="https://review.test").get(f"{PREFIX}/sign-in/oidc")
    assert (answer.status_code, "did not confirm" in answer.text) == (403, True)
