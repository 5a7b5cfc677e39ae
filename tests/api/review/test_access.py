"""Who is let in: tokens, headers, roles, one-time links; what is refused is recorded."""

import threading
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.review.settings import PageSettings, SignIn
from api.review.sign_in import SECRET_HEADER, make_link_token, use_link_token
from api.review.site import Desk, make_site
from api.review.visit import PREFIX
from triage.review.vocabulary import Action


def test_a_form_without_the_token_of_the_session_is_refused(open_as, store, submit):
    item_id = submit(store).item_id
    reader = open_as("reviewer")
    reader.get("/")
    for token in ({}, {"csrf": "guessed"}):
        answer = reader.client.post(f"{PREFIX}/notes/{item_id}/claim", data=token)
        assert (answer.status_code, "not from your session" in answer.text) == (403, True)
    assert "Take the note" in reader.get(f"/notes/{item_id}")


def test_a_form_of_an_older_version_is_refused_and_kept_on_the_page(open_as, store, people, submit):
    item_id = submit(store).item_id
    reader, here = open_as("reviewer"), f"/notes/{item_id}"
    reader.post(f"{here}/claim")
    store.claim(people["reviewer"], item_id)
    fields = {"indicator": "sextortion", "verdict": "agree", "comment": "typed before"}
    page = reader.post(f"{here}/decide", 409, version="1", **fields)
    assert "has changed since you opened it" in page and ">typed before</textarea>" in page
    assert "damaged" in reader.post(f"{here}/decide", 422, version="x", **fields)


def test_a_second_decision_on_one_flag_is_refused(open_as, store, submit):
    here = f"/notes/{submit(store).item_id}"
    reader = open_as("reviewer")
    reader.post(f"{here}/claim")
    reader.post(f"{here}/decide", indicator="sextortion", verdict="agree")
    page = reader.post(f"{here}/add", 422, indicator="sextortion", words="nude photos")
    assert "the note has this flag" in page.lower()


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("analyst", "/notes/{id}"),
        ("auditor", "/notes/{id}"),
        ("reviewer", "/overview"),
        ("reviewer", "/notices"),
        ("reviewer", "/audit"),
        ("lead", "/audit"),
        ("analyst", "/audit"),
        ("reviewer", "/notes/{id}/access"),
        ("reviewer", "/notes/{id}/erase"),
        ("reviewer", "/people"),
        ("auditor", "/people"),
    ],
)
def test_a_missing_role_is_403_and_in_the_audit_log(open_as, store, people, submit, who, path):
    item_id = submit(store, case_id="C-1").item_id
    assert "You may not" in open_as(who).get(path.format(id=item_id), 403)
    entries = store.reports.audit_entries(people["auditor"])
    assert (entries[-1].action, entries[-1].actor) == (Action.DENIED, who)


def test_a_person_without_any_role_sees_no_note(open_as, site, store, submit):
    submit(store)
    reader = open_as("reviewer")
    reader.client.headers["X-Forwarded-Groups"] = "everybody, triage-system"
    assert "N-1" not in reader.get("/", 403)


def test_only_the_proxy_can_name_a_person(site):
    client = TestClient(site, base_url="https://review.test")
    for headers in ({}, {SECRET_HEADER: "guessed"}, {SECRET_HEADER: "\u00e9"}):
        named = {"X-Forwarded-User": "lead", "X-Forwarded-Groups": "triage-lead", **headers}
        answer = client.get(PREFIX + "/", headers={name: value.encode("utf-8") for name, value in named.items()})
        assert answer.status_code == 403


def test_an_unknown_address_is_a_page(open_as):
    reader = open_as("reviewer")
    for path in ("/nothing", "/notes/nothing", f"/notes/{'0' * 32}"):
        assert "Not found" in reader.get(path, 404)


