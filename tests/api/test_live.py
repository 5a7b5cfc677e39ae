"""The service as its users run it: two workers, hostile callers, restarts, and nothing of a note in what it writes."""

import gzip
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.client import TriageClient
from api.settings import MEBIBYTE
from api.wire import NoteIn

TYPE = "urn:case-note-triage:problem:"
CANARY = "quince lantern"


def head(live: Any, path: str, *lines: str) -> bytes:
    fixed = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {live.key}")
    return "\r\n".join([*fixed, "Content-Type: application/json", *lines, "", ""]).encode()


def exchange(live: Any, *pieces: bytes) -> tuple[int, dict[str, Any]]:
    """Send raw pieces while the service takes them, and return its status and problem."""
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    start, _, body = answer.partition(b"\r\n\r\n")
    return int(start.split(b" ", 2)[1]), json.loads(body)


def test_large_body_is_refused_before_it_is_read(live) -> None:
    status, problem = exchange(live, head(live, "/v1/assess", f"Content-Length: {10**12}"))
    assert (status, problem["type"]) == (413, TYPE + "body-too-large")


def chunks(live: Any, megabytes: float) -> list[bytes]:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    return [head(live, "/v1/assess", "Transfer-Encoding: chunked"), *[chunk] * int(megabytes * MEBIBYTE / 0x10000)]


def test_large_chunked_body_is_refused(live) -> None:
    status, problem = exchange(live, *chunks(live, 1.5), b"0\r\n\r\n")
    assert (status, problem["type"]) == (413, TYPE + "body-too-large")


def test_endless_body_is_cut_off(live) -> None:
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", live.port), timeout=20) as connection:
        for piece in chunks(live, 200):
            connection.sendall(piece)


def test_slow_body_is_given_up(live) -> None:
    status, problem = exchange(live, head(live, "/v1/assess", "Content-Length: 100"), b'{"text": "')
    assert (status, problem["type"]) == (408, TYPE + "request-timeout")


def test_compressed_body_is_not_inflated(live) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    headers = live.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = httpx.post(f"{live.url}/v1/assess", content=bomb, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, TYPE + "unsupported-content-encoding")


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00\x01", b"GET /\xff HTTP/9\r\n\r\n", b"POST /v1/assess HTTP/1.1\r\n\r\n"]
)
def test_what_is_not_http_does_not_stop_the_service(live, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass
    assert httpx.get(f"{live.url}/health/ready").status_code == 200


def test_answers_belong_to_their_questions_under_load(live, triager) -> None:
    texts = [f"Visit {n}. YP has a second phone. He met her on game {n}." for n in range(40)]
    expected = {text: json.loads(triager.assess(text).model_dump_json())["flags"] for text in texts}

    def ask(n: int) -> bool:
        text = texts[n % 40]
        note = {"id": str(n), "text": text}
        if n % 10:
            answers = [client.post("/v1/assess", json=note).json()]
        else:
            results = client.post("/v1/assess/batch", json={"notes": [note] * 20}).json()["results"]
            answers = [result["assessment"] for result in results]
        return all(answer["note_id"] == str(n) and answer["flags"] == expected[text] for answer in answers)

    with httpx.Client(base_url=live.url, headers=live.headers, timeout=60) as client, ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(200)))


def test_created_and_revoked_keys_are_known_to_running_workers(live) -> None:
    from api.keys import Scope, create_key, revoke_key

    path = live.log.parent / "keys.json"
    key, kept = create_key(path, name="second", scopes=(Scope.TRAIN,))
    url, headers = f"{live.url}/v1/model", {"Authorization": f"Bearer {key}"}
    assert {httpx.get(url, headers=headers).status_code for _ in range(12)} == {200}
    revoke_key(path, kept.id)
    assert {httpx.get(url, headers=headers).status_code for _ in range(12)} == {401}


def test_reload_under_load_loses_nothing(live) -> None:
    stop = threading.Event()
    outcomes: set[str] = set()

    def keep_asking() -> None:
        # A worker that stops closes idle connections, which callers must expect; the client does.
        with TriageClient(live.url, key=live.key) as client:
            while not stop.is_set():
                outcomes.add(client.assess(NoteIn(text="YP has a second phone.")).outcome)
                stop.wait(0.02)

    before = _workers(live)
    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        live.reload()
        for _ in range(1200):
            if not before & _workers(live) and len(_workers(live)) == 2:
                break
            stop.wait(0.1)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not before & _workers(live)
    assert outcomes == {"assessed"}
    assert "triage_ready_workers 2.0" in httpx.get(f"{live.url}/metrics").text


