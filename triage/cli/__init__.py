"""The `triage` command: parses, calls one function, prints; everything heavy is imported inside commands."""

import sys

import typer

from triage.cli import audit, compare, data, evaluate, explain, keys, knowledge, people, score, serve, store, train
from triage.errors import TriageError

EXIT_FAULT = 1
"""Something prevented the command from doing its work."""
EXIT_INCOMPLETE = 2
"""Some input could not be used; everything else was done. Wrong options end with 2 as well."""

app = typer.Typer(
    name="triage",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "Flag signs of online harm in children's-services case notes, with the exact words highlighted, "
        "for a person to review. Exit codes: 0 done, 1 could not start, 2 some input could not be used."
    ),
)
app.command("score")(score.score)
app.command("explain")(explain.explain)
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(data.app, name="data")
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("train")(train.train)
app.add_typer(train.app, name="models")
app.command("serve")(serve.serve)
app.add_typer(keys.app, name="keys")

app.add_typer(store.app, name="store")
app.add_typer(audit.app, name="audit")
app.add_typer(people.app, name="people")


def main() -> None:
    """Run the command line; an expected error is one clear message and exit code 1."""
    try:
        app()
    except TriageError as error:
        print(f"triage: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_FAULT)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAULT)
