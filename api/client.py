"""Typed client of the service: notes and reviews in, assessments out, problems as exceptions.

Example:
    >>> with TriageClient("https://triage.example.gov.uk", key="cnt_...") as client:
    ...     assessment = client.assess(NoteIn(text="YP has a second phone.", id="N-104"))
"""

import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from api.fields import FieldedAssessment
from api.knowledge_views import IndicatorsOut, ModelOut
from api.problems import MEDIA_TYPE, Problem
from api.review.wire import ReviewIn, ReviewOut, StoreIn, StoreOut
from api.wire import BatchOut, CaseNoteIn, NoteIn
from triage.flag import Assessment

Model = TypeVar("Model", bound=BaseModel)

_TIMEOUT_SECONDS = 30.0
_COME_BACK = (429, 503)
_LONGEST_WAIT = 30.0
_CUT_OFF = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
"""A worker that stops closes connections that it has not read from; every request here is safe to send again."""


class ServiceError(Exception):
    """The service answered with a problem.

    Args:
        status: HTTP status.
        problem: What it said; None where something before it answered, such as a reverse proxy.
    """

    def __init__(self, status: int, problem: Problem | None) -> None:
        super().__init__(f"{status}: {problem.title}. {problem.detail}" if problem else f"{status} without a problem")
        self.status = status
        self.problem = problem


class TriageClient:
    """Calls one service.

    Args:
        base_url: Where the service is.
        key: API key; None on the same machine while there are no keys.
        retries: How often a request is sent again when the service asks to come back (429, 503) or is being restarted.
        transport: Another way to reach it, such as `httpx.ASGITransport` in tests.
    """

    def __init__(
        self, base_url: str, *, key: str | None = None, retries: int = 3, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_SECONDS, transport=transport)
        self._retries = retries

    def assess(self, note: NoteIn) -> Assessment:
        """Assess one note.

        Raises:
            ServiceError: The service answered with a problem.
        """
        return self._post("/v1/assess", _dump(note), Assessment)

    def assess_case_note(self, note: CaseNoteIn) -> FieldedAssessment:
        """Assess one note of a case system; every quote names its field.

        Raises:
            ServiceError: The service answered with a problem.
        """
        return self._post("/v1/assess", _dump(note), FieldedAssessment)

    def fragment(self, note: NoteIn | CaseNoteIn) -> str:
        """Return one note as HTML to embed, with its evidence marked and its flags listed.

        Raises:
            ServiceError: The service answered with a problem.
        """
        return self._send("POST", "/v1/assess", json=_dump(note), params={"format": "html"}).text

    def assess_batch(self, notes: Iterable[NoteIn | CaseNoteIn]) -> BatchOut:
        """Assess up to 500 notes; each result holds an assessment or a problem, in the order given.

        Raises:
            ServiceError: The service answered with a problem.
        """
        return self._post("/v1/assess/batch", {"notes": [_dump(note) for note in notes]}, BatchOut)

    def store(
        self,
        note: NoteIn | CaseNoteIn,
        *,
        source: str,
        team: str | None = None,
        consent: bool = False,
        restricted: bool = False,
        idempotency_key: str | None = None,
    ) -> StoreOut:
        """Store a note for people to review; the same note again changes nothing.

        Args:
            note: Its id is required.
            source: Your system; with the note's id it names the note.
            team: Whose queue it belongs to.
            consent: Whether its reviewed text may be used for training.
            restricted: Only people named for its case may see it.
            idempotency_key: The same key with the same note gets the same answer for a day.

        Raises:
            ServiceError: The service answered with a problem; 404 where it has no review store.
        """
        body = StoreIn(source=source, note=_dump(note), team=team, consent=consent, restricted=restricted)
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._post("/v1/notes", body.model_dump(mode="json", exclude_none=True), StoreOut, headers=headers)

    def review(self, item_id: str, review: ReviewIn) -> ReviewOut:
        """Send back what a supervisor said of a stored note; the same review again changes nothing.

        Args:
            item_id: From the answer of `store`.
            review: A decision on every flag, and what happens next.

        Raises:
            ServiceError: The service answered with a problem.
        """
        body = review.model_dump(mode="json", exclude_none=True)
        return self._post(f"/v1/notes/{item_id}/reviews", body, ReviewOut)

    def indicators(self) -> IndicatorsOut:
        """Return what the service can raise."""
        return self._read(self._send("GET", "/v1/indicators"), IndicatorsOut)

    def model(self) -> ModelOut:
        """Return what is served, and its limits."""
        return self._read(self._send("GET", "/v1/model"), ModelOut)

    def is_ready(self) -> bool:
        """Return whether the service can assess."""
        return self._http.get("/health/ready").is_success

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """Return the client, which is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def _post(self, path: str, body: Mapping[str, Any], model: type[Model], **options: Any) -> Model:
        return self._read(self._send("POST", path, json=body, **options), model)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        for attempt in range(self._retries + 1):
            try:
                response = self._http.request(method, path, **options)
            except _CUT_OFF:
                if attempt == self._retries:
                    raise
                continue
            if response.status_code not in _COME_BACK or attempt == self._retries:
                break
            time.sleep(min(float(response.headers.get("retry-after", 1)), _LONGEST_WAIT))
        if not response.is_success:
            raise ServiceError(response.status_code, _problem(response))
        return response

    @staticmethod
    def _read(response: httpx.Response, model: type[Model]) -> Model:
        return model.model_validate_json(response.content)


def _dump(note: NoteIn | CaseNoteIn) -> dict[str, Any]:
    return note.model_dump(mode="json", by_alias=True, exclude_none=True)


def _problem(response: httpx.Response) -> Problem | None:
    if response.headers.get("content-type") != MEDIA_TYPE:
        return None
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return None
