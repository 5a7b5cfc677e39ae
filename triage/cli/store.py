"""`triage store`: makes and keeps the review store: tables, keys, retention."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triage.review.desk import Desk
    from triage.review.people import Person
    from triage.review.settings import ReviewSettings

app = typer.Typer(
    no_args_is_help=True,
    help="Make and keep the review store (TRIAGE_DATABASE_URL) with its key ring (TRIAGE_KEY_RING).",
)
key_app = typer.Typer(no_args_is_help=True, help="Make and change the key ring.")
app.add_typer(key_app, name="key")


@app.command()
def init() -> None:
    """Create the tables and bind them to the key ring; a store that is there already stays as it is."""
    from triage.review.setup import init_store

    typer.echo(f"The store is ready (revision {init_store(_settings())}).")


@app.command()
def upgrade() -> None:
    """Bring the tables to this version; make a backup first."""
    from triage.review.setup import open_store, upgrade_store

    settings = _settings()
    revision = upgrade_store(settings)
    open_store(settings).close()
    typer.echo(f"The tables are at revision {revision}.")


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False,
) -> None:
    """Erase content whose time to be kept has ended (TRIAGE_RETAIN_*_DAYS); counts and the audit log stay."""
    from triage.review.upkeep import Upkeep

    upkeep = Upkeep(open_desk(), _settings().retention())
    due = upkeep.due(operator())
    if not dry_run:
        upkeep.purge(operator())
    verb = "are due" if dry_run else "were erased"
    notes, readings, details = due["notes"], due["readings"], due["audit_payloads"]
    typer.echo(f"{notes} note texts, {readings} reading records and {details} audit details {verb}.")


@app.command()
def rekey() -> None:
    """Seal all rows with the current key; may be stopped and run again."""
    from triage.review.upkeep import Upkeep

    done = 0
    for count in Upkeep(open_desk(), _settings().retention()).rekey(operator()):
        done += count
        typer.echo(f"{done} rows sealed anew", err=True)
    typer.echo(f"All rows are sealed with the current key; {done} were changed.")


@key_app.command("create")
def create_key() -> None:
    """Write a new key ring; one that is there is never overwritten."""
    from triage.review.keys import create_key_ring

    path = _settings().key_ring
    create_key_ring(path)
    typer.echo(f"{path} is written. Keep a copy apart from the database: without it no stored note can be read.")


@key_app.command("add")
def add_key() -> None:
    """Add a key and make it the current one; then restart the service and run `triage store rekey`."""
    from triage.review.keys import add_key

    typer.echo(f"New rows are sealed with {add_key(_settings().key_ring).current}.")


@key_app.command("list")
def list_keys() -> None:
    """Say which keys there are, and how many rows each seals."""
    from triage.review.upkeep import Upkeep

    desk = open_desk()
    used = Upkeep(desk, _settings().retention()).keys_in_use(operator())
    for key_id in desk.store.keys.sealing:
        current = "  current" if key_id == desk.store.keys.current else ""
        typer.echo(f"{key_id}  {used.get(key_id, 0)} rows{current}")


@key_app.command("retire")
def retire_keys() -> None:
    """Remove keys that no row needs any more; backups made before `rekey` can then not be read."""
    from triage.review.keys import retire_keys
    from triage.review.upkeep import Upkeep

    settings = _settings()
    used = Upkeep(open_desk(), settings.retention()).keys_in_use(operator())
    retired = retire_keys(settings.key_ring, in_use=set(used))
    typer.echo(f"Retired: {', '.join(retired) or 'none'}.")


def open_desk() -> "Desk":
    """Open the store that the settings name."""
    from triage.review.desk import Desk
    from triage.review.setup import open_store

    return Desk(open_store(_settings()))


def operator() -> "Person":
    """Return who the audit log names: the account that runs the command."""
    import getpass

    from triage.review.people import Person, Role

    return Person(f"cli:{getpass.getuser()}", "command line", frozenset({Role.SYSTEM}))


def _settings() -> "ReviewSettings":
    from triage.review.settings import ReviewSettings

    return ReviewSettings()
