"""Measurements of speed, beside what could be used instead, in the same run."""
