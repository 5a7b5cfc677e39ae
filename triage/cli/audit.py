"""`triage audit`: verifies and exports the audit log of the review store."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Verify and export the audit log of the review store.")


@app.command()
def verify(
    expect: Annotated[str | None, typer.Option(help="A head noted earlier, which must still be in the log.")] = None,
) -> None:
    """Recompute every link; exit code 1 and the first broken link where one does not hold."""
    from triage.cli.store import open_desk, operator
    from triage.review.reports import Reports
    from triage.review.settings import ReviewSettings

    verdict = Reports(open_desk(), ReviewSettings().retention()).verify_audit(operator(), expect=expect)
    if verdict.broken is not None:
        typer.echo(f"triage: entry {verdict.broken.seq}: {verdict.broken.why}", err=True)
        raise typer.Exit(1)
    typer.echo(f"The log is whole: {verdict.entries} entries. Note the head elsewhere:\n{verdict.head}")


@app.command()
def export(
    output: Annotated[Path | None, typer.Option(help="Write to this file; standard output by default.")] = None,
) -> None:
    """Write all entries as JSON lines: who did what on which item, with digests; never words of a note."""
    from triage.cli.store import open_desk, operator
    from triage.files import opened_whole
    from triage.review.reports import Reports
    from triage.review.settings import ReviewSettings

    reports = Reports(open_desk(), ReviewSettings().retention())
    lines = (json.dumps(asdict(entry)) + "\n" for entry in reports.all_audit_entries(operator()))
    if output is None:
        sys.stdout.writelines(lines)
        return
    with opened_whole(output) as stream:
        stream.writelines(lines)
