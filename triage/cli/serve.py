"""`triage serve`: the service that case-management systems call."""

from typing import Annotated

import typer


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: TRIAGE_HOST or 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: TRIAGE_PORT or 8000.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: TRIAGE_WORKERS or the cores.")] = None,
) -> None:
    """Serve the API until stopped; without API keys only callers on this machine are let in."""
    from api.server import check_exposure, serve
    from api.settings import read_settings

    given = {name: value for name, value in (("host", host), ("port", port), ("workers", workers)) if value is not None}
    settings = read_settings(**given)
    if check_exposure(settings):
        typer.echo("No API keys: only callers on this machine are let in. See `triage keys create`.", err=True)
    typer.echo(f"http://{settings.host}:{settings.port} with {settings.workers} worker(s); stop with Ctrl+C.", err=True)
    serve(settings)