def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(open_as, store, submit):
    reader = open_as("reviewer")
    answer = reader.client.get(f"{PREFIX}/notes/{submit(store).item_id}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert " style=" not in answer.text and "<style" not in answer.text and " onclick" not in answer.text
    assert answer.text.count("<script") == 1
    assert reader.client.get(f"{PREFIX}/static/review.js").status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-triage=") and "httponly" in cookie and "secure" in cookie and "samesite" in cookie


def test_a_form_that_is_too_large_is_refused(open_as, store, submit):
    here = f"/notes/{submit(store).item_id}"
    reader = open_as("reviewer")
    reader.post(f"{here}/claim")
    page = reader.post(f"{here}/decide", 422, indicator="sextortion", verdict="agree", comment="x" * 2001)
    assert "2,000" in page
    reader.post(f"{here}/decide", 413, comment="x" * 600_000)


def test_without_a_store_every_page_says_so(pages, people):
    app = FastAPI()
    app.mount(PREFIX, make_site(pages, Desk()))
    secret = pages.proxy_secret.get_secret_value()
    headers = {SECRET_HEADER: secret, "X-Forwarded-User": "p", "X-Forwarded-Groups": "triage-reviewer"}
    answer = TestClient(app, base_url="https://review.test", headers=headers).get(PREFIX + "/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


class TestSingleUser:
    @pytest.fixture
    def link(self, tmp_path: Path) -> Path:
        return tmp_path / "link"

    @pytest.fixture
    def pages(self, link: Path) -> PageSettings:
        return PageSettings(
            sign_in=SignIn.SINGLE_USER, session_secret="s" * 32, link_file=link, secure_cookies=False, session_hours=1
        )

    @pytest.fixture
    def client(self, site: FastAPI) -> TestClient:
        return TestClient(site, base_url="http://127.0.0.1")

    def test_the_link_works_once(self, client, site, link):
        token = make_link_token(link)
        assert client.get(PREFIX + "/").url.path == f"{PREFIX}/sign-in"
        assert client.get(f"{PREFIX}/sign-in/link?token=guessed").status_code == 403
        answer = client.get(f"{PREFIX}/sign-in/link?token={token}")
        assert answer.url.path == f"{PREFIX}/" and "Notes to read" in answer.text
        replayed = TestClient(site, base_url="http://127.0.0.1").get(f"{PREFIX}/sign-in/link?token={token}")
        assert (replayed.status_code, "used before" in replayed.text) == (403, True)

    def test_of_many_at_once_one_uses_the_link(self, link):
        token, used = make_link_token(link), []
        threads = [threading.Thread(target=lambda: used.append(use_link_token(link, token))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert used.count(True) == 1

    def test_a_name_that_is_rebound_to_this_machine_is_refused(self, site, link):
        token = make_link_token(link)
        answer = TestClient(site, base_url="http://evil.test").get(f"{PREFIX}/sign-in/link?token={token}")
        assert answer.status_code == 400
        assert link.exists()

    def test_signing_out_ends_the_session(self, client, link):
        from_page = client.get(f"{PREFIX}/sign-in/link?token={make_link_token(link)}").text
        csrf = from_page.split('name="csrf" value="')[1].split('"')[0]
        assert client.post(f"{PREFIX}/sign-out", data={"csrf": csrf}).url.path == f"{PREFIX}/sign-in"
        assert client.get(PREFIX + "/").url.path == f"{PREFIX}/sign-in"
        assert client.post(f"{PREFIX}/next", data={"csrf": csrf}).status_code == 401

    def test_a_copied_cookie_ends_with_the_session(self, client, site, link):
        page = client.get(f"{PREFIX}/sign-in/link?token={make_link_token(link)}").text
        copied = TestClient(site, base_url="http://127.0.0.1", cookies=dict(client.cookies))
        assert "Notes to read" in copied.get(PREFIX + "/").text
        client.post(f"{PREFIX}/sign-out", data={"csrf": page.split('name="csrf" value="')[1].split('"')[0]})
        assert copied.get(PREFIX + "/").url.path == f"{PREFIX}/sign-in"

    def test_a_link_stays_good_while_the_store_is_not_open(self, pages, link):
        app = FastAPI()
        app.mount(PREFIX, make_site(pages, Desk()))
        token = make_link_token(link)
        client = TestClient(app, base_url="http://127.0.0.1")
        assert client.get(f"{PREFIX}/sign-in/link?token={token}").status_code == 503
        assert link.exists()

    def test_a_changed_cookie_signs_nobody_in(self, client, link):
        client.get(f"{PREFIX}/sign-in/link?token={make_link_token(link)}")
        cookie = client.cookies["triage"]
        client.cookies.clear()
        client.cookies.set("triage", ("A" if cookie[0] != "A" else "B") + cookie[1:])
        assert client.get(PREFIX + "/").url.path == f"{PREFIX}/sign-in"

    def test_one_person_can_act_as_second_reader(self, client, link):
        page = client.get(f"{PREFIX}/sign-in/link?token={make_link_token(link)}").text
        csrf = page.split('name="csrf" value="')[1].split('"')[0]
        answer = client.post(f"{PREFIX}/try-out", data={"csrf": csrf, "person": "second"})
        assert "You now act as: Second reader" in answer.text and "Audit log" not in answer.text
