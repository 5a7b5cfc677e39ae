"""The pages of the training data say what is true: their examples are read, and no indicator is missing."""

import re
from pathlib import Path

from triage.flag import Status
from triage.knowledge.loading import SHIPPED
from triage.training.exchange.formats import import_labels
from triage.training.exchange.settle import Options
from triage.training.exchange.tools import Source
from triage.training.records import Record

INDICATORS = frozenset(path.stem for path in (SHIPPED / "indicators").glob("*.yaml"))
GUIDE = Path("training_data/GUIDE.md").read_text(encoding="utf-8")
CARD = Path("training_data/README.md").read_text(encoding="utf-8")


def block(page, beginning):
    """Return the fenced block that begins so."""
    return next(found for found in re.findall(r"```\w*\n(.*?)```", page, re.DOTALL) if found.startswith(beginning))


def test_the_guide_describes_every_indicator_and_status():
    assert set(re.findall(r"^\*\*`(\w+)`\*\* - ", GUIDE, re.MULTILINE)) == INDICATORS
    assert set(re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)) == set(Status)


def test_the_example_of_the_guide_is_in_the_format():
    options = Options(indicators=INDICATORS, source="x")
    found = import_labels(block(GUIDE, "===").encode(), format=Source.MARKED, name="guide", options=options)
    assert found.refused == ()
    record = found.records[0]
    assert (record.id, record.source, record.meta["style"]) == ("A001", "amina", "home_visit")
    assert record.labels == ("online_only_contact", "sextortion")


def test_the_example_of_the_data_card_is_a_record():
    record = Record.model_validate_json(block(CARD, '{"id"'), context={"indicators": INDICATORS})
    assert record.text[record.spans[0].start : record.spans[0].end] == "a second handset under the mattress"
