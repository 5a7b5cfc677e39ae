"""`triage explain`: what fired in a text, in what sense, and which nearest cue did not and why."""

from typing import Annotated

import typer


def explain(text: Annotated[str, typer.Argument(help="The text, in quotation marks.")]) -> None:
    """Show concepts, cues and modifiers of each sentence, and the nearest cues that did not match."""
    from rich.console import Console

    from triage.knowledge.loading import load_knowledge
    from triage.pipeline.extractor import Extractor
    from triage.settings import Settings
    from triage.words import LEVELS, STATUSES

    console = Console(highlight=False, markup=False)
    extractor = Extractor(load_knowledge(Settings().knowledge_dir))
    extraction = extractor.extract(text)
    misses = dict(extractor.near_misses(text))
    for index, sentence in enumerate(extraction.sentences):
        console.print(text[sentence.start : sentence.end], style="bold")
        for name, first, last in sentence.concepts:
            words = text[sentence.offsets[first][0] : sentence.offsets[last - 1][1]]
            console.print(f"  concept  {name}: {words}")
        for mention in extraction.mentions:
            if mention.sentence == index:
                words = text[mention.start : mention.end]
                status, level = STATUSES[mention.context.status], LEVELS[mention.level]
                console.print(
                    f"  cue      {mention.indicator}.{mention.cue}: {words} ({level}, {status})", style="green"
                )
                for modifier in mention.context.modifiers:
                    console.print(f"  modifier {modifier.rule}: {text[modifier.start : modifier.end]}")
        for miss in misses.get((sentence.start, sentence.end), []):
            held = ", ".join(miss.present) or "nothing"
            console.print(f"  near     {miss.cue}: holds {held}; {miss.failed}", style="dim")
