"""Labelled notes: corpus, splits, checks and label exchange; never imported when serving."""
