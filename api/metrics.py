"""Prometheus metrics of one worker or, in multiprocess mode, of all of them together."""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from triage.flag import Assessment, Versions

MULTIPROCESS_DIR = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of prometheus-client; it must be set before the worker starts."""
_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What is counted; labels are indicator ids, causes and route templates, never anything a caller wrote."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "triage_requests", "Requests answered.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "triage_request_seconds", "Time to answer.", ("route",), buckets=_SECONDS, registry=self._registry
        )
        self._notes = Counter("triage_notes", "Notes assessed or not.", ("outcome",), registry=self._registry)
        self._flags = Counter("triage_flags", "Flags raised.", ("indicator", "status"), registry=self._registry)
        self._causes = Counter("triage_not_assessed", "Notes not assessed.", ("cause",), registry=self._registry)
        self._waiting = Gauge(
            "triage_queue_notes", "Notes waiting.", registry=self._registry, multiprocess_mode="livesum"
        )
        self._ready = Gauge(
            "triage_ready_workers", "Workers that are ready.", registry=self._registry, multiprocess_mode="livesum"
        )
        self._versions = Gauge(
            "triage_version_info",
            "Versions that answer; the value is always 1.",
            ("package", "model", "knowledge"),
            registry=self._registry,
            multiprocess_mode="livemax",
        )

    def count_request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route).observe(seconds)

    def count_assessment(self, assessment: Assessment) -> None:
        """Count the outcome and the flags of a note."""
        self._notes.labels(assessment.outcome).inc()
        if assessment.cause is not None:
            self._causes.labels(assessment.cause.value).inc()
        for flag in assessment.flags:
            self._flags.labels(flag.indicator, flag.status.value).inc()

    def show_waiting(self, notes: int) -> None:
        """Set how many notes are waiting in this worker."""
        self._waiting.set(notes)

    def show_ready(self, versions: Versions) -> None:
        """Say that this worker is ready, and with what."""
        self._ready.set(1)
        self._versions.labels(versions.package, versions.model or "", versions.knowledge).set(1)

    def exposition(self) -> bytes:
        """Return the text that Prometheus reads."""
        if MULTIPROCESS_DIR not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def forget_dead_workers() -> None:
    """Drop the gauges of workers that are gone, so that they no longer count as ready."""
    if (directory := os.environ.get(MULTIPROCESS_DIR)) is None:
        return
    for path in Path(directory).glob("gauge_live*_*.db"):
        worker = int(path.stem.rsplit("_", 1)[1])
        if not Path(f"/proc/{worker}").exists():
            mark_process_dead(worker)  # type: ignore[no-untyped-call]


def forget_this_worker() -> None:
    """Drop the gauges of this worker when it stops."""
    if MULTIPROCESS_DIR in os.environ:
        mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
