"""Trains and judges the reader: the small model that says whether a sentence or row answers a question."""
