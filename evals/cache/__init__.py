"""Measures how often the cache would serve the answer to a different question, on labelled question pairs."""
