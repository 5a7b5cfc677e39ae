"""Shows indicators on the terminal."""

from rich.console import Console
from rich.table import Table

from triage.knowledge.schemas import Indicator, Knowledge


def list_indicators(knowledge: Knowledge) -> None:
    """Print one line an indicator."""
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("id", "name", "family", "strength", "cues"):
        table.add_column(heading)
    for item in knowledge.indicators:
        table.add_row(item.id, item.name, item.family, item.strength, str(len(item.cues)))
    Console().print(table)


def show_indicator(indicator: Indicator) -> None:
    """Print one indicator with its cues and questions."""
    console = Console(highlight=False)
    console.print(f"[bold]{indicator.name}[/bold] ({indicator.id}) - {indicator.family}, {indicator.strength}")
    console.print(indicator.definition)
    console.print(f"[bold]Harm described:[/bold] {indicator.harm_described}")
    console.print(f"[bold]Warning sign:[/bold] {indicator.warning_sign}")
    console.print("[bold]Ask:[/bold]")
    for question in indicator.follow_up:
        console.print(f"  - {question}")
    console.print("[bold]Cues:[/bold]")
    for cue in indicator.cues:
        console.print(f"  {cue.id} ({cue.level})")
        for pattern in cue.patterns:
            console.print(f"      {pattern}", markup=False)
    console.print(f"[bold]Sources:[/bold] {', '.join(indicator.sources)}")
