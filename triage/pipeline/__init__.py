"""From text to mentions: the only place that imports spaCy."""