def _workers(live) -> set[str]:
    path = f"/proc/{live.process.pid}/task/{live.process.pid}/children"
    with open(path) as file:  # noqa: PTH123
        children = file.read().split()
    return {child for child in children if "spawn_main" in _command(child)}


def _command(process: str) -> str:
    try:
        with open(f"/proc/{process}/cmdline") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return ""


def test_nothing_of_a_note_is_in_logs_metrics_or_problems(live) -> None:
    note = {name: f"{CANARY} {name}" for name in ("text", "id", "case_id", "author_role")}
    case_note = {"caseNoteTitle": CANARY, "caseNoteContent": f"<p>{CANARY}<script>", "contentType": "text/html"}
    surrogate = f'{{"text": "{CANARY}\ud800"}}'.encode("utf-8", "surrogatepass")
    plain = {"Content-Type": "application/json"}
    with httpx.Client(base_url=live.url, headers=live.headers) as client:
        answered = [
            client.post("/v1/assess", json=note),
            client.post("/v1/assess?format=html", json=note),
            client.post("/v1/assess/batch", json={"notes": [note]}),
            client.post("/v1/assess", json=case_note),
        ]
        assert [answer.status_code for answer in answered] == [200] * 4
        kept = {"source": CANARY, "team": CANARY, "note": note | {"text": f"YP has a second phone. {CANARY}"}}
        stored = client.post("/v1/notes", json=kept, headers={"Idempotency-Key": CANARY})
        assert stored.status_code == 201
        reviews = f"/v1/notes/{stored.json()['item_id']}/reviews"
        said = {"source": CANARY, "reviewer": CANARY, "outcome": "act", "comment": CANARY}
        missed = {"indicator": "new_phones", "verdict": "added", "words": CANARY, "comment": CANARY}
        refused = {
            client.post("/v1/assess", json=note | {CANARY: CANARY}): 422,
            client.post("/v1/assess", json=note | {"recorded_at": CANARY}): 422,
            client.post("/v1/assess", json=CANARY): 422,
            client.post("/v1/assess", content=f'{{"text": "{CANARY}', headers=plain): 400,
            client.post("/v1/assess", content=surrogate, headers=plain): 400,
            client.post("/v1/assess", content=CANARY, headers={"Content-Type": CANARY}): 415,
            client.post(f"/v1/assess?format={CANARY}", json=note): 422,
            client.post(f"/v1/assess/{CANARY}", json=note): 404,
            client.post("/v1/assess", json=note, headers={"Authorization": f"Bearer {CANARY}"}): 401,
            client.post("/v1/assess", json=note, headers={"Content-Encoding": CANARY}): 415,
            client.patch(f"/{CANARY}", headers={"X-Request-ID": CANARY, "User-Agent": CANARY}): 404,
            client.post("/v1/assess/batch", json={"notes": [note], CANARY: CANARY}): 422,
            client.get("/v1/model", headers={"If-None-Match": CANARY}): 200,
            client.post("/v1/notes", json=kept | {"consent": True}, headers={"Idempotency-Key": CANARY}): 409,
            client.post("/v1/notes", json=kept | {"note": note | {"id": f"{CANARY}\n"}}): 422,
            client.post("/v1/notes", json=kept | {CANARY: CANARY}): 422,
            client.post(reviews, json=said | {"decisions": [missed]}): 422,
            client.post(reviews, json=said | {"decisions": [missed | {"indicator": CANARY}]}): 422,
            client.post(reviews, json=said | {CANARY: CANARY}): 422,
            client.post(f"/v1/notes/{CANARY}/reviews", json=said): 404,
            client.get(f"/review/notes/{CANARY}"): 403,
        }
        problems = client.post("/v1/assess/batch", json={"notes": [{"id": "x", CANARY: CANARY}, CANARY]})
        metrics = client.get("/metrics").text
    spellings = (CANARY, CANARY.replace(" ", "%20"), CANARY.replace(" ", "+"))
    written = [answer.text for answer in refused] + [str(answer.headers) for answer in refused]
    for text in (live.log.read_text(), metrics, problems.text, *written):
        assert not any(spelling in text for spelling in spellings)
    assert [answer.status_code for answer in refused] == list(refused.values())
    lines = [json.loads(line) for line in live.log.read_text().splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert requests and {"request_id", "route", "status", "milliseconds", "caller", "notes"} <= requests[-1].keys()
