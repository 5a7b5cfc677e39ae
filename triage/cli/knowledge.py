"""`triage knowledge`: check, show and describe the knowledge files."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Check and show what the detectors know.")


@app.command()
def check(
    directory: Annotated[Path | None, typer.Argument(help="Default: TRIAGE_KNOWLEDGE_DIR or the shipped one.")] = None,
) -> None:
    """Report every fault of every file, with file and line; exit code 1 if there is one."""
    from datetime import UTC, datetime

    from triage.errors import KnowledgeError
    from triage.knowledge.behaviour import check_behaviour
    from triage.knowledge.loading import read_knowledge
    from triage.pipeline.extractor import Extractor

    knowledge, files = read_knowledge(_directory(directory))
    issues = check_behaviour(knowledge, files, Extractor(knowledge), today=datetime.now(UTC).date())
    if issues:
        raise KnowledgeError(f"{len(issues)} fault(s).", code="knowledge_faulty", issues=issues)
    cues = sum(len(indicator.cues) for indicator in knowledge.indicators)
    typer.echo(
        f"No faults: {len(knowledge.indicators)} indicators, {cues} cues, {len(knowledge.concepts)} concepts, "
        f"{len(knowledge.context.rules)} context rules, {len(knowledge.glossary.entries)} glossary entries, "
        f"{len(knowledge.wording.rules)} wording rules, {len(knowledge.reading_order.rules)} reading-order rules."
    )
    typer.echo(knowledge.digest)


@app.command()
def show(indicator: Annotated[str | None, typer.Argument(help="Id of an indicator; all by default.")] = None) -> None:
    """List the indicators, or show one with its cues and questions."""
    from triage.cli.indicators import list_indicators, show_indicator
    from triage.knowledge.loading import load_knowledge

    knowledge = load_knowledge(_directory(None))
    if indicator is None:
        list_indicators(knowledge)
    else:
        try:
            show_indicator(knowledge.indicator(indicator))
        except KeyError:
            known = ", ".join(item.id for item in knowledge.indicators)
            raise typer.BadParameter(f"no indicator '{indicator}'; there are: {known}") from None


@app.command()
def schemas(output: Annotated[Path, typer.Argument(help="Directory to write to.")]) -> None:
    """Write the JSON Schemas that editors use to complete and check the YAML files."""
    from triage.knowledge.json_schemas import write_schemas

    for path in write_schemas(output):
        typer.echo(path)


def _directory(given: Path | None) -> Path:
    from triage.knowledge.loading import SHIPPED
    from triage.settings import Settings

    return given or Settings().knowledge_dir or SHIPPED
