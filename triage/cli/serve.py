"""`triage serve`: the service that case-management systems call, and the pages on which people review notes."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api.settings import ServiceSettings

_REVIEW_APP = "api.review.app:create_review_app"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: TRIAGE_HOST or 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: TRIAGE_PORT or 8000.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: TRIAGE_WORKERS or the cores.")] = None,
    try_out: Annotated[
        bool, typer.Option("--try-out", help="Review the sample notes in a store that is thrown away afterwards.")
    ] = False,
) -> None:
    """Serve the API until stopped, with the review pages where TRIAGE_SIGN_IN says how people sign in.

    Without API keys only callers on this machine are let in.
    """
    from api.server import APP, check_exposure, serve
    from api.settings import read_settings

    workers = 1 if try_out else workers
    given = {name: value for name, value in (("host", host), ("port", port), ("workers", workers)) if value is not None}
    settings = read_settings(**given)
    if check_exposure(settings):
        typer.echo("No API keys: only callers on this machine are let in. See `triage keys create`.", err=True)
    address = f"http://{settings.host}:{settings.port}"
    if try_out:
        return _serve_try_out(settings, address)
    typer.echo(f"{address} with {settings.workers} worker(s); stop with Ctrl+C.", err=True)
    return serve(settings, app=_review_app(settings) or APP)


def _serve_try_out(settings: "ServiceSettings", address: str) -> None:
    import signal
    import sys
    import tempfile
    from pathlib import Path

    from api.review.try_out import prepare_try_out
    from api.server import serve

    # Otherwise a process that is told to end leaves the store behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory(prefix="triage-try-out-") as directory:
        link = prepare_try_out(settings, Path(directory))
        typer.echo(f"Open this link; it works once:\n\n  {address}{link}\n\nStop with Ctrl+C.", err=True)
        serve(settings, app=_REVIEW_APP)


def _review_app(settings: "ServiceSettings") -> str | None:
    """Return the factory of the service with the pages, where people can sign in."""
    import os
    import secrets

    from api.review.app import check_pages
    from api.review.settings import SignIn, read_page_settings

    # One secret for all workers; sessions end when the service is started again.
    os.environ.setdefault("TRIAGE_SESSION_SECRET", secrets.token_urlsafe(32))
    pages = read_page_settings()
    if pages.sign_in is SignIn.NONE:
        return None
    check_pages(settings, pages)
    return _REVIEW_APP
