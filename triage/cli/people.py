"""`triage people`: who has signed in to the review pages, and ending somebody's sessions."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triage.review.sign_ins import SignIns

app = typer.Typer(no_args_is_help=True, help="Show who has signed in to the review pages, and end sessions.")


@app.command("list")
def list_people() -> None:
    """Show everybody who has signed in, with the roles of the last sign-in."""
    from triage.cli.store import operator

    for person in _sign_ins().everybody(operator()):
        typer.echo(f"{person.id}  {person.name}  {', '.join(sorted(person.roles)) or 'no role'}")


@app.command("end-sessions")
def end_sessions(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `triage people list` shows.")],
) -> None:
    """End somebody's sessions: the next request has to sign in again, and gets the roles of that moment."""
    from triage.cli.store import operator

    _sign_ins().end(operator(), person_id)
    typer.echo("The sessions have ended.")


def _sign_ins() -> "SignIns":
    from triage.cli.store import open_desk
    from triage.review.sign_ins import SignIns

    return SignIns(open_desk())
