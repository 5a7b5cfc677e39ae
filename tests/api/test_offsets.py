"""Both offset units cut the same words: code points in Python, UTF-16 units in JavaScript, for the same answer."""

import json
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SCRIPT = """
const notes = JSON.parse(require("fs").readFileSync(0, "utf8"));
function* quotes(value) {
  if (value === null || typeof value !== "object") return;
  if ("start_utf16" in value) yield value;
  for (const item of Object.values(value)) yield* quotes(item);
}
let count = 0;
for (const {text, answer} of notes) {
  for (const quote of quotes(answer)) {
    count += 1;
    if (text.slice(quote.start_utf16, quote.end_utf16) !== quote.quote) process.exit(1);
    if (Array.from(text).slice(quote.start, quote.end).join("") !== quote.quote) process.exit(2);
  }
}
process.stdout.write(String(count));
"""
WORDS = [
    "YP has a second phone.",
    "He met her on Discord. ",
    "👨🏻\u200d🚒 ",
    "e\u0301",
    "\U0001f4f1",
    "\u00a0",
    "\ufeff",
    "\r\n",
    "\t",
    "\U0001d4ae",
]
TEXT = st.lists(st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=12)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_javascript_cuts_the_same_words(client) -> None:
    collected: list[dict[str, Any]] = []

    @settings(max_examples=60, deadline=None)
    @given(TEXT.map("".join))
    def collect(text: str) -> None:
        collected.append({"text": text, "answer": client.post("/v1/assess", json={"text": text}).json()})

    collect()
    sent = json.dumps(collected)
    done = subprocess.run(["node", "-e", SCRIPT], input=sent, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


def test_published_example_of_both_units(client) -> None:
    text = "👨🏻\u200d🚒 said YP has a second phone"
    quote = client.post("/v1/assess", json={"text": text}).json()["flags"][0]["evidence"][0]
    start = text.index("second")
    assert (quote["start"], quote["start_utf16"]) == (start, start + 3)
    assert text[quote["start"] : quote["end"]] == quote["quote"]
