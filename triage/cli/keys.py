"""`triage keys`: create, list and revoke the API keys of the service."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it, such as 'case system, live'.")],
    scope: Annotated[list[str] | None, typer.Option(help="assess, review, train or audit; repeatable.")] = None,
) -> None:
    """Create a key and show it once; only its hash is kept. Running workers accept it at once."""
    from api.keys import Scope, create_key

    known = [item.value for item in Scope]
    wanted = scope or [Scope.ASSESS.value]
    if unknown := [item for item in wanted if item not in known]:
        raise typer.BadParameter(f"no scope '{unknown[0]}'; there are: {', '.join(known)}")
    presented, key = create_key(_keys_file(), name=name, scopes=tuple(Scope(item) for item in wanted))
    typer.echo(f"Key {key.id} ({', '.join(key.scopes)}). It is shown only now:", err=True)
    typer.echo(presented)


@app.command("list")
def list_keys() -> None:
    """List all keys, revoked ones included."""
    from rich.console import Console
    from rich.table import Table

    from api.keys import read_keys

    table = Table(show_edge=False, pad_edge=False)
    for heading in ("id", "name", "scopes", "created", "revoked"):
        table.add_column(heading)
    for key in read_keys(_keys_file()):
        revoked = f"{key.revoked:%Y-%m-%d %H:%M}" if key.revoked else ""
        table.add_row(key.id, key.name, ", ".join(key.scopes), f"{key.created:%Y-%m-%d %H:%M}", revoked)
    Console(markup=False, highlight=False).print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="Id of the key; see `triage keys list`.")]) -> None:
    """Revoke a key; running workers refuse it from their next request on."""
    from api.keys import revoke_key

    key = revoke_key(_keys_file(), key_id)
    typer.echo(f"Key {key.id} ({key.name}) is revoked.")


def _keys_file() -> Path:
    from api.settings import read_settings

    return read_settings().keys_file
